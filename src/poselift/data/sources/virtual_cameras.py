"""Virtual cameras: recorded motion as a 2D detector would have seen it.

Each pose or window of frames gets a camera of its own, drawn at random. The joints are projected, and then spoilt the
way detectors spoil them: joints defined a little elsewhere than in motion capture, jitter that grows with the size
of the person, guesses for hidden joints, joints missing or out of the image, and a focal length that is only guessed.

What is special about single joints goes by the names of Human3.6M-17; a skeleton of other names does without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from poselift.arrays import Joints3D, float_type
from poselift.data.clip import Keypoints
from poselift.data.sources.draws import WindowDraws, lasting, wandering
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.intrinsics import Intrinsics
from poselift.geometry.rotation import axis_rotation, rotated
from poselift.normalisation.base import Seen
from poselift.settings import NotNegative, Probability, Range, Settings
from poselift.skeleton import Skeleton

_NEAREST_MM = 400.0
_WIDTH_PX = 1000.0
# Detectors place these joints worse than shoulders and knees.
_JITTER = {
    "hip": 1.4,
    "wrist": 1.4,
    "ankle": 1.2,
    "head": 1.5,
    "nose": 1.2,
    "pelvis": 1.0,
    "spine": 0.8,
    "thorax": 0.8,
    "toe": 1.5,
    "heel": 1.4,
}
# Detectors disagree most about where the hips are: at the joint, at the groin or at the waist.
_DEFINITION = {"hip": 2.5}
_FEET = ("left_toe", "right_toe", "left_heel", "right_heel")
# Most detectors report limbs and face alone; formats make the trunk's joints from them.
_DERIVED = {
    "pelvis": ("left_hip", "right_hip"),
    "thorax": ("left_shoulder", "right_shoulder"),
    "spine": ("left_hip", "right_hip", "left_shoulder", "right_shoulder"),
}
_CUT_OFF = (
    ("left_knee", "right_knee", "left_ankle", "right_ankle"),
    ("left_ankle", "right_ankle"),
    ("left_elbow", "left_wrist"),
    ("right_elbow", "right_wrist"),
    ("nose", "head"),
    _FEET,
)


class ViewConfig(Settings):
    """What cameras and what detector the poses are seen by. Ranges are drawn from uniformly.

    Attributes:
        distance_mm: from the camera to the person.
        height_mm: of the camera above the person's root.
        off_axis_rad: angle between the optical axis and the person.
        roll_rad: standard deviation of the camera's roll.
        aspect: height over width of the image.
        fov_deg: field of view along the longer side.
        cropped: probability that the image's border cuts the person; otherwise all of the person is seen.
        focal_guess: standard deviation of the log of the assumed over the true focal length.
        definition_mm: standard deviation of where the detector believes a joint to be, left and right alike.
        derived: probability that pelvis, spine and thorax are no detections but means of hips and shoulders.
        face_mm: how far in front of the mocap joint a detector sees the nose, at most; the head is seen anywhere
            between the neck's end and the top.
        jitter: standard deviation of the detection error over the person's size (root mean square radius).
        outlier: probability that a joint's error is five times as large.
        hidden: probability that a joint is hidden: guessed with a large error and low confidence.
        missing: probability that a joint is not reported.
        hidden_s, missing_s: how long that lasts on average, in windows of several frames.
        cut_off: probability that a limb, the legs with the feet, the feet or the head are not reported.
        absent: probability, joint by joint, that it is not reported in the whole window.
        footless: probability that the detector knows no feet: toes and heels are not reported in the whole window.
    """

    section: ClassVar[str] = "views"

    distance_mm: Range = (1800.0, 6000.0)
    height_mm: Range = (-800.0, 2500.0)
    off_axis_rad: Range = (0.0, 0.35)
    roll_rad: NotNegative = 0.17
    aspect: Range = (0.56, 1.78)
    fov_deg: Range = (35.0, 80.0)
    cropped: Probability = 0.15
    focal_guess: NotNegative = 0.2
    definition_mm: NotNegative = 20.0
    derived: Probability = 0.7
    face_mm: NotNegative = 120.0
    jitter: NotNegative = 0.02
    outlier: Probability = 0.03
    hidden: Probability = 0.05
    missing: Probability = 0.02
    hidden_s: NotNegative = 0.4
    missing_s: NotNegative = 0.1
    cut_off: Probability = 0.08
    absent: Probability = 0.0
    footless: Probability = 0.0

    def with_true_2d(self) -> ViewConfig:
        """The same cameras with a perfect detector and a known focal length."""
        return self.replaced(
            cropped=0,
            focal_guess=0,
            definition_mm=0,
            derived=0,
            face_mm=0,
            jitter=0,
            outlier=0,
            hidden=0,
            missing=0,
            cut_off=0,
            absent=0,
            footless=0,
        )


@dataclass(frozen=True, eq=False)
class Views:
    """Poses as seen by one camera each, or windows of T frames by one camera for all frames of a window.

    Attributes:
        joints_cam_mm: (B, J, 3) or (B, T, J, 3) the truth, in camera axes.
        joints_plane: (B, J, 2) or (B, T, J, 2) detections on the plane z = 1 of the assumed camera.
        confidence: (B, J) or (B, T, J); 0 where the detector reported nothing.
        lens, true_lens: what is assumed of the cameras, and what they are; images are 1000 pixels wide.
    """

    joints_cam_mm: np.ndarray
    joints_plane: np.ndarray
    confidence: np.ndarray
    lens: Intrinsics
    true_lens: Intrinsics

    def __len__(self) -> int:
        return len(self.confidence)

    @classmethod
    def joined(cls, parts: Sequence[Views]) -> Views:
        """Those of several, one after the other."""
        return cls(
            np.concatenate([part.joints_cam_mm for part in parts]),
            np.concatenate([part.joints_plane for part in parts]),
            np.concatenate([part.confidence for part in parts]),
            Intrinsics.joined([part.lens for part in parts]),
            Intrinsics.joined([part.true_lens for part in parts]),
        )

    def rows(self, chosen: np.ndarray | slice) -> Views:
        """Some of them."""
        arrays = self.joints_cam_mm, self.joints_plane, self.confidence
        joints_cam_mm, plane, confidence = (array[chosen] for array in arrays)
        return Views(joints_cam_mm, plane, confidence, self.lens.rows(chosen), self.true_lens.rows(chosen))

    def seen(self, skeleton: Skeleton) -> Seen:
        """What a network may look at; of a missing joint nothing is left to see."""
        joints = len(skeleton)
        confidence = self.confidence.reshape(len(self), -1, joints)
        plane = self.joints_plane.reshape(len(self), -1, joints, 2)
        plane = np.where(confidence[..., None] > 0, plane, 0)
        return Seen(skeleton, confidence, self.lens, on_plane=plane, true_lens=self.true_lens)


def draw_views(
    joints_world_mm: Joints3D,
    skeleton: Skeleton,
    config: ViewConfig,
    rng: np.random.Generator,
    *,
    fps: float | np.ndarray = 50.0,
) -> Views:
    """See each pose (B, J, 3), or each window (B, T, J, 3), through a camera and a detector drawn at random.

    Args:
        fps: frames per second of the windows, or of each of them (B,): joints are hidden for seconds.
    """
    shape = joints_world_mm.shape
    frames = shape[1] if len(shape) == 4 else 1
    joints = joints_world_mm.astype(float_type(joints_world_mm), copy=False)
    joints = joints.reshape(len(joints_world_mm), frames, *shape[-2:])
    batch, rate = len(joints), np.broadcast_to(np.asarray(fps, dtype=np.float64), len(joints))
    to_camera, position = _draw_cameras(joints, skeleton, config, rng)
    joints_cam = _in_camera(joints, to_camera, position)
    believed_cam = _in_camera(joints + _definition_offsets(joints, skeleton, config, rng), to_camera, position)
    plane = believed_cam[..., :2] / believed_cam[..., 2:]
    in_image, true_lens = _inside_image(plane, config, rng)
    plane, confidence = _found(plane, in_image, skeleton, config, rng, rate)
    # A pose that would keep fewer than four joints stays whole: there is nothing to learn from it otherwise.
    enough = (confidence > 0).sum(axis=-1, keepdims=True) >= 4
    confidence = np.where(enough, confidence, np.maximum(confidence, 0.1))
    guess = np.exp(rng.normal(0, config.focal_guess, (batch, 1, 1)))
    plane *= guess[..., None].astype(plane.dtype)
    lens = Intrinsics(true_lens.focal_px / guess[:, 0], true_lens.center_px, true_lens.size_px)
    return Views(
        joints_cam.reshape(shape), plane.reshape(*shape[:-1], 2), confidence.reshape(shape[:-1]), lens, true_lens
    )


def detected_by(
    camera: Camera,
    joints_cam_mm: Joints3D,
    skeleton: Skeleton,
    config: ViewConfig,
    rng: np.random.Generator,
    *,
    fps: float,
) -> Keypoints:
    """What the virtual detector says of a take (F, J, 3) that a camera, whose lens is known, saw whole.

    Its errors last as in a window of all frames. Joints outside of the image are missing; so are those that the
    detector puts behind the camera. Of `config` the settings of the detector count, not those of the cameras.

    Raises:
        ShapeError: the camera has no image size.
    """
    if camera.size_px is None:
        raise ShapeError(f"camera {camera.name}: expected the size of its image, found none")
    joints, rate = np.asarray(joints_cam_mm, dtype=np.float64)[None], np.array([fps])
    believed = joints + _definition_offsets(joints, skeleton, config, rng)
    in_front = believed[..., 2] >= _NEAREST_MM
    plane = believed[..., :2] / np.where(in_front, believed[..., 2], 1.0)[..., None]
    plane = np.where(in_front[..., None], plane, 0.0)
    in_image = in_front & camera.in_image(_drawn(camera, plane))
    plane, confidence = _found(plane, in_image, skeleton, config, rng, rate)
    return Keypoints(_drawn(camera, plane)[0], confidence[0])


def _drawn(camera: Camera, plane: np.ndarray) -> np.ndarray:
    return camera.camera_to_image(np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1))


def _found(
    plane: np.ndarray,
    in_image: np.ndarray,
    skeleton: Skeleton,
    config: ViewConfig,
    rng: np.random.Generator,
    rate: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """What the detector reports of joints (B, T, J, 2) on the plane, and how sure it is; 0 where it reports none."""
    plane, confidence = _detected(plane, skeleton, config, rng, rate)
    confidence = np.where(in_image, confidence, 0)
    confidence = confidence * _reported(confidence.shape, skeleton, config, rng, rate)
    return _derived(plane, confidence, skeleton, rng.random(len(plane)) < config.derived)


def _in_camera(joints: np.ndarray, to_camera: np.ndarray, position: np.ndarray) -> np.ndarray:
    """World positions (B, T, J, 3) in camera axes."""
    points = joints.reshape(len(joints), -1, 3) - position[:, None].astype(joints.dtype)
    moved: np.ndarray = rotated(to_camera.astype(joints.dtype), points).reshape(joints.shape)
    return moved


def _draw_cameras(
    joints: np.ndarray, skeleton: Skeleton, config: ViewConfig, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (B, 3, 3) world to camera, and positions (B, 3), with every joint in front of the camera.

    Distance and direction are those of the person in the middle of the window (B, T, J, 3).
    """
    batch = len(joints)
    root = skeleton.root_position(joints[:, joints.shape[1] // 2])[:, 0]
    everything = joints.reshape(batch, -1, 3)
    distance, height = (rng.uniform(*r, batch) for r in (config.distance_mm, config.height_mm))
    height = np.clip(height, -0.9 * distance, 0.9 * distance)
    azimuth = rng.uniform(0, 2 * np.pi, batch)
    level = np.sqrt(distance**2 - height**2)
    away = np.stack([level * np.cos(azimuth), level * np.sin(azimuth), height], axis=-1)
    forward = -away / distance[:, None]
    right = np.stack([-np.sin(azimuth), np.cos(azimuth), np.zeros(batch)], axis=-1)
    down = np.cross(forward, right)
    looking = np.stack([right, down, forward], axis=-2)
    # Turn away from the person by some angle in a random direction, and roll.
    roll = axis_rotation("Z", rng.normal(0, config.roll_rad, batch))
    spin = axis_rotation("Z", rng.uniform(0, 2 * np.pi, batch))
    aside = axis_rotation("X", rng.uniform(*config.off_axis_rad, batch))
    to_camera = roll @ spin @ aside @ np.swapaxes(spin, -1, -2) @ looking
    depth = np.einsum("bj,bkj->bk", to_camera[:, 2], everything - root[:, None]).min(axis=1)
    root_depth = np.einsum("bj,bj->b", to_camera[:, 2], -away)
    retreat = np.maximum(0, _NEAREST_MM - (depth + root_depth))
    position = root + away - to_camera[:, 2] * retreat[:, None]
    return to_camera, position


def _definition_offsets(
    joints: np.ndarray, skeleton: Skeleton, config: ViewConfig, rng: np.random.Generator
) -> np.ndarray:
    """What a detector calls a joint, minus what motion capture calls it: (B, T, J, 3), mirrored pairs.

    In body axes, or in world axes where the skeleton lacks the joints that tell them. Alike in a whole window.
    """
    shape, draws = joints.shape, WindowDraws(rng, joints.shape[1], joints.dtype)
    joints = joints.reshape(-1, *shape[-2:])
    batch = len(joints)
    axes = _body_axes(joints, skeleton)
    scale = np.array([_DEFINITION.get(name.split("_")[-1], 1.0) for name in skeleton.joints], dtype=joints.dtype)
    local = draws.normal(0, config.definition_mm, (batch, len(skeleton), 3)) * scale[:, None]
    left, right = skeleton.indices(skeleton.left), skeleton.indices(skeleton.right)
    local[:, right] = local[:, left] * np.array([-1, 1, 1], dtype=local.dtype)
    offsets: np.ndarray = local if axes is None else rotated(axes, local)
    if config.face_mm > 0 and axes is not None and skeleton.has(("nose", "head")):
        nose, head = skeleton.indices(("nose", "head"))
        ahead = axes[:, :, 1] * draws.uniform(0, config.face_mm, (batch, 1))
        offsets[:, nose] += ahead
        shorter = draws.uniform(0, 0.8, (batch, 1)) * (draws.random((batch, 1)) < 0.7)
        offsets[:, head] += (joints[:, nose] - joints[:, head]) * shorter + ahead * shorter
    return offsets.reshape(shape)


def _body_axes(joints: np.ndarray, skeleton: Skeleton) -> np.ndarray | None:
    """Unit axes (B, 3, 3) as columns: to the left, ahead, up."""
    trunk = ("left_shoulder", "right_shoulder", "thorax", "pelvis")
    if not skeleton.has(trunk):
        return None
    left, right, thorax, pelvis = (joints[:, joint] for joint in skeleton.indices(trunk))
    sideways, up = left - right, thorax - pelvis
    axes: np.ndarray = np.stack([sideways, np.cross(sideways, up), up], axis=-1)
    axes /= np.maximum(np.linalg.norm(axes, axis=-2, keepdims=True), 1e-6)
    return axes


def _inside_image(plane: np.ndarray, config: ViewConfig, rng: np.random.Generator) -> tuple[np.ndarray, Intrinsics]:
    """Which joints (B, T, J) fall into the image of a camera of random size and field of view, and that camera.

    Where all of the person is to be seen the image is as large as it must be.
    """
    batch, kind = len(plane), plane.dtype
    aspect = rng.uniform(*config.aspect, batch)
    longer = np.tan(np.radians(rng.uniform(*config.fov_deg, batch)) / 2)
    half = np.stack([longer * np.minimum(1, 1 / aspect), longer * np.minimum(1, aspect)], axis=-1)
    away = np.moveaxis(np.abs(plane).reshape(batch, -1, 2), -1, 0) / half.T[..., None].astype(kind)
    needed = np.maximum(*away)
    inside: np.ndarray = (needed <= 1).reshape(plane.shape[:-1])
    framed = rng.random((batch, 1)) >= config.cropped
    needed = needed.max(axis=1)
    half = half * np.where(framed[:, 0], np.maximum(needed, 1), 1)[:, None]
    focal_px = np.repeat(_WIDTH_PX / 2 / half[:, :1], 2, axis=1)
    lens = Intrinsics(focal_px, half * focal_px, 2 * half * focal_px)
    return inside | framed[..., None], lens


def _detected(
    plane: np.ndarray, skeleton: Skeleton, config: ViewConfig, rng: np.random.Generator, rate: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Positions (B, T, J, 2) with detection errors, and confidences (B, T, J) that know about them, loosely.

    Jitter and outliers are new in every frame; a hidden joint stays hidden for a while, and its guess wanders.
    """
    shape, kind = plane.shape[:-1], plane.dtype
    x, y = np.moveaxis(plane, -1, 0)
    centred = x - x.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    size = np.sqrt((centred[0] ** 2 + centred[1] ** 2).mean(axis=-1))
    scale = np.array([_JITTER.get(name.split("_")[-1], 1.0) for name in skeleton.joints])
    level = (config.jitter * np.exp(rng.normal(0, 0.5, (len(plane), 1))) * scale)[:, None].astype(kind)
    level = np.where(rng.random(shape) < config.outlier, 5 * level, level)
    hidden = lasting(rng.random(shape), config.hidden, config.hidden_s * rate)
    level = np.where(hidden, level + kind.type(0.12), level)
    wrong = rng.normal(0, 1, (*shape, 2)).astype(kind)
    error = wandering(wrong, hidden, config.hidden_s * rate) * level[..., None]
    shown = np.exp(-8 * np.sqrt(error[..., 0] ** 2 + error[..., 1] ** 2)) * rng.uniform(0.85, 1, shape).astype(kind)
    confidence = np.where(hidden, shown * rng.uniform(0.2, 0.8, shape).astype(kind), shown)
    return plane + error * size[..., None, None], np.clip(confidence, 0.01, 1)


def _derived(
    plane: np.ndarray, confidence: np.ndarray, skeleton: Skeleton, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """In the chosen windows the trunk's joints are means of others, and as sure as the least sure of them."""
    plane, confidence = plane.copy(), confidence.copy()
    for joint, parts in _DERIVED.items():
        if not skeleton.has((joint, *parts)):
            continue
        indices, index = skeleton.indices(parts), skeleton.index(joint)
        plane[chosen, :, index] = plane[chosen][:, :, indices].mean(axis=2)
        confidence[chosen, :, index] = confidence[chosen][:, :, indices].min(axis=2)
    return plane, confidence


def _reported(
    shape: tuple[int, ...], skeleton: Skeleton, config: ViewConfig, rng: np.random.Generator, rate: np.ndarray
) -> np.ndarray:
    """Which joints (B, T, J) the detector reports at all; a limb that is cut off is so in the whole window."""
    reported: np.ndarray = ~lasting(rng.random(shape), config.missing, config.missing_s * rate)
    for limb in _CUT_OFF:
        if not skeleton.has(limb):
            continue
        cut = rng.random(shape[0]) < config.cut_off
        reported[np.ix_(cut, np.arange(shape[1]), np.array(_with_feet(skeleton, limb)))] = False
    if config.absent > 0:
        reported &= rng.random((shape[0], 1, shape[2])) >= config.absent
    if config.footless > 0 and skeleton.has(_FEET):
        footless = rng.random(shape[0]) < config.footless
        reported[np.ix_(footless, np.arange(shape[1]), np.array(skeleton.indices(_FEET)))] = False
    return reported


def _with_feet(skeleton: Skeleton, limb: tuple[str, ...]) -> list[int]:
    """The joints of a limb, with the toes and heels that hang on its ankles."""
    feet = [joint for joint in _FEET if skeleton.has((joint,)) and f"{joint.split('_')[0]}_ankle" in limb]
    return skeleton.indices((*limb, *feet))
