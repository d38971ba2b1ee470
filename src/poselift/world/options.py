"""What can be said about the world and the people in it; nothing is computed here, and nothing heavy imported."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from poselift.errors import RecipeError

# What people measure -> the joints at its two ends; of what is on both sides, without the side.
BONES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "thigh": ("hip", "knee"),
        "shank": ("knee", "ankle"),
        "upper_arm": ("shoulder", "elbow"),
        "forearm": ("elbow", "wrist"),
    }
)
_SHORTEST_M, _TALLEST_M = 0.4, 2.6


@dataclass(frozen=True)
class Sizes:
    """What is known of the size of people. Checked on construction.

    Attributes:
        height_m: id of a person -> standing height in metres; None stands for everybody else.
        bone_mm: (id or None, name of `BONES`) -> length in millimetres.

    Raises:
        RecipeError: a height that nobody has, or an unknown bone.
    """

    height_m: Mapping[int | None, float] = field(default_factory=dict)
    bone_mm: Mapping[tuple[int | None, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for who, height in self.height_m.items():
            if not _SHORTEST_M <= height <= _TALLEST_M:
                raise RecipeError(
                    f"height{_of(who)}: expected {_SHORTEST_M} to {_TALLEST_M} metres, got {height:g}",
                    "178 cm are 1.78",
                )
        for (who, bone), length in self.bone_mm.items():
            if bone not in BONES:
                raise RecipeError(f"unknown bone {bone!r}", f"known: {', '.join(BONES)}")
            if not 50 <= length <= 800:
                raise RecipeError(
                    f"{bone}{_of(who)}: expected 50 to 800 millimetres, got {length:g}", "42 cm are 420"
                )

    @classmethod
    def said(cls, heights: Sequence[str], bones: Sequence[str]) -> Sizes:
        """What people write: heights such as `1.78`, bones such as `thigh=420`; of one person `2:1.65`.

        Raises:
            RecipeError: it is written otherwise, somebody has two heights, or as for the class.
        """
        height_m: dict[int | None, float] = {}
        bone_mm: dict[tuple[int | None, str], float] = {}
        for text in heights:
            who, number = _who_and_rest(text)
            if who in height_m:
                raise RecipeError(f"height{_of(who)}: expected one, got {height_m[who]:g} and {number}")
            height_m[who] = _number(number, text, "1.78, or of person 2 alone 2:1.78")
        for text in bones:
            who, rest = _who_and_rest(text)
            bone, _, number = rest.partition("=")
            bone_mm[who, bone.strip()] = _number(number, text, "thigh=420, or of person 2 alone 2:thigh=420")
        return cls(height_m, bone_mm)

    def __bool__(self) -> bool:
        return bool(self.height_m or self.bone_mm)


def _who_and_rest(text: str) -> tuple[int | None, str]:
    who, colon, rest = text.partition(":")
    return (int(who), rest) if colon and who.strip().isdigit() else (None, text)


def _number(number: str, text: str, example: str) -> float:
    try:
        return float(number)
    except ValueError:
        raise RecipeError(f"expected a size such as {example}, got {text!r}") from None


def _of(who: int | None) -> str:
    return "" if who is None else f" of person {who}"


@dataclass(frozen=True)
class WorldOptions:
    """What is known of the world, and how people are put into it. Checked on construction.

    Attributes:
        constant_bones: every bone of a person has one length over the whole clip.
        sizes: heights or bones of people, where somebody measured them.
        pitch_deg: by how much the camera looks down, where that is known; it does not roll then.

    Raises:
        RecipeError: a pitch beyond -90 to 90 degrees.
    """

    constant_bones: bool = True
    sizes: Sizes = field(default_factory=Sizes)
    pitch_deg: float | None = None

    def __post_init__(self) -> None:
        if self.pitch_deg is not None and not (math.isfinite(self.pitch_deg) and abs(self.pitch_deg) <= 90):
            raise RecipeError(f"pitch: expected -90 to 90 degrees, got {self.pitch_deg:g}", "down is positive")
