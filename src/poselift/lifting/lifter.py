"""The lifter: 2D joints in, 3D joints out, by an exported model in onnxruntime. No torch.

A network sees one frame, or a window of them (`data.windows`); frames are lifted in batches, or as they come by
`lifting.stream`. What the network does not do over time, `lifting.smoothing` and others do.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from poselift.arrays import Confidence, Joints2D, Joints3D, checked_shape
from poselift.data.clip import Clip
from poselift.data.footage import checked_times
from poselift.data.windows import Window, check_rate, time_samples
from poselift.errors import ShapeError
from poselift.geometry.camera import PLANE_CAMERA, Camera
from poselift.geometry.root import root_from_projection
from poselift.lifting.doubtful import without_doubtful
from poselift.lifting.keypoint_input import checked_keypoints, liftable, plane_of
from poselift.normalisation import normaliser
from poselift.normalisation.base import Seen
from poselift.runtime.header import network_header
from poselift.runtime.network import Device
from poselift.runtime.precision import DEFAULT_MODEL, Precision, network_of
from poselift.runtime.shipped import SLOWEST_VIDEO_FPS
from poselift.skeleton import Skeleton

if TYPE_CHECKING:
    from poselift.lifting.stream import Stream

logger = logging.getLogger(__name__)

# Frames in one call of the network; more make it no faster.
_BATCH = 1024


class LiftedJoints(NamedTuple):
    """Joints in camera axes, in millimetres, float32.

    Attributes:
        joints_root_mm: (F, J, 3) relative to the root.
        root_cam_mm: (F, 3) the root.
        expected_error_mm: (F, J) how far off the model expects each joint to be, relative to the root; NaN of a model
            that does not say.
    """

    joints_root_mm: Float[np.ndarray, "frames joints 3"]
    root_cam_mm: Float[np.ndarray, "frames 3"]
    expected_error_mm: Float[np.ndarray, "frames joints"]

    def put(self, frames: np.ndarray, some: LiftedJoints) -> None:
        """Write what was lifted of some frames to their places."""
        for whole, part in zip(self, some, strict=True):
            whole[frames] = part


class Lifter:
    """Lifts joints to 3D. It holds no state but the model, so threads may share one.

    Args:
        model: video, frame or causal, which come with the package (`runtime.shipped`), or an .onnx file written by
            `poselift export`. Default: video, which sees the frames around each; of poses that do not follow each
            other, take frame.
        flip: average the predictions for the person and for its mirror image, which halves the speed.
        threads: CPU threads of the network. Default: the cores that this process may use.
        precision: "float32" runs `model` as it is; "int8" the file that `poselift export --precision int8` wrote
            beside it; "auto" the latter if it is there and this machine gains by it, see `runtime.precision`.
        device: where the network runs, see `runtime.network`; all around it is the processor's work.

    Attributes:
        name: of the model, as it was named, without its folder.
        flip: as it was asked for.

    Raises:
        CheckpointError: a file is missing or no model of ours.
        ShapeError: `threads` is less than 1.
        RecipeError: there is no such precision or device.

    >>> from poselift import SKELETONS
    >>> joints_px = np.random.default_rng(0).uniform(200, 800, (50, 17, 2))
    >>> lifter = Lifter()
    >>> clip = lifter.lift(Clip(SKELETONS["coco17"], fps=25, joints_px=joints_px, size_px=(1920, 1080)))
    >>> clip.skeleton.name, clip.joints_root_mm.shape
    ('body21', (50, 21, 3))

    The same person live, frame by frame, in the joints of the model, without delay:

    >>> stream = Lifter("causal").stream(clip.camera)
    >>> [lifted.frame for lifted in stream.push(clip.joints_px[0], time_s=0.0)]
    [0]
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        flip: bool = True,
        threads: int | None = None,
        precision: Precision = "float32",
        device: Device = "cpu",
    ) -> None:
        self.name = Path(DEFAULT_MODEL if model is None else model).name
        self._network = network_of(DEFAULT_MODEL if model is None else model, precision, threads, device)
        self._header = network_header(self._network)
        self._normaliser = normaliser(self._header.normalisation)
        self.flip = flip

    @property
    def skeleton(self) -> Skeleton:
        """What goes in and comes out."""
        return self._header.skeleton

    @property
    def normalisation(self) -> str:
        """How joints enter the network and what its output means, see `normalisation`."""
        return self._header.normalisation

    @property
    def in_channels(self) -> int:
        """2 for x, y; 3 with the confidence."""
        return self._header.in_channels

    @property
    def device(self) -> str:
        """Where the network runs: cpu or cuda."""
        return self._network.device

    @property
    def about(self) -> Mapping[str, Any]:
        """What the model's file says about itself: config, training data, licence, errors."""
        return MappingProxyType(self._header.as_dict())

    @property
    def window(self) -> Window:
        """Which frames the network sees at once, and which it predicts."""
        return self._header.window

    def lift(self, clip: Clip) -> Clip:
        """The clip in the model's skeleton with 3D joints, and with the camera that they refer to.

        Joints come from the clip's camera, or from a guessed one (`Camera.guessed`), which leaves the distance of the
        person a guess too. Joints that nobody can have seen (`lifting.doubtful`) are missing; frames that cannot be
        lifted (see `lift_arrays`) become invalid.

        Raises:
            SkeletonError: the clip's skeleton does not convert to the model's.
            ShapeError: no 2D joints; neither camera nor image size; or as for `lift_arrays`.
            GeometryError: as for `lift_arrays`.
        """
        # What was lifted before is made anew, and must not stand in the way of joints that it lacked.
        before = dict.fromkeys(("joints_root_mm", "expected_error_mm", "error_90_mm"))
        flat = clip if clip.joints_px is None else clip.replaced(**before)
        ours = without_doubtful(flat).converted(self.skeleton)
        joints_px, confidence = ours.keypoints
        if clip.camera is None and clip.size_px is None:
            raise ShapeError("this clip has neither a camera nor an image size", "set size_px to (width, height)")
        camera = clip.camera or Camera.guessed(clip.size_px or (0, 0))
        # Frames without the person stay, as frames in which nothing is seen: time must not shift.
        seen = np.where(ours.valid[:, None], confidence, 0).astype(confidence.dtype)
        joints_root_mm, root_cam_mm, expected_error_mm = self.lift_arrays(joints_px, seen, camera, time_s=ours.time_s)
        error_90 = self._header.error_90
        lifted = np.asarray(np.isfinite(joints_root_mm).all(axis=(1, 2)))
        return ours.replaced(
            joints_root_mm=joints_root_mm,
            root_cam_mm=root_cam_mm,
            expected_error_mm=expected_error_mm if self.says_error else None,
            error_90_mm=None if error_90 is None or not self.says_error else expected_error_mm * error_90,
            joints_px=np.where(lifted[:, None, None], joints_px, np.nan),
            confidence=np.where(lifted[:, None], confidence, 0),
            joint_status=ours.joint_status,
            valid=lifted,
            camera=camera,
        )

    def lift_arrays(
        self,
        joints_px: Joints2D,
        confidence: Confidence | None,
        camera: Camera,
        *,
        time_s: Float[np.ndarray, " frames"] | None = None,
    ) -> LiftedJoints:
        """Lift joints (F, J, 2) of the model's skeleton: poses, or one clip where the network sees several frames.

        Args:
            joints_px: in the image of `camera`, distorted as the lens draws them.
            confidence: (F, J) from 0 (missing) to 1. Default: 1 where the pixels are finite.
            camera: its intrinsics count, its place in the world does not.
            time_s: (F,) when each frame was seen, for models that see several frames at a rate of their own: the
                frames that lie between are made from those around them. Default: at that rate.

        Returns:
            All of it is NaN in frames with fewer than three visible joints or all of them in one point; the root
            alone is NaN where the view does not determine it.

        Raises:
            ShapeError: a shape, pixel, confidence, time or image size that cannot be; a clip of less than a quarter
                of the frames a second that the model sees; or a model that predicts the image frame, which leads to
                millimetres by the truth alone.
            GeometryError: a visible joint lies where the camera's lens draws nothing.
        """
        self.check_lifts()
        joints_px, confidence = checked_keypoints(joints_px, confidence, camera, self.skeleton)
        frames = len(joints_px)
        lifted = self.nothing_lifted(frames)
        window, whole = self.window, None
        if window.frames > 1:
            plane = plane_of(joints_px, confidence, camera)
            whole = plane, confidence, self._times(time_s, frames)
        step = max(_BATCH // window.frames, 1)
        for start in range(0, frames, step):
            part = slice(start, start + step)
            near = plane_of(joints_px[part], confidence[part], camera) if whole is None else whole[0][part]
            some = np.flatnonzero(liftable(near, confidence[part]))
            if len(some) == 0:
                continue
            shown, sure = near[some], confidence[part][some]
            seen = (
                self._seen(shown[:, None], sure[:, None])
                if whole is None
                else self.windows_seen(*whole, some + start)
            )
            lifted.put(start + some, self.lift_seen(seen, shown, sure))
        return lifted

    def nothing_lifted(self, frames: int) -> LiftedJoints:
        """So many frames of NaN, to be filled in."""
        joints = len(self.skeleton)
        shapes = (frames, joints, 3), (frames, 3), (frames, joints)
        return LiftedJoints(*(np.full(shape, np.nan, dtype=np.float32) for shape in shapes))

    def stream(self, camera: Camera) -> Stream:
        """Lift one person frame after frame, as the frames come, see `lifting.stream`.

        Raises:
            ShapeError: the model predicts the image frame, which leads to millimetres by the truth alone.
        """
        from poselift.lifting.stream import Stream

        self.check_lifts()
        return Stream(self, camera)

    def check_lifts(self) -> None:
        """Raises ShapeError where only the truth leads from the model's output to millimetres."""
        if self._normaliser.needs_root:
            raise ShapeError(
                f"this model predicts the {self._header.normalisation}; millimetres need the true box and depth",
                "evaluate such a model by protocol (`poselift evaluate`), and lift with a person_centred one",
            )

    def windows_seen(
        self, plane: Joints2D, confidence: Confidence, time_s: np.ndarray | None, anchors: Int[np.ndarray, " windows"]
    ) -> Seen:
        """The windows (B, T) about some frames of a clip, whose joints (F, J, 2) are given on the plane z = 1.

        Args:
            time_s: (F,) the times of the clip's frames; None counts frames.
        """
        window = self.window
        if time_s is None and window.fps is not None:
            window = window.replaced(fps=None)
        samples = time_samples(np.arange(len(plane), dtype=np.float64) if time_s is None else time_s, anchors, window)
        return self._seen(samples.of(plane), samples.least(confidence))

    def lift_seen(self, seen: Seen, plane: Joints2D, confidence: Confidence) -> LiftedJoints:
        """Windows lifted, a frame of each.

        Args:
            plane, confidence: (B, J, 2) and (B, J) of the frames that are predicted, by which the root is placed.
        """
        inputs, view = self._normaliser.normalised(seen, self.in_channels)
        window = self.window
        output = self._output(inputs if window.frames > 1 else inputs[:, 0])
        output = output[:, window.place] if window.output_frames else output
        joints = view.to_mm(output[..., :3])
        joints = joints - self.skeleton.root_position(joints)
        return LiftedJoints(joints, root_from_projection(joints, plane, confidence), self._expected_mm(output))

    @property
    def says_error(self) -> bool:
        """Whether the model says how far off it expects each joint to be."""
        return self._header.out_channels == 4

    def _expected_mm(self, output: np.ndarray) -> np.ndarray:
        """(B, J) of a network's output."""
        if not self.says_error:
            return np.full(output.shape[:-1], np.nan, dtype=np.float32)
        unit_mm = self._normaliser.unit_mm or np.nan  # training refuses models without one
        expected: np.ndarray = np.exp(output[..., 3]) * np.float32(unit_mm * self._header.error_scale)
        return expected

    def _seen(self, plane: np.ndarray, confidence: np.ndarray) -> Seen:
        return Seen(self.skeleton, confidence, PLANE_CAMERA, on_plane=plane)

    def _times(self, time_s: np.ndarray | None, frames: int) -> np.ndarray | None:
        """The times of the frames, where the model has a rate of its own and somebody knows them."""
        if time_s is not None:
            time_s = checked_times(time_s, frames)
        if self.window.fps is None or time_s is None:
            return None
        check_rate(time_s, self.window)
        return time_s

    def network_output(self, inputs: Float[np.ndarray, "poses joints channels"]) -> Joints3D:
        """What the network says (N, J, 3) of normalised inputs (N, J, K), or (N, T, J, K) of windows.

        This is for data sets: `normalisation` says what the spaces mean.

        Raises:
            ShapeError: the shape is not that of the network's input, or a number is not finite.
        """
        window = self.window
        frames = (window.frames,) if window.frames > 1 else ()
        checked_shape(inputs, (None, *frames, len(self.skeleton), self._header.in_channels), "inputs")
        if not np.isfinite(inputs).all():
            raise ShapeError("inputs: expected finite numbers, got NaN or infinity", "leave such poses out")
        output = np.empty((len(inputs), *window.output_frames, len(self.skeleton), 3), dtype=np.float32)
        for start in range(0, len(inputs), _BATCH):
            output[start : start + _BATCH] = self._output(inputs[start : start + _BATCH])[..., :3]
        return output

    def _output(self, inputs: np.ndarray) -> np.ndarray:
        """The network's output (B, J, 3 or 4), averaged with that of the mirror image where `flip` says so."""
        inputs = inputs.astype(np.float32)
        if not self.flip:
            return self._network.run(inputs)
        both = self._network.run(np.concatenate([inputs, self.skeleton.mirrored(inputs)]))
        plain, mirrored = both[: len(inputs)], self.skeleton.mirrored(both[len(inputs) :])
        average: np.ndarray = (plain + mirrored) / 2
        return average


def default_lifter(fps: float, **options: Any) -> Lifter:
    """By the default model, or by that of single frames where there are too few a second for it, which is logged.

    Args:
        options: those of `Lifter`.
    """
    if fps >= SLOWEST_VIDEO_FPS:
        return Lifter(**options)
    logger.warning("%.3g frames a second: each is lifted by itself, by the model frame", fps)
    return Lifter("frame", **options)
