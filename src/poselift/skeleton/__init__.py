"""Skeletons: joints, bones, mirror pairs, conversions and graphs."""

from poselift.skeleton.convert import Conversion, conversion
from poselift.skeleton.definitions import (
    BLAZEPOSE_33,
    BODY_21,
    BODY_25,
    BODY_25B,
    CMU_MOCAP,
    COCO_17,
    H36M_16,
    H36M_17,
    H36M_32,
    HALPE_26,
    SH_16,
    SKELETONS,
    get_skeleton,
)
from poselift.skeleton.file import read_skeleton, write_skeleton
from poselift.skeleton.forms import SkeletonLike, skeleton_of, skeleton_setting, stored_skeleton
from poselift.skeleton.graph import adjacency, hop_distance, hop_mask
from poselift.skeleton.skeleton import Skeleton

__all__ = [
    "BLAZEPOSE_33",
    "BODY_21",
    "BODY_25",
    "BODY_25B",
    "CMU_MOCAP",
    "COCO_17",
    "H36M_16",
    "H36M_17",
    "H36M_32",
    "HALPE_26",
    "SH_16",
    "SKELETONS",
    "Conversion",
    "Skeleton",
    "SkeletonLike",
    "adjacency",
    "conversion",
    "get_skeleton",
    "hop_distance",
    "hop_mask",
    "read_skeleton",
    "skeleton_of",
    "skeleton_setting",
    "stored_skeleton",
    "write_skeleton",
]
