"""One person who moves every joint, and writers of that motion in each dialect of motion capture.

The body is the same in all of them, in millimetres at rest: y up, facing z, the left towards x, arms sideways.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from poselift.skeleton import H36M_17

# bone -> parent and rest vector; the names are those of ASF.
BONES: dict[str, tuple[str, tuple[float, float, float]]] = {
    "lowerback": ("root", (0, 110, 0)),
    "upperback": ("lowerback", (0, 120, 0)),
    "thorax": ("upperback", (0, 120, 0)),
    "lowerneck": ("thorax", (0, 100, 10)),
    "upperneck": ("lowerneck", (0, 100, 0)),
    "head": ("upperneck", (0, 110, 0)),
}
for _side, _x in (("l", 1), ("r", -1)):
    BONES |= {
        f"{_side}hipjoint": ("root", (_x * 90, -100, 30)),
        f"{_side}femur": (f"{_side}hipjoint", (0, -430, 0)),
        f"{_side}tibia": (f"{_side}femur", (0, -410, 0)),
        f"{_side}foot": (f"{_side}tibia", (0, -35, 120)),
        f"{_side}toes": (f"{_side}foot", (0, 0, 60)),
        f"{_side}clavicle": ("thorax", (_x * 180, 50, -10)),
        f"{_side}humerus": (f"{_side}clavicle", (_x * 280, 0, 0)),
        f"{_side}radius": (f"{_side}humerus", (_x * 180, 0, 0)),
        f"{_side}wrist": (f"{_side}radius", (_x * 90, 0, 0)),
        f"{_side}hand": (f"{_side}wrist", (_x * 60, 0, 0)),
    }
# The axes that a bone turns about, in ASF: angles about x, y, z.
AXES = {"lfemur": (0, 0, 20), "rfemur": (0, 0, -20), "lhumerus": (180, -30, -90), "rhumerus": (180, 30, 90)}

# Names of the joint at the start of each bone, `*` for Left or L.
_LIMBS = ("hipjoint", "femur", "tibia", "foot", "toes", "clavicle", "humerus", "radius", "wrist", "hand")
_TRUNK = ("root", "lowerback", "upperback", "thorax", "lowerneck", "upperneck", "head")


def _names(trunk: str, limbs: str, sides: tuple[str, str]) -> dict[str, str]:
    names = dict(zip(_TRUNK, trunk.split(), strict=True))
    for ours, theirs in zip("lr", sides, strict=True):
        names |= {ours + limb: n.replace("*", theirs) for limb, n in zip(_LIMBS, limbs.split(), strict=True)}
    return names


CMU = _names(
    "Hips LowerBack Spine Spine1 Neck Neck1 Head",
    "*HipJoint *UpLeg *Leg *Foot *ToeBase *Shoulder *Arm *ForeArm *Hand *FingerBase",
    ("Left", "Right"),
)
CHARACTER = _names(
    "Hip Waist Spine01 Spine02 NeckTwist01 NeckTwist02 Head",
    "*_Pelvis *_Thigh *_Calf *_Foot *_ToeBase *_Clavicle *_Upperarm *_Forearm *_ForearmTwist *_Hand",
    ("L", "R"),
)
CHARACTER = {bone: f"CC_Base_{name}" for bone, name in CHARACTER.items()}
NEO = _names(
    "Hips LowerBack Spine Spine1 LowerNeck Neck Head",
    "*HipJoint *UpLeg *Leg *Foot *ToeBase *Shoulder *Arm *ForeArm *ForeArmTwist *Hand",
    ("Left", "Right"),
)
NEO = {bone: f"Neo_{name}" for bone, name in NEO.items()}
UNREAL = _names(
    "pelvis spine_01 spine_02 spine_03 neck_01 neck_02 head",
    "hip_* thigh_* calf_* foot_* ball_* clavicle_* upperarm_* lowerarm_* twist_* hand_*",
    ("l", "r"),
)


@dataclass(frozen=True)
class Person:
    """Where the root is (F, 3) in mm, and the angles (F, 3) of bones that turn: degrees about x, then y, then z."""

    root: np.ndarray
    turns: Mapping[str, np.ndarray]

    def rotation(self, bone: str) -> np.ndarray:
        return rotation_of(self.turns.get(bone, np.zeros((len(self.root), 3))))

    def starts(self) -> dict[str, np.ndarray]:
        """Where each bone starts (F, 3), where the head ends as `top`, and 30 mm before its start as `nose`."""
        starts, ends, axes = {"root": self.root}, {"root": self.root}, {"root": self.rotation("root")}
        for bone, (parent, rest) in BONES.items():
            starts[bone], axes[bone] = ends[parent], axes[parent] @ self.rotation(bone)
            ends[bone] = starts[bone] + axes[bone] @ np.array(rest)
        return starts | {"top": ends["head"], "nose": starts["head"] + axes["head"] @ np.array([0, 0, 30])}

    def h36m(self) -> np.ndarray:
        """Human3.6M joints (F, 17, 3), z up."""
        start = self.starts()
        parts = {"spine": "upperback", "head": "top", "nose": "nose"}
        limbs = {"hip": "femur", "knee": "tibia", "ankle": "foot"}
        limbs |= {"shoulder": "humerus", "elbow": "radius", "wrist": "hand"}
        for side in ("left", "right"):
            parts |= {f"{side}_{joint}": side[0] + bone for joint, bone in limbs.items()}
        joints = {joint: start[bone] for joint, bone in parts.items()}
        joints["pelvis"] = (joints["left_hip"] + joints["right_hip"]) / 2
        joints["thorax"] = (joints["left_shoulder"] + joints["right_shoulder"]) / 2
        y_up = np.stack([joints[j] for j in H36M_17.joints], axis=1)
        return y_up @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])


def rotation_of(turns: np.ndarray) -> np.ndarray:
    """Rotation about x, then y, then z, all fixed axes; degrees (..., 3) to (..., 3, 3)."""
    (a, b, c), (d, e, f) = (
        np.cos(np.moveaxis(np.radians(turns), -1, 0)),
        np.sin(np.moveaxis(np.radians(turns), -1, 0)),
    )
    rows = [[c * b, c * e * d - f * a, c * e * a + f * d], [f * b, f * e * d + c * a, f * e * a - c * d]]
    rows.append([-e, b * d, b * a])
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


def turns_of(rotation: np.ndarray) -> np.ndarray:
    """The inverse of `rotation_of`."""
    x = np.arctan2(rotation[..., 2, 1], rotation[..., 2, 2])
    z = np.arctan2(rotation[..., 1, 0], rotation[..., 0, 0])
    return np.degrees(np.stack([x, np.arcsin(-rotation[..., 2, 0]), z], axis=-1))


def _words(values: np.ndarray) -> str:
    return " ".join(f"{value:.9f}" for value in values)


def _bvh_text(
    person: Person,
    names: Mapping[str, str] = CMU,
    *,
    mm: float = 10.0,
    frame_time: str = "0.0083333",
    lost: tuple[str, ...] = (),
    rest_pose_first: bool = False,
) -> str:
    """The person as BVH with `mm` millimetres a unit; the conversion forgets the lengths of the bones in `lost`."""
    bones: list[str] = []
    face = names is CHARACTER

    def joint(bone: str) -> list[str]:
        bones.append(bone)
        parent = BONES[bone][0] if bone in BONES else "root"
        offset = np.zeros(3) if parent == "root" or parent in lost else np.array(BONES[parent][1]) / mm
        moves = "6 Xposition Yposition Zposition" if bone == "root" else "3"
        lines = [("ROOT " if bone == "root" else "JOINT ") + names[bone], "{", f"OFFSET {_words(offset)}"]
        lines.append(f"CHANNELS {moves} Zrotation Yrotation Xrotation")
        children = [child for child in BONES if BONES[child][0] == bone]
        for child in children:
            lines += joint(child)
        if bone == "head" and face:
            lines += ["JOINT CC_Base_FacialBone", "{", "OFFSET 0 0 0", "CHANNELS 2 Zrotation Xrotation", "}"]
        if not children:
            lines += ["End Site", "{", f"OFFSET {_words(np.array(BONES[bone][1]) / mm)}", "}"]
        return [*lines, "}"]

    hierarchy = joint("root")
    turns = {bone: turns_of(person.rotation(bone))[:, ::-1] for bone in bones}
    rows = []
    for f, root in enumerate(person.root):
        # The face's x is the head's y, its y the head's z: a quarter turn about z, then one about the new x.
        channels = [(*turns[bone][f], *((90, 90) if bone == "head" and face else ())) for bone in bones]
        rows.append(_words([*(root / mm), *itertools.chain(*channels)]))
    if rest_pose_first:
        rows.insert(0, _words([*(person.root[0] / mm), *np.zeros(3 * len(bones))]))
    lines = ["HIERARCHY", *hierarchy, "MOTION", f"Frames: {len(rows)}", f"Frame Time: {frame_time}", *rows]
    return "\n".join(lines) + "\n"


def _blender_text(person: Person, names: Mapping[str, str], rest: np.ndarray, file: np.ndarray) -> str:
    """The person as Blender exports it, in centimetres: every joint says where it is from its parent.

    `rest` turns the person to the rest pose of the file, `file` its axes to the file's.
    """
    bones: list[str] = []
    places: list[np.ndarray] = []

    def joint(bone: str) -> list[str]:
        bones.append(bone)
        parent = BONES[bone][0] if bone in BONES else "root"
        at_rest = np.zeros(3) if parent == "root" else file @ rest @ np.array(BONES[parent][1]) / 10
        places.append(at_rest)
        lines = [("ROOT " if bone == "root" else "JOINT ") + names[bone], "{", f"OFFSET {_words(at_rest)}"]
        lines.append("CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation")
        children = [child for child in BONES if BONES[child][0] == bone]
        for child in children:
            lines += joint(child)
        if not children:
            end = file @ rest @ np.array(BONES[bone][1]) / 10
            named = "JOINT ball_leaf_" + bone[0] if bone.endswith("toes") and names is UNREAL else "End Site"
            channels = [] if named == "End Site" else ["CHANNELS 3 Zrotation Yrotation Xrotation"]
            bones.extend([] if named == "End Site" else ["leaf"])
            lines += [named, "{", f"OFFSET {_words(end)}", *channels, "}"]
        return [*lines, "}"]

    hierarchy = joint("root")
    moves = dict(zip([bone for bone in bones if bone != "leaf"], places, strict=True))
    rows = []
    for f, root in enumerate(person.root):
        row: list[float] = []
        for bone in bones:
            if bone == "leaf":
                row += [0, 0, 0]
                continue
            turn = person.rotation(bone)[f] @ rest.T if bone == "root" else rest @ person.rotation(bone)[f] @ rest.T
            row += [*(file @ root / 10 if bone == "root" else moves[bone]), *turns_of(file @ turn @ file.T)[::-1]]
        rows.append(_words(np.array(row)))
    return (
        "\n".join(["HIERARCHY", *hierarchy, "MOTION", f"Frames: {len(rows)}", "Frame Time: 0.0333333", *rows]) + "\n"
    )


def _asf_text(*, length: float = 0.45, angle: str = "deg") -> str:
    unit = np.pi / 180 if angle == "rad" else 1.0
    mm = 25.4 / length
    lines = ["# made up", ":version 1.10", ":units", "mass 1.0", f"length {length}", f"angle {angle}", ":root"]
    lines += ["order TX TY TZ RX RY RZ", "axis XYZ", "position 0 0 0", "orientation 0 0 0", ":bonedata"]
    for number, (bone, (_, rest)) in enumerate(BONES.items(), start=1):
        size = np.linalg.norm(rest)
        lines += ["begin", f"id {number}", f"name {bone}", f"direction {_words(np.array(rest) / size)}"]
        lines += [f"length {size / mm:.9f}", f"axis {_words(np.array(AXES.get(bone, (0, 0, 0))) * unit)} XYZ"]
        if not bone.endswith("hipjoint"):
            lines += ["dof rx ry rz", "limits (-180 180)", "(-180 180)", "(-180 180)"]
        lines.append("end")
    lines += [":hierarchy", "begin"]
    for parent in ("root", *BONES):
        children = [child for child in BONES if BONES[child][0] == parent]
        if children:
            lines.append(" ".join((parent, *children)))
    return "\n".join([*lines, "end"]) + "\n"


def _amc_text(person: Person, *, length: float = 0.45, angle: str = "deg") -> str:
    unit = np.pi / 180 if angle == "rad" else 1.0
    lines = ["#!OML:ASF made_up.asf", ":FULLY-SPECIFIED", ":RADIANS" if angle == "rad" else ":DEGREES"]
    turning = [bone for bone in BONES if not bone.endswith("hipjoint")]
    turns = {}
    for bone in ("root", *turning):
        axes = rotation_of(np.array(AXES.get(bone, (0, 0, 0))))
        turns[bone] = turns_of(axes.T @ person.rotation(bone) @ axes) * unit
    for f, root in enumerate(person.root * length / 25.4):
        lines += [str(f + 1), f"root {_words(root)} {_words(turns['root'][f])}"]
        lines += [f"{bone} {_words(turns[bone][f])}" for bone in turning]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def person() -> Person:
    """Six frames of everything moving."""
    rng = np.random.default_rng(3)
    root = np.array([0, 1000, 0]) + np.arange(6)[:, None] * [0, 5, 12.0]
    turning = ("root", *(bone for bone in BONES if not bone.endswith("hipjoint")))
    return Person(root, {bone: rng.normal(0, 20, 3) + rng.normal(0, 2, (6, 3)).cumsum(axis=0) for bone in turning})


@pytest.fixture(scope="session")
def standing() -> Person:
    """Arms sideways, ankles 60 mm above the floor."""
    return Person(np.full((2, 3), [0, 1000.0, 0]), {})


@pytest.fixture
def write_bvh(tmp_path) -> Callable[..., Path]:
    """Write a person as `tmp_path / name`; other arguments as of `_bvh_text`, `character` for its joint names."""

    def write(person: Person, name: str = "take.bvh", *, character: bool = False, **how: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_bvh_text(person, CHARACTER if character else CMU, **how))
        return path

    return write


@pytest.fixture
def write_blender(tmp_path) -> Callable[..., Path]:
    """Write a person as Blender does: on Unity's body, whose rest pose lies turned, or on Unreal's, with z up."""

    def write(person: Person, dialect: str, name: str = "take.bvh") -> Path:
        path = tmp_path / name
        if dialect == "neo_bvh":
            text = _blender_text(person, NEO, rotation_of(np.array([40.0, 110, -25])), np.eye(3))
        else:
            text = _blender_text(person, UNREAL, np.eye(3), np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]))
        path.write_text(text)
        return path

    return write


@pytest.fixture
def write_amc(tmp_path) -> Callable[..., Path]:
    """Write a person as `tmp_path / name` beside its skeleton; other arguments as of `_amc_text`."""

    def write(person: Person, name: str = "01_01.amc", **how: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / f"{path.stem.split('_')[0]}.asf").write_text(_asf_text(**how))
        path.write_text(_amc_text(person, **how))
        return path

    return write


@pytest.fixture
def broken() -> Callable[..., Path]:
    """Replace text in a file that holds it."""

    def write(path: Path, old: str, new: str, count: int = 1) -> Path:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, count))
        return path

    return write
