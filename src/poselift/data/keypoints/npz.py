"""What an .npz file holds, before it is read."""

from __future__ import annotations

import zipfile

from poselift.data.keypoints.file import KeypointFile
from poselift.errors import DataFormatError

_MOST_BYTES = 2**31


def arrays_in(file: KeypointFile) -> set[str]:
    """The names of the arrays of an .npz; none of another file, or of a damaged one."""
    if file.is_folder or file.suffix != ".npz":
        return set()
    try:
        with zipfile.ZipFile(file.path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except Exception:  # zip and zlib each have their own for a damaged file
        return set()


def check_unpacked(file: KeypointFile) -> None:
    """Raises DataFormatError where an .npz would fill the memory when it is unpacked, or is damaged."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise DataFormatError(f"{file.path}: not an .npz file, or damaged ({error})", "write it again") from None
    if size > _MOST_BYTES:
        raise DataFormatError(f"{file.path}: expected at most 2 GiB of arrays, found {size / 2**30:.1f}", "split it")
