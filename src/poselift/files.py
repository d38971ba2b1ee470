"""Output files that appear whole or not at all, and where what is measured once is kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from poselift.errors import OutputError


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/poselift, %LOCALAPPDATA%\\poselift or ~/.cache/poselift."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(named) if named else Path.home() / ".cache") / "poselift"


def writable_folder(path: Path, *, overwrite: bool = False) -> Path:
    """Make the folder `path`, or accept an empty one; with `overwrite`, accept one with files in it.

    Raises:
        OutputError: it exists and is not empty, is a file, or cannot be made or written to.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_dir():
            raise OutputError(f"{path}: expected a folder, found a file", "name another folder")
        if path.is_dir() and any(path.iterdir()) and not overwrite:
            raise OutputError(f"{path}: exists and is not empty", "name another folder, or add --overwrite")
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written to ({error.strerror})", "choose a folder of yours") from None
    return path


@contextmanager
def output_folder(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """`writable_folder` for a block. If the block fails, it goes again if it is new and empty.

    Raises:
        OutputError: as for `writable_folder`.
    """
    with _taken_back(Path(path)):
        yield writable_folder(path, overwrite=overwrite)


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path`; what the block writes there is moved to `path` when it succeeds.

    If the block fails in any way, Ctrl-C included, an older file stays and nothing is left beside it.

    Raises:
        OutputError: `path` exists and `overwrite` is false, is a folder, or the disk refuses.
    """
    path = Path(path)
    # The temporary name keeps the suffix: video writers choose their format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        if path.is_dir():
            raise OutputError(f"{path}: expected a file, found a folder", "name a file in it")
        if path.exists() and not overwrite:
            raise OutputError(f"{path}: exists", "name another file, or add --overwrite")
        with _taken_back(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.touch()
                mode = temporary.stat().st_mode
                yield temporary
                with open(temporary, "rb") as file:
                    os.fsync(file.fileno())
                os.chmod(temporary, mode)  # safetensors writes files that their owner alone can read
                os.replace(temporary, path)
            finally:
                with suppress(OSError):
                    temporary.unlink()
    except OutputError:
        raise
    except (OSError, SafetensorError) as error:
        raise OutputError(
            f"{path}: could not be written ({getattr(error, 'strerror', None) or error})",
            "free some space or choose another place",
        ) from error


@contextmanager
def _taken_back(folder: Path) -> Iterator[None]:
    """If the block fails, the folder and those around it go again that were not there before and are empty."""
    new = [each for each in (folder, *folder.parents) if not os.path.exists(each)]
    try:
        yield
    except BaseException:
        for each in new:
            with suppress(OSError):
                each.rmdir()
        raise
