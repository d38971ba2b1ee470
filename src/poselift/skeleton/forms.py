"""The forms in which a skeleton is asked for: itself, the name of a known one, a table, a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from poselift.errors import SkeletonError
from poselift.skeleton.definitions import SKELETONS, get_skeleton
from poselift.skeleton.file import read_skeleton
from poselift.skeleton.skeleton import Skeleton

SkeletonLike: TypeAlias = Skeleton | str | Path | Mapping[str, Any]


def skeleton_of(value: SkeletonLike) -> Skeleton:
    """The skeleton that is meant by a known name, a table of `Skeleton.as_dict`, or the path of a .toml file.

    A skeleton that is equal to a known one is that one.

    Raises:
        SkeletonError: there is none of that name, or the table or file does not describe one; the hint lists those
            that are known.
    """
    skeleton = _found(value)
    known = SKELETONS.get(skeleton.name)
    return known if known == skeleton else skeleton


def stored_skeleton(entry: Any) -> Skeleton:
    """The skeleton that the header of a file of ours holds: the whole table, or the name alone in older files.

    Raises:
        SkeletonError: the name is unknown, or the entry does not describe a skeleton.
    """
    if isinstance(entry, str):
        return get_skeleton(entry)  # never a path: a file that is read must not lead to another one
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if isinstance(name, str) and name in SKELETONS and entry == SKELETONS[name].as_dict():
        return SKELETONS[name]  # nothing to check
    return skeleton_of(Skeleton.from_dict(entry))


def _found(value: Any) -> Skeleton:
    if isinstance(value, Skeleton):
        return value
    if isinstance(value, Path) or (isinstance(value, str) and value.lower().endswith(".toml")):
        return read_skeleton(value)
    if isinstance(value, Mapping):
        return Skeleton.from_dict(value)
    if isinstance(value, str) and value in SKELETONS:
        return SKELETONS[value]
    raise SkeletonError(f"unknown skeleton {value!r}", f"known: {', '.join(SKELETONS)}; or name a .toml file")


def skeleton_setting(value: SkeletonLike) -> str | dict[str, Any]:
    """What settings and files keep of a skeleton: the name of a known one, the whole table of any other.

    Raises:
        SkeletonError: as for `skeleton_of`.
    """
    skeleton = skeleton_of(value)
    return skeleton.name if SKELETONS.get(skeleton.name) == skeleton else skeleton.as_dict()
