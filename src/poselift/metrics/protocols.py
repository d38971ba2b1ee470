"""The protocols that 3D pose errors are reported by. A number without its protocol's name cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np
from jaxtyping import Float

from poselift.arrays import Joints3D, checked_shape
from poselift.errors import RecipeError
from poselift.metrics.distances import aligned_distances, distances, scaled_distances
from poselift.metrics.joint_errors import checked_pair
from poselift.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class Comparison:
    """A pair of poses (..., J, 3) in the same axes, and what protocols take from it, each made once.

    Attributes:
        predicted_mm, target_mm: poses of `skeleton`, checked, kept in float64; the root may be anywhere.
        skeleton: whose root it is.
        chosen: the joints that count; the root need not be one of them.
    """

    predicted_mm: np.ndarray
    target_mm: np.ndarray
    skeleton: Skeleton
    chosen: list[int]

    def __post_init__(self) -> None:
        for name in ("predicted_mm", "target_mm"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))

    @cached_property
    def absolute(self) -> tuple[np.ndarray, np.ndarray]:
        return self._measured(self.predicted_mm), self._measured(self.target_mm)

    @cached_property
    def root_relative(self) -> tuple[np.ndarray, np.ndarray]:
        predicted, target = (a - self.skeleton.root_position(a) for a in (self.predicted_mm, self.target_mm))
        return self._measured(predicted), self._measured(target)

    @cached_property
    def aligned(self) -> tuple[np.ndarray, np.ndarray]:
        """Distances after Procrustes alignment, without and with reflection: they share the costly part."""
        return aligned_distances(*self.root_relative)

    def differences(self, order: int) -> tuple[np.ndarray, np.ndarray]:
        """Root-relative movements from each frame to the next; of order 2 how these change, and so on."""
        predicted, target = self.root_relative
        return np.diff(predicted, order, axis=0), np.diff(target, order, axis=0)

    def _measured(self, joints: np.ndarray) -> np.ndarray:
        return joints if self.chosen == list(range(len(self.skeleton))) else joints[..., self.chosen, :]


@dataclass(frozen=True)
class Protocol:
    """One way to compare poses.

    Attributes:
        name: the key in `PROTOCOLS`.
        heading: a few letters for the head of a column, explained by the title.
        title: what the number is called in papers.
        description: one line that says what is aligned before the distances are taken.
        errors: distances (..., measured joints) of a comparison.
        absolute: it compares places in camera axes, so that root-relative predictions cannot have it; the others
            move the root to the origin first.
        steps: how many steps from frame to frame of unbroken clips an error takes: 1 for movements, 2 for how these
            change; 0 for poses.
    """

    name: str
    heading: str
    title: str
    description: str
    errors: Callable[[Comparison], np.ndarray]
    absolute: bool = False
    steps: int = 0

    @property
    def unit(self) -> str:
        """What its errors are counted in."""
        return ("mm", "mm per frame", "mm per frame²")[self.steps]

    @property
    def legend(self) -> str:
        """What explains the heading below a table."""
        return self.title if self.title.startswith(self.heading) else f"{self.heading}: {self.title}"


PROTOCOLS: dict[str, Protocol] = {
    p.name: p
    for p in (
        Protocol(
            "root_relative",
            "P1",
            "Protocol 1: MPJPE, root-relative, metric",
            "both poses moved so that the root is at the origin; camera axes, no rotation, no scale",
            lambda c: distances(*c.root_relative),
        ),
        Protocol(
            "procrustes",
            "P2",
            "Protocol 2: PA-MPJPE",
            "each pose moved onto its target by rotation, translation and scale; no reflection",
            lambda c: c.aligned[0],
        ),
        Protocol(
            "procrustes_mirror",
            "P2 mirror",
            "Protocol 2 with reflection: PA-MPJPE, mirror image allowed",
            "as protocol 2, but a pose may be mirrored too, as in the lcn-pose and 3d-pose-baseline evaluations",
            lambda c: c.aligned[1],
        ),
        Protocol(
            "scale_normalised",
            "N-MPJPE",
            "N-MPJPE",
            "root at the origin, each pose scaled to fit its target; no rotation",
            lambda c: scaled_distances(*c.root_relative),
        ),
        Protocol(
            "lcn",
            "lcn",
            "lcn protocol: MPJPE, true root depth and box, not aligned",
            "places in camera axes, root included, of predictions that were given the true root depth and box, as in "
            "the lcn-pose evaluation; not comparable with protocol 1",
            lambda c: distances(*c.absolute),
            absolute=True,
        ),
        Protocol(
            "velocity",
            "MPJVE",
            "MPJVE: velocity, mm per frame",
            "root at the origin; movements of the joints from each frame to the next of the same clip",
            lambda c: distances(*c.differences(1)),
            steps=1,
        ),
        Protocol(
            "acceleration",
            "Accel",
            "Accel: acceleration error, mm per frame²",
            "root at the origin; how the movements of the joints change from each frame to the next of the same clip",
            lambda c: distances(*c.differences(2)),
            steps=2,
        ),
    )
}

# Those that any prediction can have, be it only root-relative and of single frames.
DEFAULT_PROTOCOLS = ("root_relative", "procrustes", "procrustes_mirror", "scale_normalised")


def movement_protocols(longest: int) -> tuple[str, ...]:
    """Those of movements that an unbroken clip of so many frames can have."""
    return tuple(name for name, protocol in PROTOCOLS.items() if 0 < protocol.steps < longest)


def protocols_named(names: Iterable[str]) -> list[Protocol]:
    """Protocols by name, in the order given.

    Raises:
        RecipeError: there is none of that name; the hint names the nearest, or all.
    """
    found = []
    for name in names:
        if name not in PROTOCOLS:
            near = get_close_matches(name, PROTOCOLS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(PROTOCOLS)}"
            raise RecipeError(f"unknown protocol {name!r}", hint)
        found.append(PROTOCOLS[name])
    return found


def protocol_errors(
    protocol: Protocol,
    predicted_mm: Joints3D,
    target_mm: Joints3D,
    skeleton: Skeleton,
    joints: Sequence[str] | None = None,
) -> Float[np.ndarray, "*errors measured"]:
    """Errors of the measured joints by a protocol.

    Args:
        predicted_mm, target_mm: (..., J, 3) of `skeleton`, in the same axes; the root may be anywhere. One
            unbroken clip, with one error fewer than frames, where the protocol compares steps.
        joints: names of the joints that count, for alignment too. Default: all.

    Raises:
        ShapeError: shapes that do not fit each other or the skeleton, or a number that is not finite.
        SkeletonError: a joint that the skeleton does not have.
    """
    check_poses(predicted_mm, target_mm, skeleton)
    chosen = skeleton.indices(skeleton.joints if joints is None else joints)
    return protocol.errors(Comparison(predicted_mm, target_mm, skeleton, chosen))


def check_poses(predicted_mm: np.ndarray, target_mm: np.ndarray, skeleton: Skeleton) -> None:
    """Refuse arrays that are not pairs of finite poses of a skeleton.

    Raises:
        ShapeError: they are not.
    """
    for name, array in (("predicted_mm", predicted_mm), ("target_mm", target_mm)):
        checked_shape(array, (len(skeleton), 3), f"{name} of skeleton {skeleton.name}")
    checked_pair(predicted_mm, target_mm)
