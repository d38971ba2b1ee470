"""The archives that OpenMotion-4 is made of: which they are, and how they are opened."""

from __future__ import annotations

import hashlib
import lzma
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from poselift.errors import DataFormatError

_CMU = (
    "CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217; free for "
    "all uses, also in products that are sold; the data itself may not be resold"
)
_MESH2MOTION = "Mesh2Motion, github.com/Mesh2Motion/mesh2motion-assets, CC0"


@dataclass(frozen=True)
class Archive:
    """One corpus of motion capture, packed.

    Attributes:
        sha256: of the .tar.xz file.
        citation: where it comes from, and its terms.
    """

    sha256: str
    citation: str


# By the name of the file without .tar.xz, which is the name of the corpus too.
ARCHIVES = {
    "cmu_asfamc": Archive("9c5e7e57e92922280ab68804c8d85a857b21d5ead910474c5121bc603a15ca68", _CMU),
    "cmu_bvh": Archive("21b58a23be7ee54a6cf5e2307aa47388fe88a3002ba4eca2b54e076d5722662a", _CMU),
    "cmu_cc_bvh": Archive("68ebff946d8b7a29cd1db4ea30e4fb0b89342cd3432968a306ec81fd0e4bd3b1", _CMU),
    "cmu_breakdance_kata_bvh": Archive("53b1415e3742c4ec10f35661b2942ef5403781a7229a2203c8b797861dd8cf03", _CMU),
    "mesh2motion_cc0_bvh": Archive("6881fdd25e97fa0a58888aab6e5d5ff72e89bde0cbb83edf7c3a0045da7acd03", _MESH2MOTION),
}


def checked_archives(folder: Path, archives: Mapping[str, Archive]) -> dict[str, Path]:
    """The files of the archives, all of them read once.

    Raises:
        DataFormatError: one is missing or is another file; the message has both hashes.
    """
    found = {}
    for name, archive in archives.items():
        path = Path(folder) / f"{name}.tar.xz"
        hint = f"get it anew; docs/openmotion4.md says how it was packed. It is of: {archive.citation}"
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise DataFormatError(
                f"{path}: expected the archive with SHA-256 {archive.sha256}, found none ({error.strerror})", hint
            ) from None
        if sha256 != archive.sha256:
            raise DataFormatError(f"{path}: expected SHA-256 {archive.sha256}, got {sha256}", hint)
        found[name] = path
    return found


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """A temporary folder with what an archive holds.

    Raises:
        DataFormatError: it cannot be unpacked, or would write outside of the folder.
    """
    with TemporaryDirectory() as room:
        try:
            with tarfile.open(archive, "r:xz") as packed:
                packed.extractall(room, filter="data")
        except (OSError, EOFError, tarfile.TarError, lzma.LZMAError) as error:
            raise DataFormatError(f"{archive}: cannot be unpacked ({error})", "is the disk full?") from None
        yield Path(room)
