"""`Clip`: one person's keypoints over time, the container that flows through poselift."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple, cast

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from poselift.arrays import float_type
from poselift.data.footage import checked_fps, checked_size, checked_times
from poselift.data.joint_status import GUESSED, statuses_of
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.skeleton.convert import conversion
from poselift.skeleton.skeleton import Skeleton

# The default of fields that `Clip` sets itself, which are arrays for everyone who reads them.
_FILLED_IN = cast("np.ndarray", None)
# Those with a row for each frame.
_OVER_FRAMES = (
    "joints_px",
    "confidence",
    "valid",
    "filled",
    "joints_root_mm",
    "root_cam_mm",
    "expected_error_mm",
    "error_90_mm",
    "joint_status",
    "time_s",
)
_TYPES = {"valid": "b", "filled": "b", "joint_status": "u"}
# What rounding may make of a constant frame rate, in frames.
_SAME_FRAME = 1e-6


def _frozen(array: np.ndarray, name: str) -> np.ndarray:
    """A read-only array of the right type that the caller cannot change either."""
    kinds = _TYPES.get(name, "fiu")
    if array.dtype.kind not in kinds:
        expected = {"b": "true or false", "u": "whole numbers of uint8"}.get(kinds, "numbers")
        raise ShapeError(f"{name}: expected {expected}, got {array.dtype}")
    if array.dtype.kind in "iu" and name not in _TYPES:
        array = array.astype(float_type(array))
    elif array.flags.writeable:
        array = array.copy()
    array.setflags(write=False)
    return array


class Keypoints(NamedTuple):
    """2D joints (F, J, 2) in pixels, and their confidence (F, J)."""

    joints_px: np.ndarray
    confidence: np.ndarray


@dataclass(frozen=True, eq=False)
class Clip:
    """One person over F frames, in 2D, in 3D or both. Checked on construction, never changed afterwards.

    The arrays are read-only copies of those given, or these themselves where they are read-only already.

    Attributes:
        skeleton: what the J joints are.
        fps: nominal frames per second; what happens when is said by `time_s`.
        joints_px: (F, J, 2) pixels, x right, y down; meaningless where the confidence is 0.
        confidence: (F, J) from 0 (missing) to 1.
        valid: (F,) whether the frame holds this person; arrays hold NaN elsewhere. Default: all.
        filled: (F,) whether the frame was not observed but interpolated. Default: none.
        joints_root_mm: (F, J, 3) camera axes (x right, y down, z forward), relative to the root.
        root_cam_mm: (F, 3) the root in camera axes; NaN where unknown.
        size_px: (width, height) of the image.
        camera: the camera that `joints_px` and `root_cam_mm` refer to.
        source: where this came from, for people.
        time_s: (F,) when each frame was taken, in seconds; strictly rising. Default: frame i at i / fps.
        expected_error_mm: (F, J) how far off whoever lifted it expects each joint to be, relative to the root.
        error_90_mm: (F, J) nine of ten joints are no further off than this, relative to the root, says whoever lifted
            it.
        joint_status: (F, J) whether each joint was seen, filled or guessed, see `data.joint_status`. Default: guessed
            where the confidence is 0, else filled where the frame is. It says nothing where the frame is not valid.

    Raises:
        ShapeError: an array of another shape or type, no joints at all, a frame rate, size or times that cannot be.

    >>> import numpy as np
    >>> from poselift import SKELETONS
    >>> joints_px = np.random.default_rng(0).uniform(200, 800, (50, 17, 2))
    >>> clip = Clip(SKELETONS["coco17"], fps=25, joints_px=joints_px, size_px=(1920, 1080))
    >>> len(clip), float(clip.time_s[-1])
    (50, 1.96)
    """

    skeleton: Skeleton
    fps: float
    joints_px: Float[np.ndarray, "frames joints 2"] | None = None
    confidence: Float[np.ndarray, "frames joints"] | None = None
    valid: Bool[np.ndarray, " frames"] = _FILLED_IN
    filled: Bool[np.ndarray, " frames"] = _FILLED_IN
    joints_root_mm: Float[np.ndarray, "frames joints 3"] | None = None
    root_cam_mm: Float[np.ndarray, "frames 3"] | None = None
    size_px: tuple[int, int] | None = None
    camera: Camera | None = None
    source: str = ""
    time_s: Float[np.ndarray, " frames"] = _FILLED_IN
    expected_error_mm: Float[np.ndarray, "frames joints"] | None = None
    error_90_mm: Float[np.ndarray, "frames joints"] | None = None
    joint_status: UInt8[np.ndarray, "frames joints"] = _FILLED_IN

    def __post_init__(self) -> None:
        lead = self.joints_px if self.joints_px is not None else self.joints_root_mm
        if lead is None:
            raise ShapeError("a clip needs joints_px or joints_root_mm")
        checked_fps(self.fps)
        checked_size(self.size_px)
        f, j = len(lead), len(self.skeleton)
        shapes = {
            "joints_px": (f, j, 2),
            "confidence": (f, j),
            "valid": (f,),
            "filled": (f,),
            "joints_root_mm": (f, j, 3),
            "root_cam_mm": (f, 3),
            "expected_error_mm": (f, j),
            "error_90_mm": (f, j),
            "joint_status": (f, j),
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array is None:
                continue
            if array.shape != shape:
                raise ShapeError(
                    f"{name}: expected {shape} for {f} frames of {self.skeleton.name}, got {array.shape}"
                )
            object.__setattr__(self, name, _frozen(array, name))
        time_s = np.arange(f) / float(self.fps) if self.time_s is None else self.time_s
        object.__setattr__(self, "time_s", checked_times(time_s, f))
        self._fill_in(f)
        if (self.joint_status > GUESSED).any():
            raise ShapeError(f"joint_status: expected 0 to {GUESSED}, got {self.joint_status.max()}")

    def _fill_in(self, n_frames: int) -> None:
        """Set what was left out and follows from the rest."""
        defaults = {"valid": np.full(n_frames, True), "filled": np.full(n_frames, False)}
        if self.joints_px is not None:
            defaults["confidence"] = np.isfinite(self.joints_px).all(axis=-1).astype(np.float32)
        for name, default in defaults.items():
            self._set_if_none(name, default)
        confidence = np.ones((n_frames, len(self.skeleton))) if self.confidence is None else self.confidence
        self._set_if_none("joint_status", statuses_of(confidence, self.filled))

    def _set_if_none(self, name: str, default: np.ndarray) -> None:
        if getattr(self, name) is None:
            default.setflags(write=False)
            object.__setattr__(self, name, default)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def frames(self) -> Int[np.ndarray, " frames"]:
        """Frame numbers from 0."""
        return np.arange(len(self.valid))

    @property
    def nominal_frames(self) -> Float[np.ndarray, " frames"]:
        """`time_s` from the first frame on, counted in frames of 1 / fps: exactly 0, 1, 2 ... at a constant rate."""
        counted = (self.time_s - self.time_s[:1]) * float(self.fps)
        whole = np.rint(counted)
        frames: np.ndarray = np.where(np.abs(counted - whole) < _SAME_FRAME, whole, counted)
        return frames

    @property
    def keypoints(self) -> Keypoints:
        """The 2D joints and their confidences.

        Raises:
            ShapeError: the clip has none.
        """
        if self.joints_px is None or self.confidence is None:
            raise ShapeError("this clip has no 2D joints", "read keypoints or detect them in a video first")
        return Keypoints(self.joints_px, self.confidence)

    @property
    def joints_cam_mm(self) -> Float[np.ndarray, "frames joints 3"]:
        """Joints in camera axes, root included.

        Raises:
            ShapeError: the clip has no 3D joints or no root position.
        """
        if self.joints_root_mm is None or self.root_cam_mm is None:
            raise ShapeError("this clip has no 3D joints with a root position", "lift it first")
        joints: np.ndarray = self.joints_root_mm + self.root_cam_mm[:, None]
        return joints

    @property
    def joints_world_mm(self) -> Float[np.ndarray, "frames joints 3"]:
        """Joints in the world of the clip's camera, z up; NaN where the root's place is unknown.

        Raises:
            ShapeError: the clip has no 3D joints, no root position or no camera.
        """
        if self.camera is None:
            raise ShapeError("this clip has no camera, whose place leads to the world", "lift it first")
        return self.camera.camera_to_world(self.joints_cam_mm)

    def part(self, first: int, end: int) -> Clip:
        """Frames `first` to `end` - 1, at their own times."""
        values = {name: getattr(self, name) for name in _OVER_FRAMES}
        return self.replaced(**{name: None if v is None else v[first:end] for name, v in values.items()})

    def converted(self, skeleton: Skeleton) -> Clip:
        """The same clip in another skeleton; 2D joints that nothing here stands for are missing.

        Raises:
            SkeletonError: no conversion is known, or it lacks joints that a pose in 3D must have.
        """
        convert = conversion(self.skeleton, skeleton)
        if self.joints_root_mm is not None:
            convert.whole()
        changed: dict[str, Any] = {"skeleton": skeleton}
        for name in ("joints_px", "joints_root_mm"):
            if getattr(self, name) is not None:
                changed[name] = convert.joints(getattr(self, name))
        if self.confidence is not None:
            changed["confidence"] = convert.confidence(self.confidence)
        for name in ("expected_error_mm", "error_90_mm"):
            if getattr(self, name) is not None:
                # A mean of joints is no further off than they are on average.
                changed[name] = convert.joints(getattr(self, name)[..., None])[..., 0]
        # A joint is as well known as the least known of those that it is made of.
        known = convert.confidence((GUESSED - self.joint_status).astype(np.float32))
        changed["joint_status"] = (GUESSED - known).astype(np.uint8)
        return self.replaced(**changed)

    def replaced(self, **changes: Any) -> Clip:
        """A copy with some fields changed, checked again.

        Another `fps` without `time_s` makes the times anew: a clip of a constant rate becomes one of another.
        Another `confidence` or `filled` without `joint_status` makes the statuses anew.
        """
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        if "fps" in changes:
            del values["time_s"]
        if "confidence" in changes or "filled" in changes:
            del values["joint_status"]
        return Clip(**{**values, **changes})
