"""Left and right exchanged by a detector are found, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.lifting.sides import exchanged_sides, limb_pairs, sides_kept
from poselift.skeleton import BLAZEPOSE_33, COCO_17, H36M_17, SH_16

FRAMES = 90


def walking(skeleton=H36M_17, *, noise: float = 1.0) -> Clip:
    """Joints that swing about fixed places, left ones on one side and right ones on the other."""
    rng = np.random.default_rng(0)
    place = rng.uniform((200, 300), (400, 500), (len(skeleton), 2))
    left, right = skeleton.indices(skeleton.left), skeleton.indices(skeleton.right)
    place[left, 0], place[right, 0] = rng.uniform(320, 400, len(left)), rng.uniform(200, 280, len(right))
    swing = 30 * np.sin(np.linspace(0, 9, FRAMES))[:, None, None] * rng.normal(size=(len(skeleton), 2))
    joints = place + swing + rng.normal(0, noise, (FRAMES, len(skeleton), 2))
    return Clip(skeleton, 30.0, joints_px=joints, confidence=np.full(joints.shape[:2], 0.9), size_px=(640, 800))


def with_exchanged(clip: Clip, frames) -> Clip:
    joints, confidence = clip.joints_px.copy(), clip.confidence.copy()
    joints[frames] = joints[frames][:, clip.skeleton.flip_permutation]
    return clip.replaced(joints_px=joints, confidence=confidence)


@pytest.mark.parametrize("skeleton", [H36M_17, BLAZEPOSE_33], ids=lambda s: s.name)
@pytest.mark.parametrize("frames", [[40], [10, 11, 12, 50], list(range(30, 60)), [89], [0, 1]])
def test_exchanged_frames_are_found_and_mended(skeleton, frames):
    clip = walking(skeleton)
    spoilt = with_exchanged(clip, frames)
    np.testing.assert_array_equal(np.flatnonzero(exchanged_sides(spoilt)), frames)
    np.testing.assert_array_equal(sides_kept(spoilt).joints_px, clip.joints_px)


def test_a_clean_clip_is_returned_as_it_is():
    clip = walking()
    assert sides_kept(clip) is clip


def test_the_side_that_is_reported_more_often_is_right():
    spoilt = with_exchanged(walking(), list(range(60)))
    np.testing.assert_array_equal(np.flatnonzero(exchanged_sides(spoilt)), range(60, FRAMES))


def test_frames_halfway_between_the_two_hide_no_exchange():
    """The joints go over to the other side, and back, by way of a frame that is near to both."""
    clip = walking()
    joints = with_exchanged(clip, list(range(30, 51))).joints_px.copy()
    mirrored = clip.joints_px[:, clip.skeleton.flip_permutation]
    joints[[30, 50]] = (clip.joints_px[[30, 50]] + mirrored[[30, 50]]) / 2
    exchanged = exchanged_sides(clip.replaced(joints_px=joints))
    decided = np.delete(np.arange(FRAMES), [30, 50])
    np.testing.assert_array_equal(exchanged[decided], (decided > 30) & (decided < 50))


def test_a_lone_halfway_frame_goes_by_what_is_nearer():
    clip = walking()
    joints = clip.joints_px.copy()
    mirrored = joints[:, clip.skeleton.flip_permutation]
    joints[20], joints[60] = 0.6 * joints[20] + 0.4 * mirrored[20], 0.4 * joints[60] + 0.6 * mirrored[60]
    np.testing.assert_array_equal(np.flatnonzero(exchanged_sides(clip.replaced(joints_px=joints))), [60])


def test_frames_without_a_person_and_missing_joints_do_not_disturb():
    clip = walking()
    valid = np.ones(FRAMES, dtype=bool)
    valid[20:23] = False
    joints, confidence = clip.joints_px.copy(), clip.confidence.copy()
    joints[20:23], confidence[20:23] = np.nan, 0
    joints[:, H36M_17.index("left_wrist")], confidence[:, H36M_17.index("left_wrist")] = np.nan, 0
    clip = clip.replaced(joints_px=joints, confidence=confidence, valid=valid)
    spoilt = with_exchanged(clip, [18, 19, 40])
    np.testing.assert_array_equal(np.flatnonzero(exchanged_sides(spoilt)), [18, 19, 40])


def test_nothing_is_concluded_across_a_long_pause():
    """Two people who face opposite ways, a second apart: both are as reported."""
    clip = walking()
    valid = np.ones(FRAMES, dtype=bool)
    valid[30:61] = False
    spoilt = with_exchanged(clip, list(range(61, FRAMES))).replaced(valid=valid)
    assert not exchanged_sides(spoilt).any()


def test_a_pause_is_as_long_as_its_times_say():
    """The same two people, next to each other in frames: a second apart, or not."""
    spoilt = with_exchanged(walking(), list(range(61, FRAMES)))
    assert exchanged_sides(spoilt).any()
    times = np.arange(FRAMES) / 30
    times[61:] += 1
    assert not exchanged_sides(spoilt.replaced(time_s=times)).any()


def test_uneven_times_of_a_slow_clip_keep_neighbours_near():
    rng = np.random.default_rng(1)
    slow = walking().replaced(fps=2.0, time_s=np.arange(FRAMES) / 2 + rng.uniform(-0.1, 0.1, FRAMES))
    np.testing.assert_array_equal(np.flatnonzero(exchanged_sides(with_exchanged(slow, [40]))), [40])


def test_clips_too_short_to_tell_are_left_alone():
    clip = walking()
    short = Clip(H36M_17, 30.0, joints_px=clip.joints_px[:1], confidence=clip.confidence[:1])
    assert not exchanged_sides(short).any()


@pytest.mark.parametrize("part", [("hip", "knee", "ankle"), ("knee", "ankle"), ("shoulder", "elbow", "wrist")])
def test_limbs_are_exchanged_back_alone(part):
    clip = walking()
    order = np.arange(17)
    left, right = (H36M_17.indices(f"{side}_{joint}" for joint in part) for side in ("left", "right"))
    order[left + right] = right + left
    joints = clip.joints_px.copy()
    joints[30:36] = joints[30:36][:, order]
    np.testing.assert_array_equal(sides_kept(clip.replaced(joints_px=joints)).joints_px, clip.joints_px)


def test_hands_may_cross():
    clip = walking(noise=0)
    wrists = H36M_17.indices(("left_wrist", "right_wrist"))
    joints = clip.joints_px.copy()
    joints[40:50, wrists] = joints[40:50, wrists[::-1]]
    crossed = clip.replaced(joints_px=joints)
    np.testing.assert_array_equal(sides_kept(crossed).joints_px, joints)


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17, BLAZEPOSE_33, SH_16], ids=lambda s: s.name)
def test_legs_and_arms_are_told_by_the_bones(skeleton):
    legs, arms = limb_pairs(skeleton)
    assert {"left_hip", "left_knee", "left_ankle"} <= {left for left, _ in legs}
    assert {"left_shoulder", "left_elbow", "left_wrist"} <= {left for left, _ in arms}
    assert not set(legs) & set(arms)
    assert not any("eye" in left for left, _ in (*legs, *arms))
