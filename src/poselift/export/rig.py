"""A skeleton as programs for animation want it: nodes that turn, and bones of one length that hang on them.

A node moves all that hangs on it as one piece. Where a joint has several bones, as the pelvis, they do not move as
one; so all of them but one, or all where the joint is part of the trunk, hang on a node of their own at the same
place: `left_pelvis` from the pelvis to the left hip, `left_collar` from the thorax to the left shoulder. Files of the
CMU database have such nodes too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.errors import SkeletonError
from poselift.export.rest_pose import plain_name, rest_directions
from poselift.skeleton import Skeleton

# The node of its own on which the bone to a joint hangs; a side goes in front.
_NODES = {"hip": "pelvis", "spine": "lower_back", "shoulder": "collar", "nose": "neck", "heel": "hindfoot"}


@dataclass(frozen=True, eq=False)
class Rig:
    """N nodes, each after its parent, whose rest pose is a T; the first is the root.

    Attributes:
        skeleton: what the joints are.
        names: of the nodes; a joint's node has its name.
        parents: the node on which each hangs, -1 for the root.
        joints: the joint at whose place each node is.
        aims: the joint at which each node aims: its bone; -1 where none has to point exactly somewhere.
        rest_mm: (N, 3) from the parent to each node at rest; x left, y up, z forward.
    """

    skeleton: Skeleton
    names: tuple[str, ...]
    parents: tuple[int, ...]
    joints: tuple[int, ...]
    aims: tuple[int, ...]
    rest_mm: Float[np.ndarray, "nodes 3"]

    @classmethod
    def of(cls, skeleton: Skeleton, lengths_mm: Float[np.ndarray, " joints"]) -> Rig:
        """The rig of a skeleton whose bones, from each joint to its parent, have these lengths.

        Raises:
            SkeletonError: its bones are no tree.
        """
        if sum(parent < 0 for parent in skeleton.parents) != 1:
            raise SkeletonError(f"{skeleton.name}: its bones are no tree", "convert to body21 or h36m17")
        rest_mm = lengths_mm[:, None] * rest_directions(skeleton)
        listed = _Listed(skeleton, rest_mm)
        listed.add_joint(skeleton.parents.index(-1), -1)
        names, parents, joints, aims, rests = zip(*listed.nodes, strict=True)
        return cls(skeleton, names, parents, joints, aims, np.array(rests))

    def __len__(self) -> int:
        return len(self.names)

    @property
    def carriers(self) -> dict[int, int]:
        """Joint -> the node that its bone hangs on."""
        own = {joint: node for node, joint in reversed(list(enumerate(self.joints)))}
        return {joint: self.parents[node] for joint, node in own.items()}

    @property
    def leaves(self) -> list[bool]:
        """Which nodes nothing hangs on."""
        return [node not in self.parents for node in range(len(self))]

    @property
    def rest_places_mm(self) -> Float[np.ndarray, "nodes 3"]:
        """Where the nodes are at rest, seen from the root."""
        places = self.rest_mm.copy()
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                places[node] += places[parent]
        return places

    def places_mm(
        self, root_mm: Float[np.ndarray, "frames 3"], turns: Float[np.ndarray, "nodes frames 3 3"]
    ) -> Float[np.ndarray, "frames nodes 3"]:
        """Where the nodes are when each is turned against its parent by `turns`."""
        places, whole = np.empty((len(root_mm), len(self), 3)), np.empty_like(turns)
        for node, parent in enumerate(self.parents):
            if parent < 0:
                places[:, node], whole[node] = root_mm, turns[node]
            else:
                places[:, node] = places[:, parent] + whole[parent] @ self.rest_mm[node]
                whole[node] = whole[parent] @ turns[node]
        return places


class _Node(NamedTuple):
    name: str
    parent: int
    joint: int
    aim: int
    rest_mm: np.ndarray


@dataclass
class _Listed:
    """The nodes while they are listed, branch by branch."""

    skeleton: Skeleton
    rest_mm: np.ndarray
    nodes: list[_Node] = field(default_factory=list)

    def add_joint(self, joint: int, carrier: int) -> None:
        children = children_of(self.skeleton, joint)
        # One bone at most can hang on the joint's own node, which then aims along it.
        main = -1 if not children or lateral_pair(self.skeleton, joint) else children[0]
        rest_mm = self.rest_mm[joint] if carrier >= 0 else np.zeros(3)
        own = self._add(_Node(self.skeleton.joints[joint], carrier, joint, main, rest_mm))
        for child in children:
            hangs_on = own
            if child != main:
                hangs_on = self._add(_Node(self._name(joint, child), own, joint, child, np.zeros(3)))
            self.add_joint(child, hangs_on)

    def _add(self, node: _Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _name(self, joint: int, child: int) -> str:
        known, plain = self.skeleton.joints, plain_name(self.skeleton, child)
        side = known[child].removesuffix(plain)
        name = side + _NODES[plain] if plain in _NODES else ""
        taken = {"", *known, *(node.name for node in self.nodes)}
        return f"{known[joint]}_to_{known[child]}" if name in taken else name


def children_of(skeleton: Skeleton, joint: int) -> list[int]:
    """The joints whose parent this is."""
    return [child for child, parent in enumerate(skeleton.parents) if parent == joint]


def lateral_pair(skeleton: Skeleton, joint: int) -> tuple[int, int] | None:
    """The children on the left and the right of a joint of the trunk, such as the hips; None where it has none."""
    children = children_of(skeleton, joint)
    for left, right in zip(skeleton.indices(skeleton.left), skeleton.indices(skeleton.right), strict=True):
        if left in children and right in children:
            return left, right
    return None
