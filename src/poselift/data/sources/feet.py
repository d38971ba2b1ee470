"""What hangs on the end of a limb, such as a foot, when the limb points elsewhere; and feet that turn at the ankle.

Poses are bone vectors from parent to joint, (B, J, 3); a foot is what joins an ankle to its toe and its heel.
"""

from __future__ import annotations

import numpy as np

from poselift.data.sources.draws import WindowDraws
from poselift.geometry.rotation import rotated, unit_vectors, vector_rotation
from poselift.skeleton import Skeleton

# Angles between the foot, heel to toe, and the shin upwards: 90 degrees stand, less is bent up, more is stretched.
_LEAST_RAD, _MOST_RAD = np.radians([65.0, 145.0])
# A foot turns less about the shin and about itself than up and down.
_ASIDE = 0.5
_MOST_ASIDE_RAD = np.radians(30.0)


def turn_between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The smallest rotations (N, 3, 3) that turn directions (N, 3) onto others; none where they are opposite."""
    axis = np.cross(start, end)
    sine = np.linalg.norm(axis, axis=-1)
    angle = np.arctan2(sine, (start * end).sum(axis=-1))
    turn: np.ndarray = vector_rotation(axis * (angle / np.maximum(sine, 1e-9))[:, None])
    return turn


def limb_turn(old: tuple[np.ndarray, np.ndarray], new: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Rotations (N, 3, 3) of what hangs on a limb whose upper and lower bone (N, 3) point elsewhere now.

    The hip turns the thigh, and then the knee the shin: a foot keeps its place on the shin, and neither twists.
    """
    at_hip = turn_between(old[0], new[0])
    at_knee = turn_between(rotated(at_hip, old[1]), new[1])
    both: np.ndarray = at_knee @ at_hip
    return both


def feet_turned(bones: np.ndarray, skeleton: Skeleton, spread_rad: float, draws: WindowDraws) -> np.ndarray:
    """Turn each foot about its ankle at random: up and down within the limits of the joint, and a little aside."""
    feet = [foot for side in ("left", "right") if (foot := foot_of(skeleton, side))]
    if spread_rad == 0 or not feet:
        return bones
    bones = bones.copy()
    for foot in feet:
        bend, *aside = np.moveaxis(draws.normal(0, spread_rad, (len(bones), 3)), -1, 0)
        about_shin, about_foot = (
            np.clip(_ASIDE * turn, -_MOST_ASIDE_RAD, _MOST_ASIDE_RAD)[:, None] for turn in aside
        )
        upwards, ahead = _directions(bones, foot)
        turn = (
            vector_rotation(upwards * about_shin) @ _bend(upwards, ahead, bend) @ vector_rotation(ahead * about_foot)
        )
        bones[:, foot[1:]] = rotated(turn, bones[:, foot[1:]])
    return bones


def put_flat(bones: np.ndarray, foot: list[int], up: np.ndarray) -> np.ndarray:
    """Bend feet at the ankle until heel and toe are level, or as far as the joint goes; up is (B, 3)."""
    bones = bones.copy()
    upwards, ahead = _directions(bones, foot)
    level = np.pi / 2 - np.arccos(np.clip((ahead * up).sum(axis=-1), -1, 1))
    bones[:, foot[1:]] = rotated(_bend(upwards, ahead, level), bones[:, foot[1:]])
    return bones


def foot_of(skeleton: Skeleton, side: str) -> list[int]:
    """Ankle, toe and heel of a side; none where the skeleton lacks one."""
    joints = [f"{side}_{joint}" for joint in ("ankle", "toe", "heel")]
    return skeleton.indices(joints) if skeleton.has(joints) else []


def _directions(bones: np.ndarray, foot: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Up the shin, and from heel to toe."""
    ankle, toe, heel = foot
    return unit_vectors(-bones[:, ankle]), unit_vectors(bones[:, toe] - bones[:, heel])


def _bend(upwards: np.ndarray, ahead: np.ndarray, angle_rad: np.ndarray) -> np.ndarray:
    """Rotations that stretch the ankle by an angle, as far as it goes."""
    hinge = np.cross(upwards, ahead)
    now = np.arctan2(np.linalg.norm(hinge, axis=-1), (upwards * ahead).sum(axis=-1))
    # A recorded foot beyond the limits may stay where it is.
    then = np.clip(now + angle_rad, np.minimum(now, _LEAST_RAD), np.maximum(now, _MOST_RAD))
    return vector_rotation(unit_vectors(hinge) * (then - now)[:, None])
