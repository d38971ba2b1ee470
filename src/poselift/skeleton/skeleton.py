"""The frozen description of a set of joints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np

from poselift.errors import SkeletonError


@dataclass(frozen=True)
class Skeleton:
    """Names, bones and mirror pairs of a set of joints.

    Attributes:
        name: short lower-case name, the key in `SKELETONS`.
        joints: joint names in array order.
        bones: pairs of joint names, drawn as lines; parent first where the skeleton is a tree.
        root: the joints whose mean is the root; one joint for most skeletons.
        left, right: mirror pairs, `left[i]` mirrors `right[i]`.
        extra_edges: pairs that are neighbours in a network's graph although no bone joins them.
    """

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...]
    root: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    extra_edges: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.joints)) != len(self.joints):
            raise SkeletonError(f"{self.name}: joint names are not unique")
        if len(self.left) != len(self.right):
            raise SkeletonError(f"{self.name}: {len(self.left)} left joints, {len(self.right)} right joints")
        sided = (*self.left, *self.right)
        if len(set(sided)) != len(sided):
            raise SkeletonError(f"{self.name}: a joint is on both sides, or twice on one")
        if not self.root:
            raise SkeletonError(f"{self.name}: expected at least one root joint, got none")
        for pair in (*self.bones, *self.extra_edges, self.root, self.left, self.right):
            self.indices(pair)

    def __len__(self) -> int:
        return len(self.joints)

    def index(self, joint: str) -> int:
        """Position of `joint` in arrays of this skeleton.

        Raises:
            SkeletonError: there is no such joint; the hint names the nearest.
        """
        try:
            return self.joints.index(joint)
        except ValueError:
            near = get_close_matches(joint, self.joints, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"its joints are {', '.join(self.joints)}"
            raise SkeletonError(f"skeleton {self.name} has no joint {joint!r}", hint) from None

    def indices(self, joints: Iterable[str]) -> list[int]:
        """Positions of several joints; errors as for `index`."""
        return [self.index(joint) for joint in joints]

    @cached_property
    def root_indices(self) -> list[int]:
        return self.indices(self.root)

    @cached_property
    def edges(self) -> list[tuple[int, int]]:
        """Bones as index pairs."""
        return [(self.index(a), self.index(b)) for a, b in self.bones]

    @cached_property
    def flip_permutation(self) -> np.ndarray:
        """Indices (J,) that exchange left and right: `mirrored = joints[..., flip_permutation, :]`."""
        permutation = np.arange(len(self))
        left, right = self.indices(self.left), self.indices(self.right)
        permutation[left], permutation[right] = right, left
        permutation.setflags(write=False)
        return permutation

    def mirrored(self, joints: np.ndarray) -> np.ndarray:
        """Mirror image of joints (..., J, C) about x = 0: x changes its sign, left and right their places."""
        mirrored: np.ndarray = joints[..., self.flip_permutation, :]
        mirrored[..., 0] *= -1
        return mirrored

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Parent of each joint in the spanning tree of the bones that starts at the root; -1 at a start."""
        neighbours: dict[int, list[int]] = {j: [] for j in range(len(self))}
        for a, b in self.edges:
            neighbours[a].append(b)
            neighbours[b].append(a)
        parents = [-2] * len(self)
        for start in (*self.root_indices, *range(len(self))):
            if parents[start] != -2:
                continue
            parents[start] = -1
            queue = [start]
            for joint in queue:
                for neighbour in neighbours[joint]:
                    if parents[neighbour] == -2:
                        parents[neighbour] = joint
                        queue.append(neighbour)
        return tuple(parents)

    def root_position(self, joints: np.ndarray) -> np.ndarray:
        """Position of the root, (..., 1, D), of joints (..., J, D)."""
        position: np.ndarray = joints[..., self.root_indices, :].mean(axis=-2, keepdims=True)
        return position
