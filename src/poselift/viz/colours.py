"""The colours of figures: right warm, left cool, trunk neutral; of several people, each has a hue instead.

Orange and blue stay apart under every common colour blindness, and so do the hues of people. Sides come from the
skeleton's own tables, so any skeleton can be drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from poselift.skeleton.skeleton import Skeleton

Side: TypeAlias = Literal["left", "right", "middle"]
RGB: TypeAlias = tuple[int, int, int]
SideColours: TypeAlias = Mapping[Side, RGB]

SIDE_RGB: dict[Side, RGB] = {"left": (56, 146, 226), "right": (240, 132, 48), "middle": (214, 219, 227)}
# Frames that were filled in, not seen.
PALE_RGB: dict[Side, RGB] = {"left": (118, 150, 178), "right": (184, 150, 122), "middle": (150, 155, 163)}
# One hue per person: gold, violet, mint, rose, sky, olive; the left side lighter, the right side darker.
# The page has them too, as --hue0-left and so on.
PERSON_RGB: tuple[dict[Side, RGB], ...] = (
    {"left": (255, 226, 155), "right": (165, 129, 8), "middle": (232, 182, 22)},
    {"left": (172, 167, 250), "right": (88, 64, 200), "middle": (120, 100, 236)},
    {"left": (192, 254, 231), "right": (5, 171, 134), "middle": (99, 230, 190)},
    {"left": (237, 152, 171), "right": (148, 24, 71), "middle": (196, 72, 109)},
    {"left": (156, 218, 255), "right": (0, 120, 167), "middle": (36, 171, 232)},
    {"left": (203, 213, 149), "right": (95, 103, 3), "middle": (144, 155, 47)},
)
_GREY, _PALENESS = 150, 0.6


class Palette(NamedTuple):
    """The colours of one person, in frames that were seen and, paler, in frames that were filled."""

    seen: SideColours
    filled: SideColours


def hues_of(ids: Sequence[int], known: Mapping[int, int | None] | None = None) -> dict[int, int | None]:
    """Which of `PERSON_RGB` each id has; None for one person, who has the colours of the sides.

    An id has the same hue in every scene, unless a smaller one that is there too took it. More people than hues share
    them. Those who are `known` already keep what they have, and are answered too.
    """
    hues = dict(known or {})
    new = sorted(set(ids) - set(hues))
    if not hues and len(new) == 1:
        return {new[0]: None}
    for number in new:
        taken = [list(hues.values()).count(hue) for hue in range(len(PERSON_RGB))]
        free = [hue for hue, count in enumerate(taken) if count == min(taken)]
        hues[number] = min(free, key=lambda hue: (hue - (number - 1)) % len(PERSON_RGB))
    return hues


def palettes_of(hues: Mapping[int, int | None]) -> dict[int, Palette]:
    """The colours of people by id, of their `hues_of`."""
    return {number: _palette(hue) for number, hue in hues.items()}


def _palette(hue: int | None) -> Palette:
    if hue is None:
        return Palette(SIDE_RGB, PALE_RGB)
    return Palette(PERSON_RGB[hue], {side: _paler(rgb) for side, rgb in PERSON_RGB[hue].items()})


def _paler(rgb: RGB) -> RGB:
    red, green, blue = (round(c + _PALENESS * (_GREY - c)) for c in rgb)
    return red, green, blue


@lru_cache(maxsize=64)
def joint_sides(skeleton: Skeleton) -> tuple[Side, ...]:
    """The side of every joint, in array order."""
    return tuple(
        "left" if joint in skeleton.left else "right" if joint in skeleton.right else "middle"
        for joint in skeleton.joints
    )


@lru_cache(maxsize=64)
def bone_sides(skeleton: Skeleton) -> tuple[Side, ...]:
    """The side of every bone: that of its ends, of the outer one where it leaves the trunk, none across the body."""
    sides = joint_sides(skeleton)
    ends = [{sides[a], sides[b]} - {"middle"} for a, b in skeleton.edges]
    return tuple(end.pop() if len(end) == 1 else "middle" for end in ends)
