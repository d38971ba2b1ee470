"""Readers of foreign datasets and motion capture: one file or package for each, and its row here.

A row names a function. `poselift prepare NAME` calls it: its first argument is a `Path` or a `Sequence[Path]`, what
the user names; its keyword arguments are annotated with `Option` and become options; `on_read` is called with the
number of things read, and of how many if that is known. Its docstring up to `Args:` is the command's help. It returns
a `DatasetStore`; where the data set has cameras, `recordings_store` makes one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

OnRead: TypeAlias = Callable[[int, "int | None"], None]

# name -> "module:function" that makes a dataset store of it, imported when used
READERS: dict[str, str] = {
    "mocap": "poselift.data.readers.corpus:prepare_mocap",
    "h36m": "poselift.data.readers.h36m:prepare_h36m",
    "openmotion4": "poselift.data.readers.openmotion4:prepare_openmotion4",
}


def read_silently(done: int, total: int | None) -> None:
    """For nobody who waits."""
