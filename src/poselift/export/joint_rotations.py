"""How the nodes of a rig are turned, from where the joints are.

Every bone gets its direction exactly. What turns a bone about itself is not in the positions of its two ends:

- the pelvis and the thorax lie in the plane of the hips or shoulders and the spine, the middle of the spine between;
- an upper arm or a thigh is turned so that its elbow or knee is a hinge, see `twist`, and so is the neck by the nose;
- the forearm, the shank and the head bend about that hinge alone;
- a foot lies in the plane of its toe and heel;
- all else moves with its parent the shortest way: hands, what hangs on a joint of its own node, and the feet of a
  skeleton without toes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from poselift.export.rest_pose import bending_axis
from poselift.export.rig import Rig, children_of, lateral_pair
from poselift.export.twist import steady_twist
from poselift.geometry.aiming import axes_of, directions, smallest_rotation

_LEFT, _UP = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])


def joint_rotations(
    rig: Rig, joints_mm: Float[np.ndarray, "frames joints 3"], fps: float
) -> Float[np.ndarray, "nodes frames 3 3"]:
    """By how much each node is turned against its parent, and the root against the rest pose.

    Args:
        joints_mm: finite; right-handed with y up. Frames in a row are 1 / fps seconds apart.
    """
    whole = _Orientations(rig, joints_mm, fps).found()
    against = np.empty_like(whole)
    for node, parent in enumerate(rig.parents):
        against[node] = whole[node] if parent < 0 else whole[parent].transpose(0, 2, 1) @ whole[node]
        if rig.leaves[node]:
            against[node] = np.eye(3)
    return against


@dataclass
class _Orientations:
    """The orientation (F, 3, 3) of each node in space, found from the root outwards.

    Attributes:
        hinges: joint -> the axis (3,) at rest that it bends about, of the joints whose bend turned what is above.
    """

    rig: Rig
    joints_mm: np.ndarray
    fps: float
    whole: list[np.ndarray] = field(default_factory=list)
    hinges: dict[int, np.ndarray] = field(default_factory=dict)

    def found(self) -> Float[np.ndarray, "nodes frames 3 3"]:
        self.rest = directions(self._rest_bones(), _UP)
        for node in range(len(self.rig)):
            self.whole.append(self._of_node(node))
        return np.stack(self.whole)

    def _rest_bones(self) -> np.ndarray:
        """From its parent to each joint, at rest."""
        bones = np.zeros((len(self.rig.skeleton), 3))
        for node, joint in enumerate(self.rig.joints):
            if self.rig.rest_mm[node].any():
                bones[joint] = self.rig.rest_mm[node]
        return bones

    def _bone(self, joint: int) -> Float[np.ndarray, "frames 3"]:
        """The direction from its parent to a joint."""
        parent = self.rig.skeleton.parents[joint]
        return directions(self.joints_mm[:, joint] - self.joints_mm[:, parent], self.rest[joint])

    def _of_node(self, node: int) -> Float[np.ndarray, "frames 3 3"]:
        rig = self.rig
        joint, aim, parent = rig.joints[node], rig.aims[node], rig.parents[node]
        is_own = parent < 0 or rig.joints[parent] != joint
        children = children_of(rig.skeleton, joint)
        if is_own and (pair := lateral_pair(rig.skeleton, joint)):
            return self._of_trunk(joint, pair)
        if aim < 0:
            return self._above(node)
        if is_own and len(children) > 1:
            plane = np.cross(self._bone(aim), self._bone(children[1]))
            return self._turned(aim, plane, np.cross(self.rest[aim], self.rest[children[1]]))
        hinge = self._hinge_of(aim)
        if hinge is not None:
            return self._of_limb(node, aim, hinge)
        if is_own and joint in self.hinges:
            axis = self.hinges[joint]
            return self._turned(aim, self._above(node) @ axis, axis)
        if parent >= 0 and (ends := self._between(joint, aim)):
            return self._turned(aim, self._lateral(*ends[0]) + self._lateral(*ends[1]), _LEFT)
        return self._moved_shortest(node, aim)

    def _above(self, node: int) -> Float[np.ndarray, "frames 3 3"]:
        parent = self.rig.parents[node]
        return np.broadcast_to(np.eye(3), (len(self.joints_mm), 3, 3)) if parent < 0 else self.whole[parent]

    def _turned(self, aim: int, aside: np.ndarray, aside_at_rest: np.ndarray) -> Float[np.ndarray, "frames 3 3"]:
        """The orientation that aims the bone, and takes what is aside at rest as near to `aside` as may be."""
        at_rest = axes_of(self.rest[aim][None], aside_at_rest[None])[0]
        return np.asarray(axes_of(self._bone(aim), aside) @ at_rest.T)

    def _moved_shortest(self, node: int, aim: int) -> Float[np.ndarray, "frames 3 3"]:
        above = self._above(node)
        return np.asarray(smallest_rotation(above @ self.rest[aim], self._bone(aim)) @ above)

    def _lateral(self, left: int, right: int) -> Float[np.ndarray, "frames 3"]:
        return directions(self.joints_mm[:, left] - self.joints_mm[:, right], _LEFT)

    def _of_trunk(self, joint: int, pair: tuple[int, int]) -> Float[np.ndarray, "frames 3 3"]:
        """The line of the hips or shoulders exactly, and the spine in its plane; what has no spine stays upright."""
        lateral, is_root = self._lateral(*pair), self.rig.skeleton.parents[joint] < 0
        others = [child for child in children_of(self.rig.skeleton, joint) if child not in pair]
        if is_root and not others:
            return axes_of(lateral, np.broadcast_to(_UP, lateral.shape))
        spine = others[0] if is_root else joint
        at_rest = axes_of(_LEFT[None], self.rest[spine][None])[0]
        return np.asarray(axes_of(lateral, self._bone(spine)) @ at_rest.T)

    def _between(self, joint: int, aim: int) -> list[tuple[int, int]] | None:
        """The hips and the shoulders, if this bone of the spine ends at the shoulders."""
        skeleton = self.rig.skeleton
        ends = [lateral_pair(skeleton, each) for each in (skeleton.parents[joint], aim)]
        return [end for end in ends if end] if all(ends) else None

    def _hinge_of(self, joint: int) -> Float[np.ndarray, "3"] | None:
        """The axis at rest that a joint bends about; None where it may bend any way, or nothing follows it alone."""
        follows = len(children_of(self.rig.skeleton, joint)) == 1
        return bending_axis(self.rig.skeleton, joint) if follows else None

    def _of_limb(self, node: int, aim: int, axis: np.ndarray) -> Float[np.ndarray, "frames 3 3"]:
        (after,) = children_of(self.rig.skeleton, aim)
        # Seen from what the limb hangs on, so that somebody who turns round does not twist it.
        above = self._above(node)
        along, next_along = (_seen_from(above, self._bone(joint)) for joint in (aim, after))
        at_rest = self.rest[aim]
        shortest = smallest_rotation(np.broadcast_to(at_rest, along.shape), along)
        # A limb opposite to its rest got there by no way that is the shortest.
        trusted = ((1 + along @ at_rest) / 2) ** 2
        across = steady_twist(along, shortest @ axis, np.cross(along, next_along), trusted, self.fps)
        self.hinges[aim] = axis
        return self._turned(aim, np.einsum("fij,fj->fi", above, across), axis)


def _seen_from(orientation: np.ndarray, vectors: np.ndarray) -> Float[np.ndarray, "frames 3"]:
    return np.asarray(np.einsum("fji,fj->fi", orientation, vectors))
