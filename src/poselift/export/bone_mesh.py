"""The bones of a rig as slim octahedra, so that a skeleton is visible wherever it is opened."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from poselift.export.rig import Rig
from poselift.geometry.aiming import any_across

# Where a bone is widest, and how wide it is there from its middle, as parts of its length.
_WIDEST, _WIDTH = 0.2, 0.11
# Wider and slimmer than this, in millimetres, no bone is.
_SLIMMEST_MM, _WIDEST_MM = 8.0, 45.0
# The corners of the triangles: the start, four around, the end.
_FACES = np.array([(0, 1 + n, 1 + (n + 1) % 4) for n in range(4)] + [(5, 1 + (n + 1) % 4, 1 + n) for n in range(4)])


class BoneMesh(NamedTuple):
    """Triangles (T, 3 corners, 3) around a rig at rest, and for each of them the node that it moves with."""

    corners_mm: Float[np.ndarray, "triangles 3 3"]
    normals: Float[np.ndarray, "triangles 3 3"]
    nodes: Int[np.ndarray, " triangles"]


def bone_mesh(rig: Rig, bones: list[int]) -> BoneMesh:
    """The bones to these joints; those without a length are left out."""
    places, carriers = rig.rest_places_mm, rig.carriers
    corners, nodes = [np.empty((0, 3, 3))], [np.empty(0, dtype=int)]
    for joint in bones:
        carrier, end = carriers[joint], places[rig.joints.index(joint)]
        length = np.linalg.norm(end - places[carrier])
        if length > 0:
            corners.append(_octahedron(places[carrier], end)[_FACES])
            nodes.append(np.full(len(_FACES), carrier))
    triangles = np.concatenate(corners)
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    return BoneMesh(triangles, np.repeat(across[:, None], 3, axis=1), np.concatenate(nodes))


def _octahedron(start: np.ndarray, end: np.ndarray) -> Float[np.ndarray, "6 3"]:
    """Its corners, those around in the order that makes the triangles face outwards."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    one = any_across(along[None])[0]
    other = np.cross(along, one)
    width = float(np.clip(_WIDTH * length, _SLIMMEST_MM, _WIDEST_MM))
    middle = start + _WIDEST * (end - start)
    around = [middle + width * side for side in (one, other, -one, -other)]
    # Seen from the start they go against the clock about `along`, so that this face looks away from it.
    return np.stack([start, *around[::-1], end])
