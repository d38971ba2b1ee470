"""What OpenMotion-4 leaves out: takes that come twice, and frames in which the capture went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool


class Cut(NamedTuple):
    """Frames first to last, both included, at the benchmark's rate; `last` is -1 for the take's end."""

    take: str
    first: int
    last: int
    why: str


# A take that is left out -> the same one elsewhere, which is kept: in the database's own format, or in the corpus
# that has all of the subject's takes. Found by `same_takes` of poselift.data.splits.
DOUBLES = {
    **{f"cmu_cc_bvh/001_{n:02}": f"cmu_asfamc/01_{n:02}" for n in (1, 8, 14)},
    **{f"cmu_cc_bvh/002_{n:02}": f"cmu_asfamc/02_{n:02}" for n in range(1, 11)},
    **{f"cmu_cc_bvh/003_{n:02}": f"cmu_asfamc/03_{n:02}" for n in (1, 2)},
    "cmu_bvh/walking_1_train": "cmu_asfamc/02_01",
    "cmu_bvh/walking_2_train": "cmu_cc_bvh/005_01",
    "cmu_bvh/walking_3_train": "cmu_cc_bvh/006_01",
    "cmu_bvh/walking_4_train": "cmu_cc_bvh/007_01",
    "cmu_bvh/walking_5_train": "cmu_cc_bvh/007_02",
    "cmu_bvh/walking_13_train": "cmu_bvh/walking_14_train",
    "cmu_bvh/walking_14_test": "cmu_bvh/walking_6_test",
    **{f"cmu_bvh/basketball_{n}_train": f"cmu_cc_bvh/006_{n + 1:02}" for n in range(1, 6)},
    "cmu_bvh/basketball_1_test": "cmu_cc_bvh/006_07",
}

_TIPS = "the body tips over while it turns: angles were joined across half a turn"
_KNEE = "a leg jumps while it is lifted: it was put on another body"

# Found by benchmarks/openmotion4_glitches.py, and looked at as pictures of the frames around. Fast motion
# that is whole, such as the flips of 85_14 and what an animator drew, stays.
CUTS: tuple[Cut, ...] = (
    Cut("cmu_asfamc/01_03", 105, 107, "a foot turns over for a moment"),
    Cut("cmu_asfamc/01_06", 1188, 1191, "a leg is elsewhere for a moment"),
    Cut("cmu_asfamc/01_07", 840, 841, "a jump: frames are missing"),
    Cut("cmu_asfamc/03_02", 0, 13, "the arms are stretched sideways, as at rest"),
    Cut("cmu_bvh/directing_traffic_1_train", 0, -1, _TIPS),
    Cut("cmu_bvh/walking_22_train", 84, 90, _TIPS),
    Cut("cmu_bvh/walking_23_train", 129, 142, _TIPS),
    Cut("cmu_bvh/walking_24_train", 169, 180, _TIPS),
    Cut("cmu_bvh/walking_25_train", 116, -1, _TIPS),
    Cut("cmu_bvh/walking_26_train", 36, 44, _TIPS),
    Cut("cmu_bvh/walking_26_train", 84, 102, _TIPS),
    Cut("cmu_bvh/walking_27_train", 0, 1, "an arm is stretched sideways, as at rest"),
    Cut("cmu_bvh/walking_48_train", 68, 90, _TIPS),
    Cut("cmu_bvh/walking_49_train", 51, 60, _TIPS),
    Cut("cmu_bvh/walking_50_train", 73, 77, _TIPS),
    Cut("cmu_bvh/walking_50_train", 200, 205, _TIPS),
    Cut("cmu_breakdance_kata_bvh/85_04", 49, 50, "a jump: frames are missing"),
    *(
        Cut(f"cmu_cc_bvh/005_{take}", first, last, _KNEE)
        for take, stretches in (
            ("05", ((79, 98), (136, 139), (217, 220))),
            ("06", ((28, 33), (35, 49), (55, 58), (65, 68), (106, 109), (113, 118))),
            ("08", ((31, 50),)),
            ("10", ((59, 64),)),
            ("15", ((95, 101),)),
            ("16", ((49, 56), (80, 87), (115, 118))),
            ("17", ((114, 119), (121, 124), (147, 154), (174, 177))),
            ("18", ((321, 325), (333, 337), (359, 361), (363, 366))),
            ("19", ((57, 75), (77, 81), (103, 106))),
            ("20", ((157, 160), (167, 171))),
        )
        for first, last in stretches
    ),
)


def known_frames(cuts: Sequence[Cut], take: str, frames: int) -> Bool[np.ndarray, " frames"]:
    """Which frames of a take are not cut."""
    known = np.ones(frames, dtype=bool)
    for cut in cuts:
        if cut.take == take:
            known[cut.first : frames if cut.last < 0 else cut.last + 1] = False
    return known
