"""The protocols that 3D pose errors are reported by. A number without its protocol's name cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from poselift.arrays import Joints3D, checked_shape
from poselift.metrics.errors import joint_errors, n_joint_errors, pa_joint_errors
from poselift.skeleton import Skeleton


@dataclass(frozen=True)
class Protocol:
    """One way to compare poses.

    Attributes:
        name: the key in `PROTOCOLS`.
        title: what the number is called in papers.
        description: one line that says what is aligned before the distances are taken.
        errors: root-relative poses (..., J, 3), twice, to distances (..., J).
    """

    name: str
    title: str
    description: str
    errors: Callable[[Joints3D, Joints3D], np.ndarray]


def _mirror_allowed(predicted_mm: Joints3D, target_mm: Joints3D) -> np.ndarray:
    return pa_joint_errors(predicted_mm, target_mm, reflection=True)


PROTOCOLS: dict[str, Protocol] = {
    p.name: p
    for p in (
        Protocol(
            "root_relative",
            "Protocol 1: MPJPE, root-relative, metric",
            "both poses moved so that the root is at the origin; camera axes, no rotation, no scale",
            joint_errors,
        ),
        Protocol(
            "procrustes",
            "Protocol 2: PA-MPJPE",
            "each pose moved onto its target by rotation, translation and scale; no reflection",
            pa_joint_errors,
        ),
        Protocol(
            "procrustes_mirror",
            "Protocol 2 with reflection: PA-MPJPE, mirror image allowed",
            "as protocol 2, but a pose may be mirrored too, as in the lcn-pose and 3d-pose-baseline evaluations",
            _mirror_allowed,
        ),
        Protocol(
            "scale_normalised",
            "N-MPJPE",
            "root at the origin, each pose scaled to fit its target; no rotation",
            n_joint_errors,
        ),
    )
}


def protocol_errors(
    protocol: Protocol,
    predicted_mm: Joints3D,
    target_mm: Joints3D,
    skeleton: Skeleton,
    joints: Sequence[str] | None = None,
) -> Float[np.ndarray, "*batch measured"]:
    """Errors of the measured joints by a protocol.

    Args:
        predicted_mm, target_mm: (..., J, 3) of `skeleton`, in the same axes; the root may be anywhere.
        joints: names of the joints that count, for alignment too. Default: all.

    Raises:
        ShapeError: shapes that do not fit each other or the skeleton, or a number that is not finite.
        SkeletonError: a joint that the skeleton does not have.
    """
    for name, array in (("predicted_mm", predicted_mm), ("target_mm", target_mm)):
        checked_shape(array, (len(skeleton), 3), f"{name} of skeleton {skeleton.name}")
    chosen = skeleton.indices(skeleton.joints if joints is None else joints)
    relative = [(a - skeleton.root_position(a))[..., chosen, :] for a in (predicted_mm, target_mm)]
    return protocol.errors(*relative)
