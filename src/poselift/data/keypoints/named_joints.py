"""Joints that a file names in its own words, such as `LShoulder`, `wrist_r` or `Left Big Toe`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError
from poselift.skeleton import SKELETONS, Skeleton

# Of equally many joints, the first is meant.
_SKELETONS = ("coco17", "wholebody23", "halpe26", "body25b", "body25", "h36m17", "body21", "blazepose33", "coco18")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right", "1": "right", "2": "left"}
_OTHER_WORDS = {
    "hand": "wrist",
    "foot": "ankle",
    "bigtoe": "big_toe",
    "smalltoe": "small_toe",
    "toe": "big_toe",
    "midhip": "mid_hip",
    "headtop": "head",
    "forehead": "head",
    "chin": "neck",
    "root": "pelvis",
}
_SIDED = {"eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", *_OTHER_WORDS}
# Fewer joints are no body.
_FEWEST = 6


def skeleton_of_names(names: Sequence[str], said: Said, where: object) -> tuple[Skeleton, dict[str, int]]:
    """The skeleton whose joints are most like these names, and for each name that is understood which joint it is.

    Joints of MPII that are numbered, `ankle1` and `ankle2`, are right and left.

    Raises:
        DataFormatError: hardly any name is understood.
    """
    candidates = [said.skeleton] if said.skeleton is not None else [SKELETONS[name] for name in _SKELETONS]
    names = list(dict.fromkeys(names))
    words = {name: _words(name) for name in names}
    found = [(skeleton, _matched(words, skeleton)) for skeleton in candidates]
    skeleton, joints = max(found, key=lambda pair: len(pair[1]) - len(pair[0]) / 2)
    if len(joints) < _FEWEST:
        listed = ", ".join(names[:8])
        raise DataFormatError(
            f"{where}: expected names of joints, found {listed}{', ...' * (len(names) > 8)}",
            f"name them as one of {', '.join(_SKELETONS)} does",
        )
    return skeleton, joints


def _matched(words: dict[str, str], skeleton: Skeleton) -> dict[str, int]:
    return {name: skeleton.index(word) for name, word in words.items() if word in skeleton.joints}


def _words(name: str) -> str:
    """A name as skeletons spell it: `LBigToe` is left_big_toe."""
    parts = [part.lower() for part in _WORDS.findall(name)]
    side = next((_SIDES[part] for part in (parts[:1] + parts[-1:]) if part in _SIDES), None)
    rest = [part for n, part in enumerate(parts) if not (part in _SIDES and n in (0, len(parts) - 1))]
    joined = "".join(rest)
    if side is None and joined[:1] in ("l", "r") and joined[1:] in _SIDED:  # such as Lknee
        side, joined, rest = _SIDES[joined[0]], joined[1:], [joined[1:]]
    word = _OTHER_WORDS.get(joined, "_".join(rest))
    return f"{side}_{word}" if side else word
