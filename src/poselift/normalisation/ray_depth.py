"""`ray_depth`: seen as in `person_centred`; the network predicts where each joint is in the picture, and its depth.

x and y are those of the joint's ray in the numbers of the input, so that a network with `add_input` predicts how far
the true ray is from the one that was seen. z is the depth relative to the root in metres in the turned axes. To put
joints on their rays one must know how far off the root is. At the root z would be 0, so it says that: its depth times
the size of what is seen, which is about the same for everybody.

`ray_true_depth` goes back by the true depth of the root, as the numbers of LCN do: such networks are measured, and
cannot lift. The two differ in that alone, so they tell what knowing the depth is worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from poselift.arrays import Joints3D
from poselift.errors import ShapeError
from poselift.normalisation.base import Normalised, Seen, described
from poselift.normalisation.person_centred import OUTPUT_UNIT_MM, PERSON_CENTRED, Turned, windows_turned
from poselift.skeleton import Skeleton

# Nobody is nearer, and what is behind the camera has no ray.
_NEAREST_M = 0.01


@dataclass(frozen=True, eq=False)
class RayDepthView:
    """The way back along the rays.

    Attributes:
        turned: the turn, centre and size of each window, float64.
        skeleton: what the J joints are.
        true_depth: go back by the true depth of the root.
    """

    turned: Turned
    skeleton: Skeleton
    true_depth: bool

    def rows(self, chosen: np.ndarray | slice) -> RayDepthView:
        turned = Turned(*(part[chosen] for part in self.turned))
        return RayDepthView(turned, self.skeleton, self.true_depth)

    def targets(self, joints_cam_mm: Joints3D) -> Joints3D:
        """Rays and depths (B, ..., J, 3), in the type of the joints."""
        turned = self._as_wide_as(joints_cam_mm)
        joints = joints_cam_mm @ np.swapaxes(turned.rotation, -1, -2) / OUTPUT_UNIT_MM
        plane = joints[..., :2] / np.maximum(joints[..., 2:], _NEAREST_M)
        root = self.skeleton.root_position(joints)[..., 2:]
        depth = joints[..., 2:] - root
        depth[..., self.skeleton.root_indices, :] += turned.size * root
        targets = np.concatenate([(plane - turned.centre) / turned.size, depth], axis=-1)
        return targets.astype(joints_cam_mm.dtype, copy=False)

    def to_mm(self, output: Joints3D, root_cam_mm: np.ndarray | None = None) -> Joints3D:
        """Joints (B, ..., J, 3) in camera axes, float64, where they are by what the network says.

        Given the root, they are put there; or, by the true depth, on their rays as far off as it is.

        Raises:
            ShapeError: the true depth is wanted, and there is no root (B, ..., 3).
        """
        turned = self._as_wide_as(output)
        output = np.asarray(output, dtype=np.float64)
        depth = output[..., 2:].copy()
        apparent = self.skeleton.root_position(depth)
        depth[..., self.skeleton.root_indices, :] -= apparent
        root = apparent / turned.size
        if self.true_depth:
            if root_cam_mm is None:
                raise ShapeError("ray_true_depth: expected the true root, whose depth leads to millimetres")
            root = root_cam_mm[..., None, :] @ np.swapaxes(turned.rotation, -1, -2)[..., 2:] / OUTPUT_UNIT_MM
        depth += root
        plane = output[..., :2] * turned.size + turned.centre
        joints: np.ndarray = np.concatenate([plane * depth, depth], axis=-1) @ turned.rotation * OUTPUT_UNIT_MM
        if root_cam_mm is not None and not self.true_depth:
            joints += root_cam_mm[..., None, :] - self.skeleton.root_position(joints)
        return joints

    def _as_wide_as(self, joints: np.ndarray) -> Turned:
        """The parts with as many axes as the joints (B, ..., J, 3)."""
        ones = [1] * (joints.ndim - 3)
        return Turned(*(part.reshape(len(part), *ones, *part.shape[-2:]) for part in self.turned))


class RayDepth:
    """One turn, centre and size for all frames of a window, see the module."""

    sees: Literal["plane"] = "plane"
    # Metres in depth, and sizes of the person across.
    unit_mm = None

    def __init__(self, name: str, *, true_depth: bool) -> None:
        self.name, self.needs_root = name, true_depth

    def normalised(self, seen: Seen, channels: int) -> Normalised:
        """Missing joints are 0.

        Raises:
            ShapeError: a window has no two distinct visible joints.
            GeometryError: a visible joint lies where the lens draws nothing.
        """
        inputs, turned = windows_turned(seen, channels, lambda turned: turned.plane / turned.size)
        return Normalised(inputs, RayDepthView(turned, seen.skeleton, self.needs_root))

    def description(self, channels: int) -> dict[str, str]:
        known = "; it leads back by the true depth of the root" if self.needs_root else ""
        return described(
            PERSON_CENTRED.description(channels)["input"],
            "x, y of the joint's ray in the numbers of the input; z: metres behind the root along the turned optical "
            "axis, and at the root its own depth times the root mean square of the rays" + known,
            channels,
        )


RAY_DEPTH = RayDepth("ray_depth", true_depth=False)
RAY_TRUE_DEPTH = RayDepth("ray_true_depth", true_depth=True)
