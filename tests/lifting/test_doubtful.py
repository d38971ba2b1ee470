"""What nobody saw is missing, and costs nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.geometry.camera import Camera
from poselift.lifting.doubtful import without_doubtful
from poselift.lifting.lifter import Lifter
from poselift.skeleton import H36M_17

ANKLE = H36M_17.index("left_ankle")


@pytest.fixture
def clip(someone):
    joints_px = np.stack([someone(20, 10).joints_px + n for n in range(4)])
    return Clip(H36M_17, 25, joints_px=joints_px, confidence=np.ones((4, 17)), size_px=(64, 48))


def changed(clip, frame, joint, place=None, confidence=None):
    joints_px, sure = clip.joints_px.copy(), clip.confidence.copy()
    if place is not None:
        joints_px[frame, joint] = place
    if confidence is not None:
        sure[frame, joint] = confidence
    return clip.replaced(joints_px=joints_px, confidence=sure)


def test_a_clip_without_doubt_is_what_it_is(clip):
    assert without_doubtful(clip) is clip


@pytest.mark.parametrize("how", [{"place": (-70, 20)}, {"place": (20, 1e6)}, {"confidence": 0.01}])
def test_one_joint_that_nobody_saw_is_missing(clip, how):
    mended = without_doubtful(changed(clip, 2, ANKLE, **how))
    assert np.argwhere(mended.confidence == 0).tolist() == [[2, ANKLE]]
    assert mended.valid.all()


def test_a_little_outside_the_picture_is_believed(clip):
    assert (without_doubtful(changed(clip, 2, ANKLE, (-20, 90))).confidence > 0).all()


def test_where_the_lens_draws_nothing_nobody_is_seen_and_the_clip_is_lifted(clip, tiny_model):
    camera = Camera(np.full(2, 80.0), np.array([32, 24]), radial=np.array([-0.3, 0, 0]), size_px=(64, 48))
    bent = changed(clip, 1, ANKLE, (127, 95)).replaced(camera=camera)
    assert np.argwhere(without_doubtful(bent).confidence == 0).tolist() == [[1, ANKLE]]
    assert Lifter(tiny_model).lift(bent).valid.all()


def test_a_frame_of_which_nothing_is_left_holds_nobody(clip):
    empty = changed(clip, 1, slice(None), confidence=0.0)
    mended = without_doubtful(empty)
    assert mended.valid.tolist() == [True, False, True, True]
    assert np.isnan(mended.joints_px[1]).all()


def test_without_a_size_only_confidence_says_it(clip):
    unknown = changed(clip, 2, ANKLE, (1e6, 1e6)).replaced(size_px=None)
    assert (without_doubtful(unknown).confidence > 0).all()
