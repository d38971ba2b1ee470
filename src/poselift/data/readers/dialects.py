"""How motion-capture files name the joints, and where those of Human3.6M are among them: a table for each family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from poselift.data.readers.feet import Foot
from poselift.skeleton import BODY_21, H36M_17, Skeleton

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Point:
    """A point that moves with a joint: several stand for their mean, `offset_mm` is in the axes of the first."""

    joints: tuple[str, ...]
    offset_mm: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Dialect:
    """How one family of files names the joints.

    Attributes:
        name: short name, goes into the clip table.
        points: where the joints are; Human3.6M's pelvis and thorax are the means of the hips and of the shoulders.
        others: further joints that a file of this dialect has.
        feet: the feet by their side, where the skeleton has them.
        up: which axis of the file points up. Joints' axes are taken to be x to the left, y up and z ahead of the rest
            pose, which faces z where y is up, and -y where z is up.
        rest_as_found: the rest pose faces, or even lies, in any way; its own left, trunk and front are these axes.
        skeleton: whose joints the points are.
    """

    name: str
    points: Mapping[str, Point]
    others: tuple[str, ...] = ()
    feet: Mapping[str, Foot] = field(default_factory=dict)
    up: str = "y"
    rest_as_found: bool = False
    skeleton: Skeleton = H36M_17

    @property
    def needed(self) -> set[str]:
        """The joints a file of this dialect has."""
        feet = {joint for foot in self.feet.values() for joint in foot.joints} if self.skeleton == BODY_21 else set()
        return {joint for point in self.points.values() for joint in point.joints} | set(self.others) | feet

    @property
    def of_a_body(self) -> bool:
        """Whether it makes a body of its points, not just gives a file's joints as they are."""
        return self.skeleton in BODIES


# What is made of the joints of a known dialect.
BODIES = (H36M_17, BODY_21)
_LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


def own_names(skeleton: Skeleton) -> Dialect:
    """The dialect of files that name the joints as the skeleton does."""
    return Dialect(skeleton.name, {joint: Point((joint,)) for joint in skeleton.joints}, skeleton=skeleton)


def _dialect(
    name: str, sides: tuple[str, str], limbs: str, foot: Foot, others: tuple[str, ...] = (), **trunk: Point
) -> Dialect:
    """A dialect from its names of the limbs, in the order of `_LIMBS`, with `*` for the side."""
    named = dict(zip(("left", "right"), sides, strict=True))
    points = {
        f"{ours}_{joint}": Point((theirs.replace("*", side),))
        for ours, side in named.items()
        for joint, theirs in zip(_LIMBS, limbs.split(), strict=True)
    }
    return Dialect(
        name, {**points, **trunk}, others, {ours: foot.of_side(ours, side) for ours, side in named.items()}
    )


# The nose of Human3.6M is the top of the neck, somewhat in front of it; its head is the top of the head. The CMU
# skeletons face +z at rest and have both; in the character's face x is up and y is forward.
CMU_BVH = _dialect(
    "cmu_bvh",
    ("Left", "Right"),
    "*UpLeg *Leg *Foot *Arm *ForeArm *FingerBase",
    Foot("*Foot", "*ToeBase", "*ToeBaseEnd"),
    others=("Spine1", "Neck", "LeftShoulder", "RightShoulder", "LeftHand", "RightHand"),
    spine=Point(("Spine",)),
    nose=Point(("Head",), (0, 0, 30)),
    head=Point(("HeadEnd",)),
)
ASF_AMC = _dialect(
    "asf_amc",
    ("l", "r"),
    "*femur *tibia *foot *humerus *radius *hand",
    Foot("*foot", "*toes", "*toesEnd"),
    spine=Point(("upperback",)),
    nose=Point(("head",), (0, 0, 30)),
    head=Point(("headEnd",)),
)
# The character's joints have axes of their own: y along the foot, z out of it. Where up is in them was measured while
# the feet stood still, in the median of the CMU clips.
CHARACTER_BVH = _dialect(
    "character_bvh",
    ("L", "R"),
    "CC_Base_*_Thigh CC_Base_*_Calf CC_Base_*_Foot CC_Base_*_Upperarm CC_Base_*_Forearm CC_Base_*_Hand",
    Foot("CC_Base_*_Foot", "CC_Base_*_ToeBase", up=(0.05, -0.26, 0.96), ball_up=(0, 0, 1), ball_ahead=(0, 1, 0)),
    spine=Point(("CC_Base_Spine01", "CC_Base_Spine02")),
    nose=Point(("CC_Base_FacialBone",), (0, 30, 0)),
    head=Point(("CC_Base_FacialBone",), (120, 0, 0)),
)
# Blender's exporter takes the first frame for the rest pose and gives ends of chains any direction.
NEO_BVH = replace(
    _dialect(
        "neo_bvh",
        ("Left", "Right"),
        "Neo_*UpLeg Neo_*Leg Neo_*Foot Neo_*Arm Neo_*ForeArm Neo_*Hand",
        Foot("Neo_*Foot", "Neo_*ToeBase", up=None),
        spine=Point(("Neo_Spine", "Neo_Spine1")),
        nose=Point(("Neo_Head", "Neo_Neck"), (0, 0, 30)),
        head=Point(("Neo_Head",), (0, 60, 20)),
    ),
    rest_as_found=True,
)
UNREAL_BVH = replace(
    _dialect(
        "unreal_bvh",
        ("l", "r"),
        "thigh_* calf_* foot_* upperarm_* lowerarm_* hand_*",
        # The ankle lies so far back that the foot would be a third of a metre long.
        Foot("foot_*", "ball_*", "ball_leaf_*", heel_behind=0.2),
        spine=Point(("spine_02",)),
        nose=Point(("head",), (0, 0, 30)),
        head=Point(("head",), (0, 100, 0)),
    ),
    up="z",
)
IN_BVH = (CMU_BVH, CHARACTER_BVH, NEO_BVH, UNREAL_BVH)
