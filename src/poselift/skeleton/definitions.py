"""The skeletons that poselift knows, as literal tables.

`body21` is this project's own: Human3.6M-17 with feet, so that ankles have angles. Its toe is the tip of the foot on
the big toe's side, its heel the back of the heel at the sole.

The other joint orders follow the formats' own documents: Human3.6M-17 as used by lcn-pose, VideoPose3D and
MotionBERT, the 32 joints of its original files, the 16 of VideoPose3D's stacked hourglass detections and of that
detector itself; COCO keypoints, and those of its whole bodies; OpenPose COCO_18, BODY_25 and BODY_25B; Halpe-26
(AlphaPose); BlazePose-33 (MediaPipe); the joints of the CMU motion-capture database in the names of its conversion to
BVH.

>>> SKELETONS["coco17"].joints[:3]
('nose', 'left_eye', 'right_eye')
"""

from __future__ import annotations

import itertools

from poselift.errors import SkeletonError
from poselift.skeleton.skeleton import Skeleton


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _sided(*joints: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(f"left_{j}" for j in joints), tuple(f"right_{j}" for j in joints)


def _chains(*chains: str) -> tuple[tuple[str, str], ...]:
    """Bones of chains such as "a b c"; a chain with `*` stands for its left and its right copy."""
    bones: list[tuple[str, str]] = []
    for chain in chains:
        sides = ("left_", "right_") if "*" in chain else ("",)
        for side in sides:
            names = chain.replace("*", side).split()
            bones += itertools.pairwise(names)
    return tuple(bones)


_LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
_FACE = ("eye", "ear")
_H36M_ENDS = ("toe", "toe_end", "collar", "thumb", "thumb_end", "hand", "hand_end")

H36M_17 = Skeleton(
    name="h36m17",
    joints=_names(
        "pelvis right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax nose head "
        "left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist"
    ),
    bones=_chains(
        "pelvis right_hip right_knee right_ankle",
        "pelvis left_hip left_knee left_ankle",
        "pelvis spine thorax nose head",
        "thorax left_shoulder left_elbow left_wrist",
        "thorax right_shoulder right_elbow right_wrist",
    ),
    root=("pelvis",),
    left=_sided(*_LIMBS)[0],
    right=_sided(*_LIMBS)[1],
    # The original's graph joins spine with hips and shoulders; Ci et al. 2019, released code.
    extra_edges=(
        ("right_hip", "spine"),
        ("left_hip", "spine"),
        ("spine", "left_shoulder"),
        ("spine", "right_shoulder"),
    ),
)

BODY_21 = Skeleton(
    name="body21",
    joints=(*H36M_17.joints, *_names("left_toe right_toe left_heel right_heel")),
    bones=(*H36M_17.bones, *_chains("*ankle *toe", "*ankle *heel")),
    root=H36M_17.root,
    left=(*H36M_17.left, "left_toe", "left_heel"),
    right=(*H36M_17.right, "right_toe", "right_heel"),
    extra_edges=H36M_17.extra_edges,
)

# The joints of the original files; those named after nothing in the body are ends of chains and copies of others.
H36M_32 = Skeleton(
    name="h36m32",
    joints=_names(
        "pelvis right_hip right_knee right_ankle right_toe right_toe_end left_hip left_knee left_ankle left_toe "
        "left_toe_end back spine thorax nose head left_collar left_shoulder left_elbow left_wrist left_thumb "
        "left_thumb_end left_hand left_hand_end right_collar right_shoulder right_elbow right_wrist right_thumb "
        "right_thumb_end right_hand right_hand_end"
    ),
    bones=_chains(
        "pelvis right_hip right_knee right_ankle right_toe right_toe_end",
        "pelvis left_hip left_knee left_ankle left_toe left_toe_end",
        "pelvis back spine thorax nose head",
        "thorax *collar *shoulder *elbow *wrist *thumb *thumb_end",
        "*wrist *hand *hand_end",
    ),
    root=("pelvis",),
    left=_sided(*_LIMBS, *_H36M_ENDS)[0],
    right=_sided(*_LIMBS, *_H36M_ENDS)[1],
)

H36M_16 = Skeleton(
    name="h36m16",
    joints=tuple(joint for joint in H36M_17.joints if joint != "nose"),
    bones=_chains(
        "pelvis *hip *knee *ankle",
        "pelvis spine thorax head",
        "thorax *shoulder *elbow *wrist",
    ),
    root=("pelvis",),
    left=H36M_17.left,
    right=H36M_17.right,
)

# The stacked hourglass detector, in the names that Human3.6M lifting gives its MPII joints.
SH_16 = Skeleton(
    name="sh16",
    joints=_names(
        "right_ankle right_knee right_hip left_hip left_knee left_ankle pelvis spine thorax head "
        "right_wrist right_elbow right_shoulder left_shoulder left_elbow left_wrist"
    ),
    bones=H36M_16.bones,
    root=("pelvis",),
    left=_sided(*_LIMBS)[0],
    right=_sided(*_LIMBS)[1],
)

COCO_17 = Skeleton(
    name="coco17",
    joints=_names(
        "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
        "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
    ),
    bones=_chains(
        "nose *eye *ear",
        "left_shoulder right_shoulder",
        "left_hip right_hip",
        "*shoulder *elbow *wrist",
        "*shoulder *hip *knee *ankle",
    ),
    root=("left_hip", "right_hip"),
    left=_sided(*_FACE, *_LIMBS)[0],
    right=_sided(*_FACE, *_LIMBS)[1],
)

_FEET = ("big_toe", "small_toe", "heel")
_FOOT_BONES = ("*ankle *big_toe *small_toe", "*ankle *heel")

BODY_25 = Skeleton(
    name="body25",
    joints=_names(
        "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist mid_hip "
        "right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear "
        "left_ear left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"
    ),
    bones=_chains(
        "mid_hip neck nose",
        "nose *eye *ear",
        "neck *shoulder *elbow *wrist",
        "mid_hip *hip *knee *ankle",
        *_FOOT_BONES,
    ),
    root=("mid_hip",),
    left=_sided(*_FACE, *_LIMBS, *_FEET)[0],
    right=_sided(*_FACE, *_LIMBS, *_FEET)[1],
)

BODY_25B = Skeleton(
    name="body25b",
    joints=(
        *COCO_17.joints,
        *_names("neck head left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"),
    ),
    bones=(*COCO_17.bones, *_chains("neck head", "neck *shoulder", *_FOOT_BONES)),
    root=("left_hip", "right_hip"),
    left=_sided(*_FACE, *_LIMBS, *_FEET)[0],
    right=_sided(*_FACE, *_LIMBS, *_FEET)[1],
)

# OpenPose's joints of before BODY_25, without its middle of the hips.
COCO_18 = Skeleton(
    name="coco18",
    joints=_names(
        "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist "
        "right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear"
    ),
    bones=_chains("neck nose", "nose *eye *ear", "neck *shoulder *elbow *wrist", "neck *hip *knee *ankle"),
    root=("left_hip", "right_hip"),
    left=_sided(*_FACE, *_LIMBS)[0],
    right=_sided(*_FACE, *_LIMBS)[1],
)

# The body and the feet of COCO-WholeBody's 133 joints: its first 23.
WHOLEBODY_23 = Skeleton(
    name="wholebody23",
    joints=(
        *COCO_17.joints,
        *_names("left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"),
    ),
    bones=(*COCO_17.bones, *_chains(*_FOOT_BONES)),
    root=COCO_17.root,
    left=_sided(*_FACE, *_LIMBS, *_FEET)[0],
    right=_sided(*_FACE, *_LIMBS, *_FEET)[1],
)

HALPE_26 = Skeleton(
    name="halpe26",
    joints=(
        *COCO_17.joints,
        *_names("head neck mid_hip left_big_toe right_big_toe left_small_toe right_small_toe left_heel right_heel"),
    ),
    bones=_chains(
        "mid_hip neck head",
        "nose *eye *ear",
        "neck nose",
        "neck *shoulder *elbow *wrist",
        "mid_hip *hip *knee *ankle",
        *_FOOT_BONES,
    ),
    root=("mid_hip",),
    left=_sided(*_FACE, *_LIMBS, *_FEET)[0],
    right=_sided(*_FACE, *_LIMBS, *_FEET)[1],
)

_BLAZE_SIDED = (
    *(
        "eye_inner",
        "eye",
        "eye_outer",
        "ear",
        "mouth",
        "shoulder",
        "elbow",
        "wrist",
        "pinky",
        "index",
        "thumb",
    ),
    *("hip", "knee", "ankle", "heel", "foot_index"),
)

BLAZEPOSE_33 = Skeleton(
    name="blazepose33",
    joints=_names(
        "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer left_ear "
        "right_ear left_mouth right_mouth left_shoulder right_shoulder left_elbow right_elbow left_wrist "
        "right_wrist left_pinky right_pinky left_index right_index left_thumb right_thumb left_hip "
        "right_hip left_knee right_knee left_ankle right_ankle left_heel right_heel left_foot_index "
        "right_foot_index"
    ),
    bones=_chains(
        "nose *eye_inner *eye *eye_outer *ear",
        "left_mouth right_mouth",
        "left_shoulder right_shoulder",
        "left_hip right_hip",
        "*shoulder *elbow *wrist *thumb",
        "*wrist *index *pinky",
        "*shoulder *hip *knee *ankle *heel *foot_index",
    ),
    root=("left_hip", "right_hip"),
    left=_sided(*_BLAZE_SIDED)[0],
    right=_sided(*_BLAZE_SIDED)[1],
)

_CMU_SIDED = ("UpLeg", "Leg", "Foot", "ToeBase", "Shoulder", "Arm", "ForeArm", "Hand", "FingerBase")


def _cmu_bones() -> tuple[tuple[str, str], ...]:
    trunk = _chains("Hips LowerBack Spine Spine1 Neck Neck1 Head HeadEnd")
    limbs: list[tuple[str, str]] = []
    for side in ("Left", "Right"):
        limbs += _chains(
            " ".join(["Hips", *(f"{side}{j}" for j in _CMU_SIDED[:4])]),
            " ".join(["Spine1", *(f"{side}{j}" for j in _CMU_SIDED[4:])]),
        )
    return (*trunk, *limbs)


CMU_MOCAP = Skeleton(
    name="cmu_mocap",
    joints=(
        *_names("Hips LowerBack Spine Spine1 Neck Neck1 Head HeadEnd"),
        *(f"Left{j}" for j in _CMU_SIDED),
        *(f"Right{j}" for j in _CMU_SIDED),
    ),
    bones=_cmu_bones(),
    root=("LeftUpLeg", "RightUpLeg"),
    left=tuple(f"Left{j}" for j in _CMU_SIDED),
    right=tuple(f"Right{j}" for j in _CMU_SIDED),
)

_ALL = (
    *(H36M_17, BODY_21, H36M_32, H36M_16, SH_16, COCO_17, COCO_18, BODY_25, BODY_25B, HALPE_26, WHOLEBODY_23),
    *(BLAZEPOSE_33, CMU_MOCAP),
)
SKELETONS: dict[str, Skeleton] = {s.name: s for s in _ALL}


def get_skeleton(name: str) -> Skeleton:
    """The skeleton called `name`.

    Raises:
        SkeletonError: there is none; the hint lists those there are.
    """
    try:
        return SKELETONS[name]
    except KeyError:
        raise SkeletonError(f"unknown skeleton {name!r}", f"known: {', '.join(SKELETONS)}") from None
