"""What bones say about the order of joints: a body is alike on both sides, and its bones do not stretch."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from poselift.skeleton import SKELETONS, Skeleton

# Beyond these a body looks wrong: how many times longer a bone is than that of the other side; how much its length
# changes over time, one bone's and that of half of them; and how the two bones of a limb compare. Motion capture has
# at most 1.06, 0.31 and 0.01; what cameras measured jitters more.
_MOST_UNEVEN, _MOST_CHANGE, _MOST_CHANGE_OF_HALF = 1.4, 0.6, 0.3
_LIMBS = {("hip", "knee", "ankle"): (0.65, 1.6), ("shoulder", "elbow", "wrist"): (0.7, 1.9)}
# An order fits if it makes bones so much more even and steady.
_GAIN = 0.5
_NOTHING_MM = 1.0


def oddity(
    joints_mm: Float[np.ndarray, "poses joints 3"], clip: Int[np.ndarray, " poses"], skeleton: Skeleton
) -> str | None:
    """What is wrong with the bones of poses (N, J, 3), in words; None if nothing is.

    Args:
        clip: (N,) of which clip each pose is; people may differ from clip to clip.
    """
    return (
        _uneven(joints_mm, skeleton)
        or _stretched(joints_mm, clip, skeleton)
        or _ill_proportioned(joints_mm, skeleton)
    )


def order_that_fits(
    joints_mm: Float[np.ndarray, "poses joints 3"], clip: Int[np.ndarray, " poses"], skeleton: Skeleton
) -> str | None:
    """The order of joints in which these poses look like bodies, if that given does not: None where none is known.

    Tried are the known skeletons of as many joints, and the joints of this one by the alphabet and backwards.
    """
    orders = {f"{name}": known for name, known in SKELETONS.items() if len(known) == len(skeleton)}
    for name, order in (("the alphabet", sorted(skeleton.joints)), ("its joints backwards", skeleton.joints[::-1])):
        orders[name] = Skeleton.from_dict({**skeleton.as_dict(), "joints": list(order)})
    costs = {name: _cost(joints_mm, clip, order) for name, order in orders.items()}
    best = min(costs, key=lambda name: costs[name])
    if oddity(joints_mm, clip, orders[best]) or costs[best] > _GAIN * _cost(joints_mm, clip, skeleton):
        return None
    return best


def _cost(joints_mm: np.ndarray, clip: np.ndarray, skeleton: Skeleton) -> float:
    uneven = [abs(np.log(ratio)) for _, ratio in _sides(joints_mm, skeleton)]
    return float(np.mean([*uneven, *_changes(joints_mm, clip, skeleton).values(), 0.0]))


def _lengths_mm(joints_mm: np.ndarray, bone: tuple[int, int]) -> np.ndarray:
    lengths: np.ndarray = np.linalg.norm(joints_mm[:, bone[0]] - joints_mm[:, bone[1]], axis=-1)
    return lengths


def _sides(joints_mm: np.ndarray, skeleton: Skeleton) -> list[tuple[str, float]]:
    """Bones that have another on the other side, and how many times longer they are than that."""
    flip = skeleton.flip_permutation
    found = []
    for bone, (a, b) in zip(skeleton.bones, skeleton.edges, strict=True):
        other = (int(flip[a]), int(flip[b]))
        if {a, b} == set(other):
            continue
        own, theirs = (float(np.median(_lengths_mm(joints_mm, ends))) for ends in ((a, b), other))
        found.append(("-".join(bone), (own + _NOTHING_MM) / (theirs + _NOTHING_MM)))
    return found


def _changes(joints_mm: np.ndarray, clip: np.ndarray, skeleton: Skeleton) -> dict[str, float]:
    """How much each bone changes over the frames of a clip, as a share of its length; the median of clips."""
    changes = {}
    parts = [joints_mm[clip == number] for number in np.unique(clip)]
    for bone, ends in zip(skeleton.bones, skeleton.edges, strict=True):
        lengths = [_lengths_mm(part, ends) for part in parts]
        changes["-".join(bone)] = float(np.median([own.std() / (own.mean() + _NOTHING_MM) for own in lengths]))
    return changes


def _uneven(joints_mm: np.ndarray, skeleton: Skeleton) -> str | None:
    bone, ratio = max(_sides(joints_mm, skeleton), key=lambda side: side[1], default=("", 1.0))
    return f"{bone} is {ratio:.1f} times as long as on the other side" if ratio > _MOST_UNEVEN else None


def _stretched(joints_mm: np.ndarray, clip: np.ndarray, skeleton: Skeleton) -> str | None:
    changes = _changes(joints_mm, clip, skeleton)
    bone = max(changes, key=lambda name: changes[name], default="")
    if not bone or (changes[bone] <= _MOST_CHANGE and np.median(list(changes.values())) <= _MOST_CHANGE_OF_HALF):
        return None
    return f"the length of {bone} changes by {changes[bone]:.0%} over a clip"


def _ill_proportioned(joints_mm: np.ndarray, skeleton: Skeleton) -> str | None:
    for limb, (least, most) in _LIMBS.items():
        for side in ("left", "right"):
            names = [f"{side}_{name}" for name in limb]
            if not skeleton.has(names):
                continue
            a, b, c = skeleton.indices(names)
            first, second = (float(np.median(_lengths_mm(joints_mm, ends))) for ends in ((a, b), (b, c)))
            ratio = first / (second + _NOTHING_MM)
            if not least <= ratio <= most:
                return f"{names[0]}-{names[1]} is {ratio:.1f} times as long as {names[1]}-{names[2]}"
    return None
