"""The way of the root through space, without trembling, and with feet that stand where they stand.

A single view says well in which direction somebody is, and badly how far away: some per cent of the distance, another
error in every frame. So the path is fitted over time. It is the likeliest one if each frame's root is known by so
much across and so much along the line of sight, if people accelerate like people, and if a foot that stands does not
move: a linear least-squares problem, solved for the whole clip at once.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.data.stretches import stretches_of
from poselift.errors import ShapeError
from poselift.world.banded import banded_solution, second_differences
from poselift.world.standing import standing_joints

# How well a frame says where the root is: across the line of sight, and along it as a share of the distance.
_ACROSS_MM, _ALONG = 5.0, 0.04
# How hard people accelerate: in any direction, upwards and to the side; and at what rate that was measured.
_ACCELERATION_MM_S2, _UPWARDS_MM_S2, _ASIDE_MM_S2, _AT_FPS = 8000.0, 16000.0, 5000.0, 30.0
# How far from where it stands a joint seems to be, relative to the root, because the pose is not known better.
_STANDING_MM = 50.0
# Where nobody says how far away somebody is, errors of the path do not add up over longer times than this.
_LONGEST_STEP_S = 1.0
_ROUNDS = 3


def with_steady_root(clip: Clip) -> Clip:
    """The clip with its root's path fitted over time; frames of unknown root stay so, and so does a lone frame.

    Raises:
        ShapeError: the clip has no 3D joints with a root position.
    """
    path, _ = steady_path(clip)
    return clip.replaced(root_cam_mm=path)


def steady_path(
    clip: Clip, up_cam: Float[np.ndarray, "3"] | None = None
) -> tuple[Float[np.ndarray, "frames 3"], Bool[np.ndarray, "frames joints"]]:
    """The fitted path of the root in camera axes, NaN where it is not known, and which joints stand in which frames.

    Args:
        up_cam: the unit vector that points up, in camera axes, where it is known: people jump, and do not dart aside.

    Raises:
        ShapeError: the clip has no 3D joints with a root position.
    """
    if clip.joints_root_mm is None or clip.root_cam_mm is None:
        raise ShapeError("this clip has no 3D joints with a root position", "lift it first")
    stands = np.zeros(clip.joints_root_mm.shape[:2], dtype=bool)
    path = clip.root_cam_mm.astype(np.float64)
    known = np.flatnonzero(np.isfinite(path).all(axis=-1) & np.isfinite(clip.joints_root_mm).all(axis=(1, 2)))
    if len(known) < 3:
        return path.astype(clip.root_cam_mm.dtype), stands
    seen, time_s = path[known], clip.time_s[known]
    joints = clip.joints_root_mm[known].astype(np.float64)
    unrest = _acceleration_weight(up_cam)
    fitted = _fitted(seen, seen, time_s, joints, stands[known], unrest)
    for _ in range(_ROUNDS):
        stands[known] = standing_joints(joints + fitted[:, None], fitted, time_s, clip.skeleton)
        fitted = _fitted(seen, fitted, time_s, joints, stands[known], unrest)
    path[known] = fitted
    return path.astype(clip.root_cam_mm.dtype), stands


def _fitted(
    seen: np.ndarray,
    path: np.ndarray,
    time_s: np.ndarray,
    joints: np.ndarray,
    stands: np.ndarray,
    unrest: Float[np.ndarray, "3 3"],
) -> np.ndarray:
    """The path (F, 3) with the least sum of squares, over unknowns in the order frame by frame, x y z.

    `path` is the one so far, by which it is known where feet stand; `unrest` weighs accelerations.
    """
    frames = len(seen)
    blocks = np.zeros((frames, 3, 3, 3))  # [frame, how many frames back, row, column]
    right = np.zeros((frames, 3))
    _add_seen(blocks, right, seen)
    _add_acceleration(blocks, np.minimum(np.diff(time_s), _LONGEST_STEP_S), unrest)
    _add_standing(blocks, right, path, joints, stands)
    band = np.zeros((3 * frames, 9))
    for back in range(3):
        for row in range(3):
            for column in range(3):
                if (away := 3 * back + row - column) >= 0:
                    band[row::3, away] = blocks[:, back, row, column]
    return banded_solution(band, right.ravel()).reshape(frames, 3)


def _add_seen(blocks: np.ndarray, right: np.ndarray, seen: np.ndarray) -> None:
    distance = np.linalg.norm(seen, axis=-1)
    sight = seen / distance[:, None]
    along = sight[:, :, None] * sight[:, None, :]
    weight = along / (_ALONG * distance[:, None, None]) ** 2 + (np.eye(3) - along) / _ACROSS_MM**2
    blocks[:, 0] += weight
    right += np.einsum("fij,fj->fi", weight, seen)


def _acceleration_weight(up_cam: np.ndarray | None) -> Float[np.ndarray, "3 3"]:
    """How much accelerations in each direction cost."""
    if up_cam is None:
        return np.eye(3) / _ACCELERATION_MM_S2**2
    vertical = np.outer(up_cam, up_cam)
    weight: np.ndarray = vertical / _UPWARDS_MM_S2**2 + (np.eye(3) - vertical) / _ASIDE_MM_S2**2
    return weight


def _add_acceleration(blocks: np.ndarray, steps_s: np.ndarray, unrest: np.ndarray) -> None:
    factors, lasts_s = second_differences(steps_s)
    # The longer it lasts, the more it weighs, so that any frame rate means the same.
    weight = lasts_s * _AT_FPS
    for later in range(3):
        for earlier in range(later + 1):
            added = (weight * factors[later] * factors[earlier])[:, None, None] * unrest
            blocks[later : later + len(added), later - earlier] += added


def _add_standing(
    blocks: np.ndarray, right: np.ndarray, path: np.ndarray, joints: np.ndarray, stands: np.ndarray
) -> None:
    """A joint stays, while it stands, where it was on average by the path so far."""
    weight = 1 / _STANDING_MM**2
    for joint in np.flatnonzero(stands.any(axis=0)):
        for first, end in stretches_of(stands[:, joint]):
            place = (path[first:end] + joints[first:end, joint]).mean(axis=0)
            blocks[first:end, 0] += weight * np.eye(3)
            right[first:end] += weight * (place - joints[first:end, joint])
