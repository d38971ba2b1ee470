"""OpenMotion-4: an open benchmark of four fixed cameras, made of motion capture that anyone may use.

The rules, splits and protocols are told in docs/openmotion4.md. One file for each thing that the benchmark fixes:
the archives, the takes and their splits, the frames that are cut, the studio with its cameras, and the detector.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from poselift.data.readers import OnRead, read_silently
from poselift.data.readers.mocap import read_mocap
from poselift.data.readers.openmotion4.archives import ARCHIVES, Archive, checked_archives, unpacked
from poselift.data.readers.openmotion4.cuts import CUTS, DOUBLES, Cut, known_frames
from poselift.data.readers.openmotion4.studio import seen_in_studio
from poselift.data.readers.openmotion4.takes import FPS, Take, take_of
from poselift.data.readers.option import Option
from poselift.data.readers.recordings import Recording, recordings_store
from poselift.data.store import DatasetStore
from poselift.skeleton import BODY_21

VERSION = "1.0"
SKELETON = BODY_21

_FOLDER = Option("Folder with the archives (.tar.xz) that docs/openmotion4.md names.")


def prepare_openmotion4(folder: Annotated[Path, _FOLDER], *, on_read: OnRead = read_silently) -> DatasetStore:
    """OpenMotion-4 to a dataset store: people in a studio of four virtual cameras, true and detector-like 2D.

    The archives are checked by their SHA-256, and unpacked to a temporary folder, one after the other. For the
    splits and protocols see docs/openmotion4.md.

    Args:
        on_read: called with the number of takes read.

    Raises:
        DataFormatError: an archive is missing, is not the one that the benchmark is made of, or cannot be unpacked.
    """
    return openmotion4_store(folder, ARCHIVES, on_read=on_read)


def openmotion4_store(
    folder: Path, archives: Mapping[str, Archive], cuts: Sequence[Cut] = CUTS, *, on_read: OnRead = read_silently
) -> DatasetStore:
    """As `prepare_openmotion4`, of any archives of the same layout, without the frames that are cut."""
    paths = checked_archives(Path(folder), archives)
    about = {
        "source": f"OpenMotion-4, version {VERSION}",
        "archives": {name: archive.sha256 for name, archive in archives.items()},
        "citation": list(dict.fromkeys(archive.citation for archive in archives.values())),
        "cut": [cut._asdict() for cut in cuts],
        "doubles": dict(DOUBLES),
    }
    return recordings_store(_recordings(paths, cuts, on_read), SKELETON, about=about)


def _recordings(paths: Mapping[str, Path], cuts: Sequence[Cut], on_read: OnRead) -> Iterator[Recording]:
    done = 0
    for name, path in paths.items():
        with unpacked(path) as room:
            for file in sorted(p for p in room.rglob("*") if p.suffix in (".bvh", ".amc")):
                take = take_of(name, file.stem)
                if take.name in DOUBLES:
                    continue
                yield from _recorded(take, file, cuts)
                done += 1
                on_read(done, None)


def _recorded(take: Take, file: Path, cuts: Sequence[Cut]) -> Iterator[Recording]:
    motion = read_mocap(file, SKELETON)
    step = max(1, round(motion.fps / FPS))
    joints_world_mm = motion.joints_world_mm[::step]
    known = known_frames(cuts, take.name, len(joints_world_mm))
    if not known.any():
        return iter(())
    return seen_in_studio(take, joints_world_mm, known, SKELETON, fps=motion.fps / step)
