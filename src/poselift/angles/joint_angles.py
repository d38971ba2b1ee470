"""The joint angles of a clip over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from poselift.angles.axes import Places
from poselift.angles.definitions import ANGLES, Angle
from poselift.data.clip import Clip
from poselift.data.joint_status import GUESSED
from poselift.errors import SkeletonError
from poselift.skeleton import Skeleton
from poselift.world.placing import is_placed, upright_mm


@dataclass(frozen=True, eq=False)
class JointAngles:
    """Angles of one person.

    Attributes:
        names: of each angle, such as `right_knee_flexion`.
        angles_deg: (F, A); NaN where the person is absent, a joint was only guessed, or the pose does not tell.
    """

    names: tuple[str, ...]
    angles_deg: Float[np.ndarray, "frames angles"]

    def __getitem__(self, name: str) -> Float[np.ndarray, " frames"]:
        """One angle over time (F,)."""
        return np.asarray(self.angles_deg[:, self.names.index(name)])


def joint_angles(clip: Clip) -> JointAngles:
    """All angles of `ANGLES` whose joints the clip's skeleton has; those against the vertical in an upright world.

    Raises:
        ShapeError: the clip has no 3D joints.
        SkeletonError: the skeleton has the joints of no angle.

    >>> import numpy as np
    >>> from poselift import Clip, SKELETONS
    >>> joints = np.zeros((1, 17, 3))
    >>> joints[0, [14, 15, 16]] = [[0, 0, 0], [0, 300, 0], [0, 300, 250]]  # right shoulder, elbow and wrist
    >>> joint_angles(Clip(SKELETONS["h36m17"], fps=25, joints_root_mm=joints))["right_elbow_flexion"].round(6).item()
    90.0
    """
    known = (clip.joint_status != GUESSED)[..., None]
    right, mirrored = both_sides(np.where(known, upright_mm(clip), np.nan), clip.skeleton)
    placed = clip.camera is not None and is_placed(clip.camera)
    found: dict[str, np.ndarray] = {}
    for angle in ANGLES:
        if placed or not angle.needs_world:
            found.update(_of_both_sides(angle, right, mirrored))
    if not found:
        raise SkeletonError(f"{clip.skeleton.name}: has not the joints of any angle", "lift in body21 or h36m17")
    return JointAngles(tuple(found), np.stack(list(found.values()), axis=1))


def both_sides(joints_mm: Float[np.ndarray, "frames joints 3"], skeleton: Skeleton) -> tuple[Places, Places]:
    """The joints by name, of a person and of the mirrored one, whose right side is the left one."""
    places = {name: joints_mm[:, joint] for joint, name in enumerate(skeleton.joints)}
    pairs = list(zip(skeleton.left, skeleton.right, strict=True))
    other = dict(pairs) | {right: left for left, right in pairs}
    return places, {name: places[other.get(name, name)] * [-1, 1, 1] for name in skeleton.joints}


def _of_both_sides(angle: Angle, right: Places, mirrored: Places) -> dict[str, np.ndarray]:
    joints = [joint.replace("*", "right") for joint in angle.joints]
    if any(joint not in right for joint in joints):
        return {}
    if "*" not in angle.name:
        return {angle.name: _measured(angle, joints, right)}
    sides = {"right": right, "left": mirrored}
    return {angle.name.replace("*", side): _measured(angle, joints, places) for side, places in sides.items()}


def _measured(angle: Angle, joints: list[str], places: Places) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        measured = angle.measured(places)
    known = np.all([np.isfinite(places[joint]).all(axis=-1) for joint in joints], axis=0)
    return np.where(known, measured, np.nan)
