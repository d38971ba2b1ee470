"""Joints that are masked: as many as asked for, the same in a clip, and nothing is left of them to see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.errors import RecipeError
from poselift.evaluation.masked import JointMask, masked_views
from poselift.evaluation.views import VirtualCameras, lift_views, predict_views, seen_clips
from poselift.skeleton import BODY_21, H36M_17, Skeleton

from .conftest import CASES

TRUE_2D = VirtualCameras(views=2, config=ViewConfig().with_true_2d())
FIVE = Window(frames=5)
THREE = JointMask.of(3, H36M_17)
TWO_JOINTS = Skeleton("two", ("pelvis", "thorax"), (("pelvis", "thorax"),), root=("pelvis",), left=(), right=())


@pytest.fixture
def store(stores):
    return stores["motion_capture"]


@pytest.fixture
def seen(store):
    """What networks of single frames and of several see."""

    def made(window=SINGLE_FRAME, cameras=TRUE_2D):
        return seen_clips(store, store.clips_of(("train",)), H36M_17, cameras, window=window)

    return made


def test_each_pose_misses_other_joints_and_any_may_be_the_root(seen):
    clips = seen()
    gone = THREE.confidence(clips) == 0
    assert set(gone.sum(axis=1)) == {3}
    assert (gone.mean(axis=0) > 0.08).all()
    np.testing.assert_array_equal(THREE.confidence(clips)[~gone], clips.views.confidence[~gone])
    more = replace(THREE, count=5).confidence(clips)
    assert (more[gone] == 0).all()


@pytest.mark.parametrize("over_time", [{"window": FIVE}, {"cameras": replace(TRUE_2D, over_time=True)}])
def test_all_frames_of_a_clip_and_view_miss_the_same(seen, over_time):
    clips = seen(**over_time)
    gone = [THREE.confidence(clips)[rows] == 0 for rows, _ in clips.takes]
    assert len(gone) == 4
    assert all((of_take == of_take[0]).all() and of_take[0].sum() == 3 for of_take in gone)
    assert len({of_take[0].tobytes() for of_take in gone}) > 1


def test_the_seed_alone_draws_them(seen):
    drawn = [replace(THREE, seed=seed).confidence(seen()) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0] != drawn[2]).any()


def test_a_pose_of_which_too_little_would_be_left_stays_whole(seen):
    clips = seen()
    confidence = clips.views.confidence.copy()
    confidence[5, 6:] = 0
    poor = replace(clips, views=replace(clips.views, confidence=confidence))
    masked = JointMask.of(13, H36M_17).confidence(poor)
    np.testing.assert_array_equal(masked[5], confidence[5])
    assert set((np.delete(masked, 5, axis=0) > 0).sum(axis=1)) == {4}


def test_joints_that_are_not_measured_are_not_masked():
    mask = JointMask.of(3, BODY_21, H36M_17)
    assert [BODY_21.joints[joint] for joint in mask.among] == list(H36M_17.joints)


@pytest.mark.parametrize(("count", "most", "measured"), [
    (17, 13, None), (14, 13, None), (0, 13, None), (-3, 13, None), (2, 1, TWO_JOINTS),
])  # fmt: skip
def test_as_many_as_there_are_or_none_are_refused(count, most, measured):
    with pytest.raises(RecipeError, match=f"masked: expected 1 to {most} joints, got {count}") as caught:
        JointMask.of(count, H36M_17, measured)
    assert "must be seen" in caught.value.hint


@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_what_is_masked_does_not_matter_and_the_rest_does(made_up_lifter, store, name, window):
    lifter = made_up_lifter(name, window)
    lifted = predict_views(lifter, store, store.clips_of(("val",)), TRUE_2D)
    masked = masked_views(lifter, lifted, THREE)
    assert masked.unmasked is lifted
    assert masked.about == {**lifted.about, "masked": 3}
    assert not np.allclose(masked.joints_root_mm, lifted.joints_root_mm, atol=1)
    views = masked.seen.views
    np.testing.assert_array_equal(views.joints_cam_mm, lifted.seen.views.joints_cam_mm)
    elsewhere = views.joints_plane + 0.1 * (views.confidence == 0)[..., None]
    moved = replace(masked.seen, views=replace(views, joints_plane=elsewhere))
    np.testing.assert_array_equal(lift_views(lifter, moved).joints_root_mm, masked.joints_root_mm)
