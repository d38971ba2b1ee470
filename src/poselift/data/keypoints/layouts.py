"""Which joints a number of them means, detector by detector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError
from poselift.skeleton import Skeleton, get_skeleton

# How many joints a file has -> the skeletons that it may mean, which are its first joints.
LAYOUTS: dict[int, tuple[str, ...]] = {
    17: ("coco17",),
    18: ("coco18",),
    21: ("body21",),
    23: ("wholebody23",),
    25: ("body25", "body25b"),
    26: ("halpe26",),
    33: ("blazepose33",),
    133: ("wholebody23",),  # then face and hands
    136: ("halpe26",),
}
# A layout is right if its bodies are so much more like bodies than those of the other.
_CLEARLY, _MOST_PEOPLE = 0.65, 200


def layout_of(
    n_joints: int, said: Said, where: object, people: Sequence[Float[np.ndarray, "_ 3"]] = ()
) -> tuple[Skeleton, tuple[str, ...]]:
    """The skeleton of so many joints, and a note where people had to be looked at to know it.

    Args:
        said: its layout counts more than anything, where it has as many joints.
        where: the file, for errors.
        people: x, y and confidence of the people in it.

    Raises:
        DataFormatError: no layout has so many joints, that said has others, or people do not tell which it is.
    """
    if said.skeleton is not None:
        known = LAYOUTS.get(n_joints, ())
        if len(said.skeleton) != n_joints and said.skeleton.name not in known:
            raise DataFormatError(
                f"{where}: expected {len(said.skeleton)} joints of {said.skeleton.name}, found {n_joints}",
                "--layout names another skeleton",
            )
        return said.skeleton, ()
    names = LAYOUTS.get(n_joints)
    if names is None:
        numbers = ", ".join(map(str, LAYOUTS))
        raise DataFormatError(f"{where}: expected {numbers} joints, found {n_joints}", "--layout names the skeleton")
    if len(names) == 1:
        return get_skeleton(names[0]), ()
    oddities = {name: _oddity(people, get_skeleton(name)) for name in names}
    best, other = sorted(names, key=lambda name: oddities[name])[:2]
    if not oddities[best] < _CLEARLY * oddities[other]:
        raise DataFormatError(
            f"{where}: {n_joints} joints may be {' or '.join(names)}, and the people do not tell which",
            f"--layout {names[0]} or --layout {names[1]}",
        )
    return get_skeleton(best), (f"its {n_joints} joints are taken for {best}, by what the people look like",)


def _oddity(people: Sequence[Float[np.ndarray, "_ 3"]], skeleton: Skeleton) -> float:
    """How unlike a body people are: the length of their bones over their size, the median; infinite of nobody."""
    found = []
    for person in people[:_MOST_PEOPLE]:
        seen = person[:, 2] > 0
        bones = [(a, b) for a, b in skeleton.edges if seen[a] and seen[b]]
        if len(bones) > len(skeleton.edges) / 2:
            lengths = [float(np.hypot(*(person[a, :2] - person[b, :2]))) for a, b in bones]
            size = float(np.ptp(person[seen, :2], axis=0).max())
            found.append(float(np.mean(lengths)) / max(size, 1e-9))
    return float(np.median(found)) if found else np.inf
