"""The contract of a normalisation: from what is seen to a network's numbers, and from its answer to millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np

from poselift.arrays import Confidence, Joints2D, Joints3D
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.intrinsics import Intrinsics
from poselift.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class Seen:
    """2D joints of windows of T frames, each window by one camera: all that a network may look at.

    A joint is missing where its confidence is 0; its position means nothing there.

    Attributes:
        skeleton: what the J joints are.
        confidence: (B, T, J) from 0 (missing) to 1.
        lens: the camera of all windows, or the intrinsics of each; as far as they are known.
        in_pixels: (B, T, J, 2) joints in the image as `lens` draws it; or None where they are given on the plane.
        on_plane: (B, T, J, 2) joints on the plane z = 1 of `lens`; or None where they are given in pixels.
        true_lens: how the image was really drawn, where `lens` is a guess.
    """

    skeleton: Skeleton
    confidence: Confidence
    lens: Camera | Intrinsics
    in_pixels: Joints2D | None = None
    on_plane: Joints2D | None = None
    true_lens: Intrinsics | None = None

    def __post_init__(self) -> None:
        if self.in_pixels is None and self.on_plane is None:
            raise ShapeError("seen: expected joints in pixels or on the plane, got neither")

    def __len__(self) -> int:
        return len(self.confidence)

    @cached_property
    def joints_px(self) -> Joints2D:
        """(B, T, J, 2) in the image."""
        if self.in_pixels is not None:
            return self.in_pixels
        assert isinstance(self.lens, Intrinsics)  # who has a camera has its pixels
        assert self.on_plane is not None
        return self.lens.plane_to_image(self.on_plane)

    @cached_property
    def joints_plane(self) -> Joints2D:
        """(B, T, J, 2) on the plane z = 1, distortion removed; missing joints lie on the optical axis.

        Raises:
            GeometryError: a visible joint lies where the lens draws nothing.
        """
        if self.on_plane is not None:
            return self.on_plane
        # What a missing joint's pixels say must not matter, not even to the lens.
        center = self.lens.center_px
        center = center if isinstance(self.lens, Camera) else center[:, None, None]
        return self.lens.image_to_plane(np.where(self.confidence[..., None] > 0, self.joints_px, center))


@runtime_checkable
class View(Protocol):
    """The way back from normalised numbers, window by window."""

    def rows(self, chosen: np.ndarray | slice) -> View:
        """That of some windows."""
        ...

    def targets(self, joints_cam_mm: Joints3D) -> Joints3D:
        """What a network should say (B, ..., J, 3) for joints in the axes of each window's camera."""
        ...

    def to_mm(self, output: Joints3D, root_cam_mm: np.ndarray | None = None) -> Joints3D:
        """A network's output (B, ..., J, 3) in millimetres in camera axes; the root may be anywhere.

        Args:
            root_cam_mm: (B, ..., 3) the true root, for normalisations that need it.

        Raises:
            ShapeError: it is needed and not given.
        """
        ...


class Normalised(NamedTuple):
    """What a network takes (B, T, J, K), and the way back."""

    inputs: np.ndarray
    view: View


@runtime_checkable
class Normaliser(Protocol):
    """A way to normalise. The rows of `normalisation.NORMALISATIONS` name objects of this kind."""

    @property
    def name(self) -> str: ...

    @property
    def sees(self) -> Literal["pixels", "plane"]:
        """Which of the joints of `Seen` it looks at."""
        ...

    @property
    def needs_root(self) -> bool:
        """Whether only the true root leads back to millimetres: such networks are measured, and cannot lift."""
        ...

    @property
    def unit_mm(self) -> float | None:
        """Length of 1 in a network's output; None where that differs from pose to pose."""
        ...

    def normalised(self, seen: Seen, channels: int) -> Normalised:
        """The numbers of windows; `channels` is 2 for x, y, or 3 to add the confidence.

        Raises:
            ShapeError, GeometryError: there are none, as the normalisation says.
        """
        ...

    def description(self, channels: int) -> dict[str, str]:
        """What an exported model says of its `input`, `output` and `confidence`, for people and other programs."""
        ...


def with_confidence(joints_norm: np.ndarray, confidence: np.ndarray, channels: int) -> np.ndarray:
    """Joints (..., J, 2), with their confidence (..., J) as the third number where there are 3 channels."""
    if channels == 2:
        return joints_norm
    return np.concatenate([joints_norm, confidence[..., None]], axis=-1)


def described(joints: str, output: str, channels: int) -> dict[str, str]:
    """The entries of `Normaliser.description`."""
    confidence = {2: "no input", 3: "the third input channel, from 0 (missing) to 1"}
    return {"input": joints, "output": output, "confidence": confidence[channels]}
