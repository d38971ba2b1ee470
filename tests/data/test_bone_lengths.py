"""Bodies look like bodies, and orders of joints that are not theirs do not."""

from __future__ import annotations

import re

import numpy as np
import pytest

from poselift.data.bone_lengths import oddity, order_that_fits
from poselift.skeleton import H36M_17, SKELETONS, Skeleton

STANDING = {  # left-hand joints in millimetres: x to the right, y forward, z up
    **{"hip": (-120, 0, 940), "knee": (-120, 20, 510), "ankle": (-120, 0, 90)},
    **{"shoulder": (-180, 0, 1410), "elbow": (-200, -20, 1130), "wrist": (-210, 20, 880)},
    **{"nose": (0, 90, 1600), "eye": (-30, 80, 1640), "ear": (-70, 0, 1620)},
    **{"pelvis": (0, 0, 950), "spine": (0, 0, 1180), "thorax": (0, 0, 1430), "head": (0, 0, 1720)},
}
CLIP = np.zeros(40, dtype=np.int64)


def standing(skeleton, jitter_mm=5):
    joints = np.array([STANDING[name.split("_")[-1]] for name in skeleton.joints], dtype=np.float64)
    joints[skeleton.indices(skeleton.right), 0] *= -1
    return joints + np.random.default_rng(0).normal(0, jitter_mm, (40, len(skeleton), 3))


def exchanged(*pairs):
    order = np.arange(17)
    for a, b in pairs:
        i, j = H36M_17.index(a), H36M_17.index(b)
        order[[i, j]] = order[[j, i]]
    return order


@pytest.mark.parametrize("jitter_mm", [0, 40])
def test_a_body_is_not_odd(jitter_mm):
    assert oddity(standing(H36M_17, jitter_mm), CLIP, H36M_17) is None


def test_people_of_different_size_are_not_odd():
    joints_mm = np.concatenate([standing(H36M_17), 0.6 * standing(H36M_17)])
    assert oddity(joints_mm, np.repeat([0, 1], 40), H36M_17) is None


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("left_knee", "left_ankle")], "is .* times as long as on the other side"),
        ([("left_knee", "left_ankle"), ("right_knee", "right_ankle")], "left_hip-left_knee is 2.0 times as long as"),
        ([("left_wrist", "left_elbow"), ("right_wrist", "right_elbow")], "left_shoulder-left_elbow is 2.1 times"),
    ],
)
def test_exchanged_joints_are_odd(pairs, words):
    joints_mm = standing(H36M_17)[:, exchanged(*pairs)]
    said = oddity(joints_mm, CLIP, H36M_17)
    assert said is not None
    assert re.search(words, said)


def test_bones_that_stretch_are_odd():
    joints_mm = standing(H36M_17)
    joints_mm[::2, H36M_17.index("head"), 2] += 900
    assert "changes by" in oddity(joints_mm, CLIP, H36M_17)


def test_the_order_that_fits_is_found():
    coco = SKELETONS["coco17"]
    assert order_that_fits(standing(coco), CLIP, H36M_17) == "coco17"
    assert order_that_fits(standing(H36M_17)[:, ::-1], CLIP, H36M_17) == "its joints backwards"
    by_name = [H36M_17.index(name) for name in sorted(H36M_17.joints)]
    assert order_that_fits(standing(H36M_17)[:, by_name], CLIP, H36M_17) == "the alphabet"


def test_no_order_is_named_where_none_fits():
    shuffled = np.random.default_rng(3).permutation(17)
    joints_mm = standing(H36M_17)[:, shuffled]
    assert oddity(joints_mm, CLIP, H36M_17)
    assert order_that_fits(joints_mm, CLIP, H36M_17) is None


def test_a_skeleton_without_sides_or_bones_is_judged_by_what_there_is():
    chain = Skeleton("chain", ("a", "b", "c"), (("a", "b"), ("b", "c")), ("a",), (), ())
    rng = np.random.default_rng(0)
    stiff = np.array([[0, 0, 0], [0, 0, 400], [0, 0, 900.0]]) + rng.normal(0, 5, (40, 1, 3))
    assert oddity(stiff, CLIP, chain) is None
    assert "changes by" in oddity(stiff + rng.normal(0, 400, (40, 3, 3)), CLIP, chain)
    loose = Skeleton("loose", ("a", "b", "c"), (), ("a",), (), ())
    assert oddity(stiff, CLIP, loose) is None
