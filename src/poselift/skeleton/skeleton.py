"""The frozen description of a set of joints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np

from poselift.errors import SkeletonError
from poselift.skeleton.table import fields_of_table


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

    >>> stick = Skeleton("stick", ("hip", "foot_l", "foot_r"), (("hip", "foot_l"), ("hip", "foot_r")),
    ...                  root=("hip",), left=("foot_l",), right=("foot_r",))
    >>> stick.index("foot_r"), stick.flip_permutation.tolist()
    (2, [0, 2, 1])
    """

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...]
    root: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    extra_edges: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for name in (self.name, *self.joints):
            if name.splitlines() != [name]:
                raise SkeletonError(f"skeleton {self.name!r}: expected names of one line, got {name!r}")
        if twice := _repeated(self.joints):
            raise SkeletonError(f"{self.name}: joint names are not unique: {twice!r} comes twice")
        if len(self.left) != len(self.right):
            raise SkeletonError(f"{self.name}: {len(self.left)} left joints, {len(self.right)} right joints")
        if twice := _repeated((*self.left, *self.right)):
            raise SkeletonError(f"{self.name}: {twice!r} is on both sides, or twice on one")
        if not self.root:
            raise SkeletonError(f"{self.name}: expected at least one root joint, got none")
        if twice := _repeated(self.root):
            raise SkeletonError(f"{self.name}: root: {twice!r} comes twice")
        for pair in (*self.bones, *self.extra_edges, self.root, self.left, self.right):
            self.indices(pair)
        for a, b in (*self.bones, *self.extra_edges):
            if a == b:
                raise SkeletonError(f"{self.name}: a bone or edge joins {a!r} to itself")

    @classmethod
    def from_dict(cls, table: Any) -> Skeleton:
        """The skeleton that `as_dict` or a skeleton file describes.

        Raises:
            SkeletonError: it is no table, a key is unknown or missing, a value is of the wrong kind, or the skeleton
                contradicts itself.
        """
        return cls(**fields_of_table(table))

    def as_dict(self) -> dict[str, Any]:
        """All of the skeleton in plain lists, as JSON and TOML can hold it; mirror pairs as [left, right]."""
        table: dict[str, Any] = {
            "name": self.name,
            "root": list(self.root),
            "joints": list(self.joints),
            "bones": [list(bone) for bone in self.bones],
            "pairs": [list(pair) for pair in zip(self.left, self.right, strict=True)],
        }
        return {**table, "extra_edges": [list(edge) for edge in self.extra_edges]} if self.extra_edges else table

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

    def has(self, joints: Iterable[str]) -> bool:
        """Whether it has every one of these joints."""
        return all(joint in self.joints for joint in joints)

    def same_joints(self, other: Skeleton) -> bool:
        """Whether arrays of one are arrays of the other: the same joints in the same order, and the same root."""
        return self.joints == other.joints and self.root == other.root

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

    @cached_property
    def outwards(self) -> tuple[int, ...]:
        """The joints, each after its parent."""

        def depth(joint: int) -> int:
            return 0 if self.parents[joint] < 0 else 1 + depth(self.parents[joint])

        return tuple(sorted(range(len(self)), key=depth))

    def root_position(self, joints: np.ndarray) -> np.ndarray:
        """Position of the root, (..., 1, D), of joints (..., J, D)."""
        position: np.ndarray = joints[..., self.root_indices, :].mean(axis=-2, keepdims=True)
        return position


def _repeated(joints: Sequence[str]) -> str | None:
    """The first name that comes a second time."""
    return next((joint for n, joint in enumerate(joints) if joint in joints[:n]), None)
