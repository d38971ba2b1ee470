"""`bones`: seen as in `person_centred`; the network predicts for each joint the bone that leads to it.

A bone is the vector from the joint nearer to the root, in metres in the turned axes: its direction and its length in
three numbers. Joints of the root have no bone and are told from the root itself. What a network says of the bones is
added up along the skeleton, so an error near the root moves everything beyond it.

Rotations of bones are no output: joints alone do not say how a bone is turned about itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from poselift.arrays import Joints3D, float_type
from poselift.errors import SkeletonError
from poselift.normalisation.base import Normalised, Seen, View, described
from poselift.normalisation.person_centred import PERSON_CENTRED
from poselift.skeleton import Skeleton


def along_bones(skeleton: Skeleton) -> Float[np.ndarray, "joints joints"]:
    """Which bones (column, that of each joint) lead from the root to each joint (row): 1 or 0.

    Raises:
        SkeletonError: the way to a joint is not the mirror image of that to its mirror image.
    """
    parents = [-1 if joint in skeleton.root_indices else parent for joint, parent in enumerate(skeleton.parents)]
    leads = np.eye(len(parents))
    for row, parent in zip(leads, parents, strict=True):
        while parent >= 0:
            row[parent] = 1
            parent = parents[parent]
    mirror = skeleton.flip_permutation
    if not np.array_equal(leads[np.ix_(mirror, mirror)], leads):
        raise SkeletonError(
            f"bones: the tree of bones of skeleton {skeleton.name} is not the same on both sides of the body",
            'set model.normalisation = "person_centred"',
        )
    return leads


@dataclass(frozen=True, eq=False)
class BonesView:
    """The way back by adding up.

    Attributes:
        joints: the way back of the joints.
        leads: (J, J), see `along_bones`.
    """

    joints: View
    leads: np.ndarray

    def rows(self, chosen: np.ndarray | slice) -> BonesView:
        return BonesView(self.joints.rows(chosen), self.leads)

    def targets(self, joints_cam_mm: Joints3D) -> Joints3D:
        """The bone (B, ..., J, 3) that leads to each joint, in metres in the turned axes."""
        joints = self.joints.targets(joints_cam_mm)
        bones: np.ndarray = np.linalg.inv(self.leads).astype(float_type(joints)) @ joints
        return bones

    def to_mm(self, output: Joints3D, root_cam_mm: np.ndarray | None = None) -> Joints3D:
        """Joints (B, ..., J, 3) in camera axes about their root, which is put where it is said to be."""
        return self.joints.to_mm(self.leads.astype(float_type(output)) @ output, root_cam_mm)


class Bones:
    """See the module."""

    name = "bones"
    sees: Literal["plane"] = "plane"
    needs_root = False
    # A metre, but of a bone: how far off a joint is differs.
    unit_mm = None

    def normalised(self, seen: Seen, channels: int) -> Normalised:
        """As `person_centred`.

        Raises:
            ShapeError, GeometryError: as there.
            SkeletonError: as for `along_bones`.
        """
        inputs, view = PERSON_CENTRED.normalised(seen, channels)
        return Normalised(inputs, BonesView(view, along_bones(seen.skeleton)))

    def description(self, channels: int) -> dict[str, str]:
        return described(
            PERSON_CENTRED.description(channels)["input"],
            "metres from the joint before it in the tree of bones that starts at the root, or from the root, in "
            "camera axes (x right, y down, z forward) turned by the smallest rotation that brings the person onto "
            "the optical axis",
            channels,
        )


BONES = Bones()
