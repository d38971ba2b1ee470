"""The pose that a skeleton rests in before it moves: a T, which programs for animation expect.

Y is up, the person looks along z, and x is the person's left. Arms are held out, palms down; legs hang straight down.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.skeleton import Skeleton

# Towards a joint from its parent; of a pair, the left one. By names without their side.
_TOWARDS: dict[str, tuple[float, float, float]] = {
    **{"spine": (0, 1, 0), "thorax": (0, 1, 0), "neck": (0, 1, 0), "back": (0, 1, 0)},
    **{"nose": (0, 90, 40), "head": (0, 1, 0), "eye": (30, 40, -20), "ear": (40, -10, -80)},
    **{"hip": (1, 0, 0), "knee": (0, -1, 0), "ankle": (0, -1, 0), "heel": (-15, -45, -45)},
    **dict.fromkeys(("toe", "big_toe", "foot_index"), (0, -45, 180)),
    "small_toe": (1, 0, 0),
    **{"collar": (1, 0, 0), "shoulder": (1, 0, 0), "elbow": (1, 0, 0), "wrist": (1, 0, 0), "hand": (1, 0, 0)},
}
# The axis that a joint bends about, on the left: from the bone above it towards the one below, right-handed.
_BENDS_ABOUT: dict[str, tuple[float, float, float]] = {"knee": (1, 0, 0), "elbow": (0, -1, 0), "nose": (-1, 0, 0)}
_UP = (0.0, 1.0, 0.0)


def rest_directions(skeleton: Skeleton) -> Float[np.ndarray, "joints 3"]:
    """Unit vectors from the parent of each joint towards it; up at the root.

    A joint of a name that is not known goes on as the bone before it does.
    """
    found = np.zeros((len(skeleton), 3))
    for joint in skeleton.outwards:
        parent = skeleton.parents[joint]
        named = _TOWARDS.get(plain_name(skeleton, joint))
        if named is not None and parent >= 0:
            found[joint] = _on_its_side(skeleton, joint, named, 1)
        else:
            found[joint] = _UP if parent < 0 else found[parent]
    unit: np.ndarray = found / np.linalg.norm(found, axis=-1, keepdims=True)
    return unit


def bending_axis(skeleton: Skeleton, joint: int) -> Float[np.ndarray, "3"] | None:
    """The unit vector that a joint bends about at rest; None where it may bend any way."""
    about = _BENDS_ABOUT.get(plain_name(skeleton, joint))
    # The mirror image of an axis of rotation is turned over besides.
    return None if about is None else _on_its_side(skeleton, joint, about, -1)


def plain_name(skeleton: Skeleton, joint: int) -> str:
    """The name of a joint without `left_` or `right_`."""
    return skeleton.joints[joint].removeprefix("left_").removeprefix("right_")


def _on_its_side(skeleton: Skeleton, joint: int, of_left: object, sign: int) -> np.ndarray:
    vector = np.array(of_left, dtype=np.float64)
    name = skeleton.joints[joint]
    if name in skeleton.right and plain_name(skeleton, joint) != name:
        vector = sign * vector * [-1, 1, 1]
    return vector
