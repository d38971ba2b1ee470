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

CUTS: tuple[Cut, ...] = ()


def known_frames(cuts: Sequence[Cut], take: str, frames: int) -> Bool[np.ndarray, " frames"]:
    """Which frames of a take are not cut."""
    known = np.ones(frames, dtype=bool)
    for cut in cuts:
        if cut.take == take:
            known[cut.first : frames if cut.last < 0 else cut.last + 1] = False
    return known
