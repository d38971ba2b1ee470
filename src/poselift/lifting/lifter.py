"""The lifter: 2D joints in, 3D joints out, by an exported model in onnxruntime. No torch.

Frames are lifted one by one, in batches. Over time nothing is assumed; `lifting.smooth` and others do that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from poselift.arrays import Confidence, Joints2D, Joints3D, checked_shape, float_type
from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.root import root_from_projection
from poselift.normalisation.person_centred import person_centred, person_centred_to_root
from poselift.runtime.header import network_header
from poselift.runtime.network import Device
from poselift.runtime.precision import DEFAULT_MODEL, Precision, network_of
from poselift.skeleton import Skeleton

# Frames in one call of the network; more make it no faster.
_BATCH = 1024
_LEAST_VISIBLE = 3
# A person of 1.7 m would be 170 km away: such joints are one point and rounding errors.
_LEAST_EXTENT_RAD = 1e-5


class Lifter:
    """Lifts joints to 3D. It holds no state but the model, so threads may share one.

    Args:
        model: an .onnx file written by `poselift export`. Default: the model that comes with the package.
        flip: average the predictions for the person and for its mirror image, which halves the speed.
        threads: CPU threads of the network. Default: the cores that this process may use.
        precision: "float32" runs `model` as it is; "int8" the file that `poselift export --precision int8` wrote
            beside it; "auto" the latter if it is there and this machine gains by it, see `runtime.precision`.
        device: where the network runs, see `runtime.network`; all around it is the processor's work.

    Raises:
        CheckpointError: a file is missing or no model of ours.
        ShapeError: `threads` is less than 1.
        RecipeError: there is no such precision or device.
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
        self._network = network_of(DEFAULT_MODEL if model is None else Path(model), precision, threads, device)
        self._header = network_header(self._network)
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

    def lift(self, clip: Clip) -> Clip:
        """The clip in the model's skeleton with 3D joints, and with the camera that they refer to.

        Joints come from the clip's camera, or from a guessed one (`Camera.guessed`), which leaves the distance of the
        person a guess too. Frames that cannot be lifted (see `lift_arrays`) become invalid.

        Raises:
            SkeletonError: the clip's skeleton does not convert to the model's.
            ShapeError: no 2D joints; neither camera nor image size; or as for `lift_arrays`.
            GeometryError: as for `lift_arrays`.
        """
        ours = clip.converted(self.skeleton)
        joints_px, confidence = ours.keypoints
        if clip.camera is None and clip.size_px is None:
            raise ShapeError("this clip has neither a camera nor an image size", "set size_px to (width, height)")
        camera = clip.camera or Camera.guessed(clip.size_px or (0, 0))
        seen = ours.valid
        joints_root_mm = np.full((len(ours), len(self.skeleton), 3), np.nan, dtype=np.float32)
        root_cam_mm = np.full((len(ours), 3), np.nan, dtype=np.float32)
        joints_root_mm[seen], root_cam_mm[seen] = self.lift_arrays(joints_px[seen], confidence[seen], camera)
        lifted = np.asarray(np.isfinite(joints_root_mm).all(axis=(1, 2)))
        return ours.replaced(
            joints_root_mm=joints_root_mm,
            root_cam_mm=root_cam_mm,
            joints_px=np.where(lifted[:, None, None], joints_px, np.nan),
            confidence=np.where(lifted[:, None], confidence, 0),
            valid=lifted,
            camera=camera,
        )

    def lift_arrays(
        self, joints_px: Joints2D, confidence: Confidence | None, camera: Camera
    ) -> tuple[Float[np.ndarray, "frames joints 3"], Float[np.ndarray, "frames 3"]]:
        """Lift joints (F, J, 2) of the model's skeleton.

        Args:
            joints_px: in the image of `camera`, distorted as the lens draws them.
            confidence: (F, J) from 0 (missing) to 1. Default: 1 where the pixels are finite.
            camera: its intrinsics count, its place in the world does not.

        Returns:
            Joints (F, J, 3) relative to the root and root (F, 3), float32 millimetres in camera axes. Both are NaN in
            frames with fewer than three visible joints or all of them in one point; the root alone is NaN where the
            view does not determine it.

        Raises:
            ShapeError: a shape, pixel, confidence or image size that cannot be, or a model that predicts the image
                frame, which leads to millimetres by the truth alone.
            GeometryError: a visible joint lies where the camera's lens draws nothing.
        """
        if self._header.normalisation != "person_centred":
            raise ShapeError(
                f"this model predicts the {self._header.normalisation}; millimetres need the true box and depth",
                "evaluate such a model by protocol (`poselift evaluate`), and lift with a person_centred one",
            )
        joints_px, confidence = _checked_input(joints_px, confidence, camera, self.skeleton)
        joints_root_mm = np.full((*joints_px.shape[:2], 3), np.nan, dtype=np.float32)
        root_cam_mm = np.full((len(joints_px), 3), np.nan, dtype=np.float32)
        for start in range(0, len(joints_px), _BATCH):
            part = slice(start, start + _BATCH)
            self._lift_batch(joints_px[part], confidence[part], camera, joints_root_mm[part], root_cam_mm[part])
        return joints_root_mm, root_cam_mm

    def _lift_batch(
        self,
        joints_px: np.ndarray,
        confidence: np.ndarray,
        camera: Camera,
        joints_root_mm: np.ndarray,
        root_cam_mm: np.ndarray,
    ) -> None:
        """Fill the last two arrays where there is something to lift."""
        visible = confidence > 0
        # What a missing joint's pixels say must not matter, not even to the lens.
        plane = camera.image_to_plane(np.where(visible[..., None], joints_px, camera.center_px))
        some = _liftable(plane, visible)
        if not some.any():
            return
        inputs, rotation = network_inputs(plane[some], confidence[some], self._header.in_channels)
        joints = person_centred_to_root(self._output(inputs), rotation)
        joints = joints - self.skeleton.root_position(joints)
        joints_root_mm[some] = joints
        root_cam_mm[some] = root_from_projection(joints, plane[some], confidence[some])

    def network_output(self, inputs: Float[np.ndarray, "poses joints channels"]) -> Joints3D:
        """What the network says (N, J, 3) of normalised inputs (N, J, 2 or 3), in the space of its normalisation.

        This is for data sets: `normalisation` says what the spaces mean.

        Raises:
            ShapeError: the shape is not that of the network's input, or a number is not finite.
        """
        checked_shape(inputs, (len(self.skeleton), self._header.in_channels), "inputs")
        if not np.isfinite(inputs).all():
            raise ShapeError("inputs: expected finite numbers, got NaN or infinity", "leave such poses out")
        output = np.empty((len(inputs), len(self.skeleton), 3), dtype=np.float32)
        for start in range(0, len(inputs), _BATCH):
            output[start : start + _BATCH] = self._output(inputs[start : start + _BATCH])
        return output

    def _output(self, inputs: np.ndarray) -> np.ndarray:
        """The network's output (B, J, 3), averaged with that of the mirror image where `flip` says so."""
        inputs = inputs.astype(np.float32)
        if not self.flip:
            return self._network.run(inputs)
        both = self._network.run(np.concatenate([inputs, self.skeleton.mirrored(inputs)]))
        plain, mirrored = both[: len(inputs)], self.skeleton.mirrored(both[len(inputs) :])
        average: np.ndarray = (plain + mirrored) / 2
        return average


def network_inputs(
    joints_plane: Joints2D, confidence: Confidence, in_channels: int
) -> tuple[Float[np.ndarray, "poses joints channels"], Float[np.ndarray, "poses 3 3"]]:
    """What a person_centred network takes (N, J, K) for joints on the plane z = 1, and the turn of each view."""
    joints_norm, rotation = person_centred(joints_plane, confidence)
    if in_channels == 2:
        return joints_norm, rotation
    return np.concatenate([joints_norm, confidence[..., None]], axis=-1), rotation


def _liftable(plane: np.ndarray, visible: np.ndarray) -> Bool[np.ndarray, " frames"]:
    """Which frames show enough joints, in more than one point."""
    seen = visible[..., None]
    low = np.where(seen, plane, np.inf).min(axis=1)
    high = np.where(seen, plane, -np.inf).max(axis=1)
    # An angle shrinks on its way to the plane's rim by 1 + r^2.
    rim = 1 + np.square(np.where(seen, plane, 0)).sum(axis=-1).max(axis=1)
    enough = visible.sum(axis=1) >= _LEAST_VISIBLE
    extended = (high - low).max(axis=-1) > _LEAST_EXTENT_RAD * rim
    liftable: np.ndarray = enough & extended
    return liftable


def _checked_input(
    joints_px: np.ndarray, confidence: np.ndarray | None, camera: Camera, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    joints_px = _numbers(joints_px, "joints_px")
    if joints_px.ndim != 3 or joints_px.shape[1:] != (len(skeleton), 2):
        raise ShapeError(
            f"joints_px: expected (frames, {len(skeleton)}, 2) of skeleton {skeleton.name}, got {joints_px.shape}",
            "other skeletons convert as a Clip: `lift` does it",
        )
    if camera.size_px is not None and min(camera.size_px) <= 0:
        raise ShapeError(f"size_px: expected positive (width, height), got {camera.size_px}")
    finite = np.isfinite(joints_px).all(axis=-1)
    if confidence is None:
        return joints_px, finite.astype(np.float32)
    confidence = _numbers(confidence, "confidence")
    if confidence.shape != joints_px.shape[:2]:
        raise ShapeError(f"confidence: expected {joints_px.shape[:2]}, got {confidence.shape}")
    possible = (confidence >= 0) & (confidence <= 1)
    if not possible.all():
        frame, joint = np.argwhere(~possible)[0]
        raise ShapeError(
            f"confidence: frame {frame}, {skeleton.joints[joint]}: expected 0 to 1, got {confidence[frame, joint]}",
            "divide scores by their maximum, and give missing joints the confidence 0",
        )
    lost = ~finite & (confidence > 0)
    if lost.any():
        frame, joint = np.argwhere(lost)[0]
        raise ShapeError(
            f"joints_px: frame {frame}, {skeleton.joints[joint]}: expected finite pixels where the confidence is "
            f"positive, got {joints_px[frame, joint].tolist()}",
            "give missing joints the confidence 0",
        )
    return joints_px, confidence


def _numbers(array: np.ndarray, name: str) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise ShapeError(f"{name}: expected numbers, got {array.dtype}")
    return array.astype(float_type(array), copy=False)
