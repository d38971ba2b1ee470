"""A skeleton as a TOML file that people write and read.

name = "stick"
root = ["hip_l", "hip_r"]
joints = [{ name = "hip_l" }, { name = "hip_r", parent = "hip_l" }, { name = "knee_l", parent = "hip_l" }]
pairs = [["hip_l", "hip_r"]]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import tomli_w

from poselift.errors import SkeletonError
from poselift.files import whole_file
from poselift.skeleton.skeleton import Skeleton
from poselift.skeleton.table import table_of_parents

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_WRITE_ONE = "see Skeletons in docs/conventions.md for how to write one"


def read_skeleton(path: Path | str) -> Skeleton:
    """Read a skeleton from a TOML file.

    Raises:
        SkeletonError: the file cannot be read, is empty or no TOML, or does not describe a skeleton; see
            `Skeleton.from_dict`.
    """
    table = _read_toml(Path(path))
    if not table:
        raise SkeletonError(f"{path}: is empty, expected a skeleton", _WRITE_ONE)
    try:
        return Skeleton.from_dict(table)
    except SkeletonError as error:
        raise SkeletonError(f"{path}: {error}", error.hint or _WRITE_ONE) from None


def write_skeleton(skeleton: Skeleton, path: Path | str, *, overwrite: bool = False) -> None:
    """Write a skeleton as TOML, with a parent at each joint where its bones form a tree; it reads back equal.

    Raises:
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    table = skeleton.as_dict()
    text = tomli_w.dumps(table_of_parents(table) or table)
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SkeletonError(f"{path}: cannot be read ({error.strerror})", "name a skeleton, a .toml file") from None
    except (ValueError, RecursionError) as error:
        raise SkeletonError(f"{path}: not TOML ({error})", _WRITE_ONE) from None
