"""Motion capture in millimetres: in the dialects of `dialects`, to Human3.6M joints, to those with feet, or as it is.

| dialect | files | what is special |
|---|---|---|
| `cmu_bvh` | BVH with names such as `LeftUpLeg` | centimetres or the database's unit; five bones lost their length |
| `character_bvh` | BVH with names such as `CC_Base_L_Thigh` | the motion on a character's body, centimetres |
| `neo_bvh` | BVH with names such as `Neo_LeftUpLeg` | the motion on Unity's body, by Blender; any rest pose |
| `unreal_bvh` | BVH with names such as `thigh_l` | poses of animators on Unreal's body, by Blender; z up |
| `asf_amc` | ASF skeleton, AMC motion, names such as `lfemur` | the CMU database's own format |

Any other BVH or ASF/AMC file is read by a skeleton whose joints are named as in the file.

The world here is right-handed with z up: where y is up in the file, (x, y, z) becomes (x, -z, y).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.data.readers.asfamc import INCH_MM, read_amc, read_asf
from poselift.data.readers.bvh import BvhMotion, read_bvh
from poselift.data.readers.dialects import ASF_AMC, BODIES, CMU_BVH, IN_BVH, Dialect, own_names
from poselift.data.readers.feet import toe_and_heel_mm
from poselift.errors import DataFormatError
from poselift.skeleton import BODY_21, H36M_17, Skeleton

# The length unit of the CMU database's own skeletons, 56.444 mm; its motion files name no frame rate.
CMU_UNIT_MM = INCH_MM / 0.45
CMU_FPS = 120.0


@dataclass(frozen=True, eq=False)
class MocapClip:
    """One take: joints in the world, z up."""

    name: str
    dialect: str
    fps: float
    joints_world_mm: Float[np.ndarray, "frames joints 3"]


# BVH files do not say their unit; a thigh tells. Far enough apart to leave no doubt: 43 is cm, 7.6 the CMU unit.
_UNITS_MM = (1.0, 10.0, INCH_MM, CMU_UNIT_MM, 1000.0)
_THIGH_MM = (300.0, 600.0)
# To the left, up and ahead of who faces -y with z up, as columns.
_FACING_BACK = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
# Of other skeletons the distance of the two joints furthest apart tells, and only whole bodies in the usual units.
_OWN_UNITS_MM = (1.0, 10.0, 1000.0)
_SIZE_MM = (1000.0, 2200.0)


class _Motion(NamedTuple):
    """Where joints are, in a file's own axes and unit, and how they are turned from the rest pose."""

    positions: Mapping[str, np.ndarray]
    rotations: Mapping[str, np.ndarray]
    dialect: Dialect
    fps: float
    units_mm: tuple[float, ...]  # that a length of 1 may stand for


def read_mocap(path: Path, skeleton: Skeleton = H36M_17, *, unit_mm: float | None = None) -> MocapClip:
    """Read a BVH file, or an AMC file with the ASF file of its folder.

    Args:
        skeleton: Human3.6M-17 or body21, which are made of the joints of the known dialects, or a skeleton whose
            joints are named as in the file.
        unit_mm: what a length of 1 stands for in the file. Default: what makes a human of the skeleton.

    Raises:
        DataFormatError: the file breaks its format, its joints have names of no known dialect, or its skeleton is
            not of a human's size in any known unit.
    """
    path = Path(path)
    readers = {".bvh": _read_bvh_motion, ".amc": _read_amc_motion}
    if path.suffix.lower() not in readers:
        raise DataFormatError(f"{path}: expected a .bvh or .amc file", "name a motion-capture file")
    if not path.is_file():
        raise DataFormatError(f"{path}: expected a file, found none", "check the path")
    motion = readers[path.suffix.lower()](path, skeleton)
    joints = _joints_mm(motion, _mm_per_unit(path, motion) if unit_mm is None else unit_mm)
    if _starts_with_rest_pose(joints, skeleton):
        joints = joints[1:]
    return MocapClip(path.stem, motion.dialect.name, motion.fps, joints)


def _dialects(known: tuple[Dialect, ...], skeleton: Skeleton) -> tuple[Dialect, ...]:
    """Those that a file may have where `skeleton` is wanted of it."""
    if skeleton in BODIES:
        return tuple(replace(dialect, skeleton=skeleton) for dialect in known)
    return (own_names(skeleton),)


def _read_bvh_motion(path: Path, skeleton: Skeleton) -> _Motion:
    motion = read_bvh(path)
    dialect = _recognised(path, motion.joints, _dialects(IN_BVH, skeleton))
    if dialect.name == CMU_BVH.name:
        motion = _with_lost_bones(motion)
    positions, rotations = motion.pose()
    if dialect.rest_as_found:
        rotations = rotations @ _rest_axes(motion, dialect)
    elif dialect.up == "z":
        rotations = rotations @ _FACING_BACK
    points = dict(zip(motion.joints, np.moveaxis(positions, 1, 0), strict=True))
    axes = dict(zip(motion.joints, np.moveaxis(rotations, 1, 0), strict=True))
    fps = 1 / motion.frame_time_s
    # Frame times are written with few digits: 0.0083333 means 120 Hz.
    whole = round(fps)
    return _Motion(
        points,
        axes,
        dialect,
        float(whole) if abs(fps - whole) < 1e-3 * fps else fps,
        _UNITS_MM if dialect.of_a_body else _OWN_UNITS_MM,
    )


def _rest_axes(motion: BvhMotion, dialect: Dialect) -> Float[np.ndarray, "3 3"]:
    """To the left, up the trunk and ahead in the rest pose, as columns."""
    at_rest = np.zeros_like(motion.offsets)
    for joint, parent in enumerate(motion.parents):
        at_rest[joint] = motion.offsets[joint] + (at_rest[parent] if parent >= 0 else 0)
    left, right, head = (
        at_rest[motion.joints.index(dialect.points[joint].joints[0])] for joint in ("left_hip", "right_hip", "nose")
    )
    sideways = (left - right) / np.linalg.norm(left - right)
    upwards = head - (left + right) / 2
    upwards = upwards - (upwards @ sideways) * sideways
    upwards /= np.linalg.norm(upwards)
    return np.stack([sideways, upwards, np.cross(sideways, upwards)], axis=-1)


def _read_amc_motion(path: Path, skeleton: Skeleton) -> _Motion:
    motion = read_amc(path, read_asf(_skeleton_file(path)))
    positions, rotations = motion.pose()
    dialect = _recognised(path, tuple(positions), _dialects((ASF_AMC,), skeleton))
    return _Motion(positions, rotations, dialect, CMU_FPS, (motion.skeleton.mm_per_unit,))


def _skeleton_file(path: Path) -> Path:
    """The ASF file of an AMC file's folder; of several, the one that has its subject's name: 01.asf for 01_05.amc."""
    skeletons = sorted(p for p in path.parent.iterdir() if p.suffix.lower() == ".asf")
    own = [p for p in skeletons if p.stem == path.stem.rsplit("_", 1)[0]]
    if len(skeletons) == 1 or len(own) == 1:
        return (own or skeletons)[0]
    raise DataFormatError(
        f"{path}: expected the .asf file of its subject in its folder, found {len(skeletons)} others",
        "put the skeleton of the subject beside its motions",
    )


def _recognised(path: Path, joints: tuple[str, ...], dialects: tuple[Dialect, ...]) -> Dialect:
    for dialect in dialects:
        if dialect.needed <= set(joints):
            return dialect
    missing = min((sorted(dialect.needed - set(joints)) for dialect in dialects), key=len)
    raise DataFormatError(
        f"{path}: expected the joint names of {' or '.join(d.name for d in dialects)}, "
        f"found no {', '.join(missing[:4])}",
        "name a skeleton, a .toml file, whose joints are called as in this file",
    )


def _with_lost_bones(motion: BvhMotion) -> BvhMotion:
    """Give back the lengths that the conversion to BVH lost: neck and clavicles start where the chest ends, not where
    it begins, and the hand's bone, which the wrist's rotation turns, has the length of half the forearm's."""
    offsets = motion.offsets.copy()
    index = motion.joints.index
    chest = np.array([0.0, np.linalg.norm(offsets[index("Spine1")]), 0.0])
    lost = dict.fromkeys(("Neck", "LeftShoulder", "RightShoulder"), chest)
    lost |= {f"{side}FingerBase": offsets[index(f"{side}Hand")] / 2 for side in ("Left", "Right")}
    for name, offset in lost.items():
        if not offsets[index(name)].any():
            offsets[index(name)] = offset
    return replace(motion, offsets=offsets)


def _joints_mm(motion: _Motion, scale: float) -> np.ndarray:
    """Joints (F, J, 3) of the dialect's skeleton in millimetres, z up."""
    dialect = motion.dialect
    joints = {}
    for name, point in dialect.points.items():
        joints[name] = np.mean([motion.positions[joint] for joint in point.joints], axis=0) * scale
        if any(point.offset_mm):
            joints[name] = joints[name] + motion.rotations[point.joints[0]] @ np.array(point.offset_mm)
    if dialect.of_a_body:
        joints["pelvis"] = (joints["left_hip"] + joints["right_hip"]) / 2
        joints["thorax"] = (joints["left_shoulder"] + joints["right_shoulder"]) / 2
    if dialect.skeleton == BODY_21:
        up_axis = np.eye(3)["xyz".index(dialect.up)]
        for side, foot in dialect.feet.items():
            found = toe_and_heel_mm(foot, motion.positions, motion.rotations, scale, up_axis)
            joints[f"{side}_toe"], joints[f"{side}_heel"] = found
    stacked: np.ndarray = np.stack([joints[j] for j in dialect.skeleton.joints], axis=1)
    if dialect.up == "z":
        return stacked
    x, y, z = np.moveaxis(stacked, -1, 0)
    return np.stack([x, -z, y], axis=-1)


def _mm_per_unit(path: Path, motion: _Motion) -> float:
    if motion.dialect.of_a_body:
        hip, knee = (motion.positions[motion.dialect.points[f"left_{j}"].joints[0]] for j in ("hip", "knee"))
        what, length, (least, most) = "thigh", float(np.linalg.norm(knee - hip, axis=-1).mean()), _THIGH_MM
    elif len(motion.units_mm) == 1:
        return motion.units_mm[0]
    else:
        what, length, (least, most) = "body", _size(motion), _SIZE_MM
    for unit in motion.units_mm:
        if least <= length * unit <= most:
            return unit
    raise DataFormatError(
        f"{path}: expected a {what} of {least:g} to {most:g} mm in a known unit, found {length:g} units",
        "scale the skeleton to an adult's in millimetres, centimetres or metres, or say how long a unit is",
    )


def _size(motion: _Motion) -> float:
    """Distance of the two joints furthest apart, the median over the frames."""
    joints = np.stack([motion.positions[joint] for joint in motion.dialect.skeleton.joints], axis=1)
    furthest = [np.linalg.norm(joints - joints[:, j : j + 1], axis=-1).max(axis=1) for j in range(joints.shape[1])]
    return float(np.median(np.max(furthest, axis=0)))


def _starts_with_rest_pose(joints: np.ndarray, skeleton: Skeleton) -> bool:
    """Whether the pose jumps after the first frame and nowhere near it: exporters put the rest pose there."""
    if len(joints) < 4:
        return False
    relative = joints - skeleton.root_position(joints)
    jumps = np.linalg.norm(np.diff(relative[:12], axis=0), axis=-1).mean(axis=-1)
    return bool(jumps[0] > 50 and jumps[0] > 5 * jumps[1:].max())
