"""Which way is up, by the people in a picture, over the whole clip.

Whoever stands still is in balance: the centre of mass lies above the feet that bear it, however they bend, and the
soles lie on the floor. Whoever walks, sits or jumps carries the trunk upright, on average. The weights were found by
least squares over motion capture seen by virtual cameras of -30 to 30 degrees of pitch and -10 to 10 of roll, see
`benchmarks/world.py`. Legs, heads and the places where feet stand one after the other made it no better: what a
camera misjudges in depth, it misjudges alike everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import SkeletonError
from poselift.geometry.rotation import unit_vectors
from poselift.skeleton import Skeleton
from poselift.skeleton.definitions import BODY_21, H36M_17
from poselift.world.feet import foot_joints
from poselift.world.standing import are_slow, speeds, standing_joints

_STILL = {"balance": 0.6, "soles": 0.4}
_MOVING = {"trunk": 0.78, "soles": 0.22}
# Who stands still: legs so straight, and a centre of mass that moves no faster, over so long a time.
_STRAIGHT, _ACROSS_MM_S, _ALONG_MM_S, _OVER_S = 0.93, 250.0, 500.0, 0.5
# If people stand still in so large a part of the frames, these alone count.
_OFTEN = 0.25
# A trunk further than this from the image's vertical lies, hangs or tumbles, and says nothing about up.
_UPRIGHT_DEG = 60.0
_UP_CAM = np.array([0.0, -1.0, 0.0])
# Where the mass of a body is, the middle of which joints; after Dempster 1955, the trunk spread over its joints.
_MASS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.16, ("thorax",)),
    (0.14, ("spine",)),
    (0.14, ("pelvis",)),
    (0.08, ("head", "nose")),
    *((0.11, (f"{side}_hip", f"{side}_knee")) for side in ("left", "right")),
    *((0.06, (f"{side}_knee", f"{side}_ankle")) for side in ("left", "right")),
    *((0.03, (f"{side}_shoulder", f"{side}_elbow")) for side in ("left", "right")),
    *((0.025, (f"{side}_elbow", f"{side}_wrist")) for side in ("left", "right")),
)


def up_by_people(scene: Scene) -> Float[np.ndarray, "3"] | None:
    """The unit vector that points up, in camera axes: the median of what everybody says in all frames.

    None where nobody says it: nobody is upright, or has the joints of Human3.6M.
    """
    nothing = np.empty((0, 3))
    votes = [said for track in scene.tracks if (said := _votes(track.clip)) is not None]
    still, moving = (np.concatenate(part) for part in zip((nothing, nothing), *votes, strict=True))
    chosen = still if len(still) and len(still) >= _OFTEN * (len(still) + len(moving)) else moving
    if not len(chosen):
        return None
    middle = np.median(chosen, axis=0)
    up: np.ndarray = middle / np.linalg.norm(middle)
    return up


def level_up(pitch_deg: float = 0.0) -> Float[np.ndarray, "3"]:
    """Up, in the axes of a camera that looks down by `pitch_deg` degrees and does not roll."""
    pitch = np.radians(pitch_deg)
    return np.array([0.0, -np.cos(pitch), -np.sin(pitch)])


def _votes(clip: Clip) -> tuple[Float[np.ndarray, "still 3"], Float[np.ndarray, "moving 3"]] | None:
    """What one person says in frames in which they stand still, and in the others in which they are upright."""
    body = _body(clip)
    if body is None or body.joints_root_mm is None:
        return None
    known = body.valid & np.isfinite(body.joints_root_mm).all(axis=(1, 2))
    if not known.any():
        return None
    said = _Said.of(body, known)
    upright = said.trunk @ _UP_CAM > np.cos(np.radians(_UPRIGHT_DEG))
    still = said.is_still & upright
    return said.weighted(_STILL)[still], said.weighted(_MOVING)[upright & ~still]


def _body(clip: Clip) -> Clip | None:
    if clip.joints_root_mm is None:
        return None
    in_3d = clip.replaced(joints_px=None, confidence=None)
    for skeleton in (BODY_21, H36M_17):
        try:
            return in_3d.converted(skeleton)
        except SkeletonError:
            continue
    return None


@dataclass(frozen=True)
class _Said:
    """Directions that point up by some sign or other, unit vectors (F, 3) in camera axes.

    Attributes:
        trunk: from the hips to the thorax.
        soles: what the soles lie on, upwards; None where the skeleton has no toes and heels.
        balance: from the feet that stand to the centre of mass.
        is_still: (F,) whether somebody stands still on straight legs.
    """

    trunk: np.ndarray
    soles: np.ndarray | None
    balance: np.ndarray
    is_still: Bool[np.ndarray, " frames"]

    @classmethod
    def of(cls, body: Clip, known: Bool[np.ndarray, " frames"]) -> _Said:
        skeleton, time_s = body.skeleton, body.time_s[known]
        joints = np.asarray(body.joints_root_mm)[known].astype(np.float64)

        def joint(*names: str) -> np.ndarray:
            mean: np.ndarray = joints[:, skeleton.indices(names)].mean(axis=1)
            return mean

        trunk = unit_vectors(joint("thorax") - joint("left_hip", "right_hip"))
        soles = None
        if skeleton.has(("left_heel", "left_toe")):
            # Toes ahead of heels, and the left hip to the left: the cross product points up.
            across = joint("left_hip") - joint("right_hip")
            feet = [np.cross(joint(f"{side}_toe") - joint(f"{side}_heel"), across) for side in ("left", "right")]
            soles = (unit_vectors(feet[0]) + unit_vectors(feet[1])) / 2
        mass = sum(share * joint(*names) for share, names in _MASS) / sum(share for share, _ in _MASS)
        root = None if body.root_cam_mm is None else body.root_cam_mm[known].astype(np.float64)
        if root is None or len(root) < 2 or not np.isfinite(root).all():
            return cls(trunk, soles, trunk, np.zeros(len(joints), dtype=bool))
        stands = standing_joints(joints + root[:, None], root, time_s, skeleton)
        support, straight = _support(joints, stands, skeleton)
        slow = are_slow(speeds(mass + root, time_s, _OVER_S), root, _ACROSS_MM_S, _ALONG_MM_S)
        return cls(trunk, soles, unit_vectors(mass - support), slow & straight)

    def weighted(self, weights: dict[str, float]) -> Float[np.ndarray, "frames 3"]:
        total: np.ndarray = sum(
            weight * said for name, weight in weights.items() if (said := getattr(self, name)) is not None
        )
        return total


def _support(joints: np.ndarray, stands: np.ndarray, skeleton: Skeleton) -> tuple[np.ndarray, np.ndarray]:
    """The middle (F, 3) of the feet that stand, and whether one does, on a straight leg (F,)."""
    places, bears, straight = [], [], []
    for side in ("left", "right"):
        foot = foot_joints(skeleton, side)
        places.append(joints[:, foot].mean(axis=1))
        bears.append(stands[:, foot].mean(axis=1))
        hip, knee, ankle = (joints[:, skeleton.index(f"{side}_{part}")] for part in ("hip", "knee", "ankle"))
        bones = np.linalg.norm(hip - knee, axis=-1) + np.linalg.norm(knee - ankle, axis=-1)
        straight.append(np.linalg.norm(hip - ankle, axis=-1) / np.maximum(bones, 1e-9))
    share = np.stack(bears) / np.maximum(sum(bears), 1e-9)
    support = (share[..., None] * np.stack(places)).sum(axis=0)
    return support, (sum(bears) > 1 / 3) & ((share * np.stack(straight)).sum(axis=0) > _STRAIGHT)
