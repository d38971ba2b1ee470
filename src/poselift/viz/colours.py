"""The colours of a figure: right warm, left cool, trunk neutral.

Orange and blue stay apart under every common colour blindness. Sides come from the skeleton's own tables, so any
skeleton can be drawn.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from poselift.skeleton.skeleton import Skeleton

Side: TypeAlias = Literal["left", "right", "middle"]
RGB: TypeAlias = tuple[int, int, int]

SIDE_RGB: dict[Side, RGB] = {"left": (56, 146, 226), "right": (240, 132, 48), "middle": (214, 219, 227)}
# Frames that were filled in, not seen.
PALE_RGB: dict[Side, RGB] = {"left": (118, 150, 178), "right": (184, 150, 122), "middle": (150, 155, 163)}


def joint_sides(skeleton: Skeleton) -> list[Side]:
    """The side of every joint, in array order."""
    return [
        "left" if joint in skeleton.left else "right" if joint in skeleton.right else "middle"
        for joint in skeleton.joints
    ]


def bone_sides(skeleton: Skeleton) -> list[Side]:
    """The side of every bone: that of its ends, of the outer one where it leaves the trunk, none across the body."""
    sides = joint_sides(skeleton)
    ends = [{sides[a], sides[b]} - {"middle"} for a, b in skeleton.edges]
    return [end.pop() if len(end) == 1 else "middle" for end in ends]
