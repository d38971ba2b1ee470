"""A skeleton as a table of plain lists, the same in JSON headers and in TOML files.

Joints are listed in array order. Either each but one names its parent, `{name = "knee", parent = "hip"}`, and the
bones are those; or they are names alone and `bones` lists pairs, which may then form any graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from poselift.errors import SkeletonError

_KEYS = ("name", "root", "joints", "bones", "pairs", "extra_edges")
_JOINT_KEYS = ("name", "parent")


def fields_of_table(table: Any) -> dict[str, Any]:
    """The fields of a `Skeleton` that a table describes; whether they fit each other, `Skeleton` itself checks.

    Raises:
        SkeletonError: it is no table, a key is unknown or missing, a value is of the wrong kind, a joint's parent is
            missing or unknown, or parents go round in a circle.
    """
    if not isinstance(table, Mapping):
        raise SkeletonError(f"expected a table with the keys {', '.join(_KEYS)}, got {type(table).__name__}")
    _check_keys(table, _KEYS, "a skeleton")
    for key in ("name", "root", "joints"):
        if key not in table:
            raise SkeletonError(f"its {key} is missing", f"a skeleton has the keys {', '.join(_KEYS)}")
    if not isinstance(table["name"], str):
        raise SkeletonError(f"name: expected text, got {table['name']!r}")
    joints, parents = _joints(table["joints"])
    if parents and "bones" in table:
        raise SkeletonError("joints have parents, and there are bones as well", "give either parents or bones")
    if not parents and "bones" not in table and len(joints) > 1:
        raise SkeletonError("no joint has a parent, and there are no bones", "give each joint but one its parent")
    pairs = _pairs(table, "pairs")
    return {
        "name": table["name"],
        "joints": joints,
        "bones": _bones(joints, parents) if parents else _pairs(table, "bones"),
        "root": _texts((table["root"],) if isinstance(table["root"], str) else table["root"], "root"),
        "left": tuple(left for left, _ in pairs),
        "right": tuple(right for _, right in pairs),
        "extra_edges": _pairs(table, "extra_edges"),
    }


def table_of_parents(table: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same table with a parent at each joint in place of the bones; none where bones say more than parents."""
    joints, bones = table["joints"], table["bones"]
    parents = {child: parent for parent, child in bones}
    by_parents = [{"name": joint, **({"parent": parents[joint]} if joint in parents else {})} for joint in joints]
    written = {**{key: value for key, value in table.items() if key != "bones"}, "joints": by_parents}
    try:
        same = [list(bone) for bone in fields_of_table(written)["bones"]] == bones
    except SkeletonError:
        return None
    return written if same else None


def _joints(entries: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    """Names in order, and the parents of those that have one."""
    if not isinstance(entries, list | tuple):
        raise SkeletonError(f"joints: expected a list, got {type(entries).__name__}")
    names: list[str] = []
    parents: dict[str, str] = {}
    for number, entry in enumerate(entries):
        joint = entry if isinstance(entry, Mapping) else {"name": entry}
        _check_keys(joint, _JOINT_KEYS, f"joint {number}")
        for value in (joint.get("name"), joint.get("parent", "none")):
            if not isinstance(value, str):
                raise SkeletonError(
                    f"joint {number}: expected a name, or a table with name and parent, got {entry!r}"
                )
        if joint["name"] in names:
            raise SkeletonError(f"joint names are not unique: {joint['name']!r} comes twice")
        names.append(joint["name"])
        if "parent" in joint:
            parents[joint["name"]] = joint["parent"]
    return tuple(names), parents


def _bones(joints: tuple[str, ...], parents: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Bones from parent to child, in the order of the children."""
    for joint, parent in parents.items():
        if parent not in joints:
            raise SkeletonError(f"joint {joint!r}: its parent {parent!r} is no joint", _nearest(parent, joints))
    for joint in joints:
        _check_way_up(joint, parents)
    starts = [joint for joint in joints if joint not in parents]
    if len(starts) > 1:
        raise SkeletonError(
            f"joint {starts[1]!r}: its parent is missing; {starts[0]!r} has none already",
            "give each joint but one its parent, or list bones instead",
        )
    return tuple((parents[joint], joint) for joint in joints if joint in parents)


def _check_way_up(joint: str, parents: Mapping[str, str]) -> None:
    way = [joint]
    # A circle further up is longer than there are joints, and is named by a joint of its own.
    while way[-1] in parents and len(way) <= len(parents):
        way.append(parents[way[-1]])
        if way[-1] == joint:
            raise SkeletonError(f"joint {joint!r}: its parents go round in a circle: {' -> '.join(way)}")


def _pairs(table: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    entries = table.get(key, ())
    if not isinstance(entries, list | tuple):
        raise SkeletonError(f"{key}: expected a list of pairs of joints, got {type(entries).__name__}")
    pairs = [_texts(entry, key) for entry in entries]
    for pair in pairs:
        if len(pair) != 2:
            raise SkeletonError(f"{key}: expected pairs of joints, got {list(pair)}")
        if pair[0] == pair[1]:
            raise SkeletonError(f"{key}: {pair[0]!r} is paired with itself")
    return tuple((a, b) for a, b in pairs)


def _texts(entries: Any, key: str) -> tuple[str, ...]:
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, str) for entry in entries):
        raise SkeletonError(f"{key}: expected names of joints in a list, got {entries!r}")
    return tuple(entries)


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    for key in table:
        if key not in known:
            raise SkeletonError(f"{what} has no {key!r}", _nearest(str(key), known))


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
