"""Models of different skeletons measured in the same joints: an error over feet too is no error of a body without."""

from __future__ import annotations

from typing import NamedTuple

from poselift.arrays import Joints3D
from poselift.skeleton import Skeleton, conversion


class Measured(NamedTuple):
    """Predicted and true joints (N, J, 3) in millimetres, and what they are."""

    predicted_mm: Joints3D
    truth_mm: Joints3D
    skeleton: Skeleton

    def in_joints_of(self, skeleton: Skeleton | None) -> Measured:
        """The same in other joints; None for these.

        Raises:
            SkeletonError: these do not convert to them.
        """
        if skeleton is None:
            return self
        convert = conversion(self.skeleton, skeleton).whole()
        return Measured(convert.joints(self.predicted_mm), convert.joints(self.truth_mm), skeleton)
