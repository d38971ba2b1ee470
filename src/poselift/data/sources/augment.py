"""New poses from recorded ones: motion capture holds few kinds of motion, a lifter meets all kinds.

A pose is taken apart into the vectors of its bones and put together again, so that limbs can come from another pose,
turn about their joint, or change their length. World axes, z up. Everything works on whole batches.

Limbs and turns are named after the joints of Human3.6M-17. What hangs on the end of a limb, such as a foot, goes with
it. A skeleton with other names is mirrored, resized and tumbled; what needs a joint that it lacks is left out.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from poselift.arrays import Joints3D, float_type
from poselift.data.sources.draws import WindowDraws
from poselift.data.sources.feet import feet_turned, foot_of, limb_turn, put_flat
from poselift.geometry.rotation import axis_rotation, rotated, unit_vectors, vector_rotation
from poselift.settings import NotNegative, Probability, Settings
from poselift.skeleton import Skeleton

# Limbs that may come from another pose, by the frame they hang in: ("hips" | "shoulders", joints of the limb).
_LIMBS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hips", ("left_knee", "left_ankle")),
    ("hips", ("right_knee", "right_ankle")),
    ("shoulders", ("left_elbow", "left_wrist")),
    ("shoulders", ("right_elbow", "right_wrist")),
)
# Joints whose bone to the parent turns, with everything that hangs on it; and how freely, next to the config's angle.
_TURNED = {"spine": 0.5, "thorax": 0.5, "nose": 1.0, "knee": 1.0, "ankle": 1.0, "elbow": 1.5, "wrist": 1.5}
_FRAMES = {
    "hips": (("left_hip", "right_hip"), ("pelvis", "spine")),
    "shoulders": (("left_shoulder", "right_shoulder"), ("spine", "thorax")),
}


# Of the feet of people who sit.
_FLAT = 0.7


class PoseAugmentConfig(Settings):
    """How far augmented poses go from recorded ones.

    Attributes:
        mirror: probability to exchange left and right.
        exchange: probability, limb by limb, to take an arm or a leg from another pose of the batch.
        turn_rad: standard deviation of the random turn of each bone about its parent joint.
        wild: probability that a pose is turned three times as far.
        free: probability, limb by limb, to point an arm or a leg anywhere within the limits of its joints.
        sit: probability to bend hips and knees as on a chair.
        tumble: probability to turn the whole body any way up: lying, handstands.
        size: standard deviation of the log of the body's size.
        bones: standard deviation of the log of each bone's length, the same left and right.
        foot_rad: standard deviation of the turn of each foot about its ankle, of skeletons with toes and heels.
    """

    section: ClassVar[str] = "augment"

    mirror: Probability = 0.5
    exchange: Probability = 0.5
    turn_rad: NotNegative = 0.2
    wild: Probability = 0.3
    free: Probability = 0.25
    sit: Probability = 0.08
    tumble: Probability = 0.05
    size: NotNegative = 0.08
    bones: NotNegative = 0.05
    foot_rad: NotNegative = 0.2


def augmented(
    joints_world_mm: Joints3D, skeleton: Skeleton, config: PoseAugmentConfig, rng: np.random.Generator
) -> Joints3D:
    """A changed copy of each pose of a batch (B, J, 3), or of each window of a batch (B, T, J, 3).

    All frames of a window are changed alike: they stay one movement of one person.
    """
    shape = joints_world_mm.shape
    joints = np.array(joints_world_mm, dtype=float_type(joints_world_mm)).reshape(-1, *shape[-2:])
    draws = WindowDraws(rng, shape[1] if len(shape) == 4 else 1, joints.dtype)
    return _changed(joints, skeleton, config, draws).reshape(shape)


def _changed(joints: np.ndarray, skeleton: Skeleton, config: PoseAugmentConfig, draws: WindowDraws) -> np.ndarray:
    batch = len(joints)
    flip = draws.random(batch) < config.mirror
    joints[flip] = mirrored(joints[flip], skeleton)
    bones = _to_bones(joints, skeleton)
    if config.exchange > 0:
        bones = _limbs_exchanged(joints, bones, skeleton, config, draws)
    bones = _freed(joints, bones, skeleton, config, draws)
    bones = _seated(joints, bones, skeleton, draws.random(batch) < config.sit, draws)
    bones = _turned(bones, skeleton, config, draws)
    bones = feet_turned(bones, skeleton, config.foot_rad, draws)
    bones = _resized(bones, skeleton, config, draws)
    tumbling = draws.random(batch) < config.tumble
    bones[tumbling] = rotated(_any_rotation(int(tumbling.sum()), draws), bones[tumbling])
    root = skeleton.root_position(joints)
    posed: np.ndarray = _from_bones(bones, skeleton) + root
    return posed


def mirrored(joints: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Joints (..., J, D) seen in a mirror: the first coordinate negated, left and right exchanged."""
    flipped: np.ndarray = joints[..., skeleton.flip_permutation, :].copy()
    flipped[..., 0] *= -1
    return flipped


def _to_bones(joints: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Vector from its parent to each joint, (B, J, 3); from the root to a joint without a parent."""
    parents = np.array(skeleton.parents)
    from_where = np.where((parents < 0)[:, None], skeleton.root_position(joints), joints[:, parents])
    bones: np.ndarray = joints - from_where
    return bones


def _from_bones(bones: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Joints relative to the root from bone vectors."""
    joints = bones.copy()
    for joint in skeleton.outwards:
        parent = skeleton.parents[joint]
        if parent >= 0:
            joints[:, joint] += joints[:, parent]
    return joints


def _descendants(skeleton: Skeleton, joint: int) -> list[int]:
    """The joint and all that hang on it."""
    found = [joint]
    for j in skeleton.outwards:
        if skeleton.parents[j] in found:
            found.append(j)
    return found


def _hanging(skeleton: Skeleton, limb: tuple[str, ...]) -> list[int]:
    """What hangs on the end of a limb."""
    return _descendants(skeleton, skeleton.index(limb[-1]))[1:]


def _point(
    bones: np.ndarray, chosen: np.ndarray, skeleton: Skeleton, limb: tuple[str, ...], directions: list[np.ndarray]
) -> None:
    """Let the bones of a limb of the chosen poses point elsewhere, in place, with all that hangs on it."""
    upper, lower = skeleton.indices(limb)
    if hanging := _hanging(skeleton, limb):
        old = bones[chosen, upper], bones[chosen, lower]
        turn = limb_turn(old, (directions[0], directions[1]))
        rows = np.ix_(chosen, np.array(hanging))
        bones[rows] = rotated(turn, bones[rows])
    for joint, direction in zip((upper, lower), directions, strict=True):
        bones[chosen, joint] = direction * np.linalg.norm(bones[chosen, joint], axis=-1, keepdims=True)


def _limbs(skeleton: Skeleton) -> list[tuple[str, tuple[str, ...]]]:
    """Those of `_LIMBS` that the skeleton has, and whose frame it has."""
    return [(frame, limb) for frame, limb in _LIMBS if skeleton.has(limb) and _has_frame(skeleton, frame)]


def _has_frame(skeleton: Skeleton, name: str) -> bool:
    return all(skeleton.has(joints) for joints in _FRAMES[name])


def _body_frame(joints: np.ndarray, skeleton: Skeleton, name: str) -> np.ndarray:
    """Axes (B, 3, 3) as columns: to the left, forward, up, of the hips or the shoulders."""
    (left, right), (low, high) = _FRAMES[name]
    index = skeleton.index
    sideways = unit_vectors(joints[:, index(left)] - joints[:, index(right)])
    up = joints[:, index(high)] - joints[:, index(low)]
    up = unit_vectors(up - (up * sideways).sum(-1, keepdims=True) * sideways)
    forward = np.cross(sideways, up)
    return np.stack([sideways, forward, up], axis=-1)


def _limbs_exchanged(
    joints: np.ndarray, bones: np.ndarray, skeleton: Skeleton, config: PoseAugmentConfig, draws: WindowDraws
) -> np.ndarray:
    batch = len(joints)
    bones = bones.copy()
    donors = bones.copy()
    for frame, limb in _limbs(skeleton):
        axes = _body_frame(joints, skeleton, frame)
        donor = draws.permutation(batch)
        takes = draws.random(batch) < config.exchange
        donor = donor[takes]
        turn = axes[takes] @ np.swapaxes(axes[donor], -1, -2)
        for joint in (*skeleton.indices(limb), *_hanging(skeleton, limb)):
            length = np.linalg.norm(bones[takes, joint], axis=-1)
            taken = rotated(turn, donors[donor, joint])
            taken *= (length / np.maximum(np.linalg.norm(taken, axis=-1), 1e-6))[:, None]
            bones[takes, joint] = taken
    return bones


def _freed(
    joints: np.ndarray, bones: np.ndarray, skeleton: Skeleton, config: PoseAugmentConfig, draws: WindowDraws
) -> np.ndarray:
    """Point some limbs anywhere that their joints allow."""
    bones = bones.copy()
    for frame, limb in _limbs(skeleton):
        chosen = draws.random(len(joints)) < config.free
        count = int(chosen.sum())
        upper, lower = (_arm if frame == "shoulders" else _leg)(count, draws)
        if limb[0].startswith("right"):
            upper, lower = (direction * np.array([-1, 1, 1]) for direction in (upper, lower))
        axes = _body_frame(joints[chosen], skeleton, frame)
        _point(bones, chosen, skeleton, limb, [rotated(axes, upper), rotated(axes, lower)])
    return bones


def _arm(count: int, draws: WindowDraws) -> tuple[np.ndarray, np.ndarray]:
    """Directions (count, 3) of a left upper arm and forearm in body axes (left, forward, up)."""
    # Not far behind the back nor through the chest: those directions are folded back.
    upper = unit_vectors(draws.normal(size=(count, 3)))
    upper[:, 1] = np.where(upper[:, 1] < -0.5, -upper[:, 1], upper[:, 1])
    upper[:, 0] = np.where(upper[:, 0] < -0.3, -upper[:, 0], upper[:, 0])
    # Elbows bend towards the front rather than the back.
    towards = draws.normal(size=(count, 3)) + np.array([0, 1.0, 0])
    towards = unit_vectors(towards - (towards * upper).sum(-1, keepdims=True) * upper)
    bend = draws.uniform(0, np.radians(140), (count, 1))
    return upper, np.cos(bend) * upper + np.sin(bend) * towards


def _leg(count: int, draws: WindowDraws) -> tuple[np.ndarray, np.ndarray]:
    """Directions (count, 3) of a left thigh and shin in body axes (left, forward, up)."""
    raised = np.radians(np.clip(draws.normal(15, 35, count), -25, 115))
    opened = np.radians(np.clip(draws.normal(12, 25, count), -15, 75))
    bend = np.radians(np.clip(np.abs(draws.normal(0, 45, count)), 0, 130))
    turned = np.radians(draws.normal(0, 25, count))
    thigh = np.stack([np.sin(opened), np.cos(opened) * np.sin(raised), -np.cos(opened) * np.cos(raised)], axis=-1)
    # The shin folds backwards, in a plane that turns with the hip.
    back = np.stack([np.zeros(count), -np.cos(raised), -np.sin(raised)], axis=-1)
    aside = np.cross(thigh, back)
    fold = np.cos(turned)[:, None] * back + np.sin(turned)[:, None] * aside
    return thigh, np.cos(bend)[:, None] * thigh + np.sin(bend)[:, None] * fold


def _seated(
    joints: np.ndarray, bones: np.ndarray, skeleton: Skeleton, chosen: np.ndarray, draws: WindowDraws
) -> np.ndarray:
    """Bend both hips and knees of the chosen poses; thighs open by up to 25 degrees, most feet stand on the floor."""
    count = int(chosen.sum())
    legs = [limb for frame, limb in _limbs(skeleton) if frame == "hips"]
    if count == 0 or len(legs) < 2:
        return bones
    bones = bones.copy()
    axes = _body_frame(joints[chosen], skeleton, "hips")
    hip_bend = np.radians(draws.uniform(60, 110, count))
    for side, sign in (("left", 1), ("right", -1)):
        thigh_angle = hip_bend + draws.normal(0, 0.1, count)
        shin_angle = thigh_angle - np.radians(draws.uniform(50, 120, count))
        opening = axis_rotation("Z", -sign * np.radians(draws.uniform(-5, 25, count)))
        local = (
            np.stack([np.zeros(count), np.sin(angle), -np.cos(angle)], axis=-1) for angle in (thigh_angle, shin_angle)
        )
        directions = [np.einsum("bij,bjk,bk->bi", axes, opening, direction) for direction in local]
        _point(bones, chosen, skeleton, (f"{side}_knee", f"{side}_ankle"), directions)
    for side in ("left", "right"):
        if foot := foot_of(skeleton, side):
            flat = draws.random(count) < _FLAT
            rows = np.flatnonzero(chosen)[flat]
            bones[rows] = put_flat(bones[rows], foot, axes[flat, :, 2])
    return bones


def _turned(bones: np.ndarray, skeleton: Skeleton, config: PoseAugmentConfig, draws: WindowDraws) -> np.ndarray:
    """Turn each bone, with what hangs on it, by a random rotation vector."""
    frames, draws = draws.frames, draws.of_windows
    windows = len(bones) // frames
    spread = config.turn_rad * np.where(draws.random(windows) < config.wild, 3.0, 1.0).astype(bones.dtype)
    # What all the turns above a bone come to, (B, J, 3, 3).
    turn = np.broadcast_to(np.eye(3, dtype=bones.dtype), (windows, len(skeleton), 3, 3)).copy()
    for joint in skeleton.outwards:
        if (parent := skeleton.parents[joint]) >= 0:
            turn[:, joint] = turn[:, parent]
        if freedom := _TURNED.get(skeleton.joints[joint].split("_")[-1], 0.0):
            own = vector_rotation(draws.normal(0, 1, (windows, 3)) * (spread * freedom)[:, None])
            turn[:, joint] = own @ turn[:, joint]
    of_joints = np.ascontiguousarray(bones.reshape(windows, frames, -1, 3).swapaxes(1, 2))
    turned = rotated(turn.reshape(-1, 3, 3), of_joints.reshape(-1, frames, 3)).reshape(of_joints.shape)
    return np.ascontiguousarray(turned.swapaxes(1, 2)).reshape(bones.shape)


def _resized(bones: np.ndarray, skeleton: Skeleton, config: PoseAugmentConfig, draws: WindowDraws) -> np.ndarray:
    batch = len(bones)
    factor = np.exp(draws.normal(0, config.bones, (batch, len(skeleton))) if config.bones else np.zeros((batch, 1)))
    if config.bones:
        left, right = skeleton.indices(skeleton.left), skeleton.indices(skeleton.right)
        # A foot is rigid: its toe and its heel are larger or smaller together.
        if skeleton.has(("left_toe", "left_heel")):
            factor[:, skeleton.index("left_heel")] = factor[:, skeleton.index("left_toe")]
        factor[:, right] = factor[:, left]
    resized: np.ndarray = bones * (factor * np.exp(draws.normal(0, config.size, (batch, 1))))[..., None]
    return resized


def _any_rotation(count: int, draws: WindowDraws) -> np.ndarray:
    """Uniformly distributed rotations (count, 3, 3)."""
    q, r = np.linalg.qr(draws.normal(size=(count, 3, 3)))
    rotation: np.ndarray = q * np.sign(np.diagonal(r, axis1=-2, axis2=-1))[:, None, :]
    rotation[:, :, 0] *= np.linalg.det(rotation)[:, None]
    return rotation
