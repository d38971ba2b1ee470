"""Triangulated where views agree, lifted where they do not."""

from __future__ import annotations

import numpy as np

from poselift.data.joint_status import GUESSED, SEEN
from poselift.data.scene import Scene
from poselift.multiview.fusion import fused, skeleton_hops
from poselift.multiview.views import views_of
from poselift.skeleton import BODY_21

TIME_S = np.arange(60) / 30


def views(clips, cameras):
    return views_of([Scene.of(clip) for clip in clips], cameras[: len(clips)], [0.0] * len(clips), TIME_S)


def test_true_views_are_triangulated(two_people, cameras, filmed):
    clips = [filmed.clip(two_people[0], camera) for camera in cameras]
    pose = fused(views(clips, cameras), cameras, BODY_21)
    np.testing.assert_allclose(pose.joints_mm, two_people[0], atol=1e-3)
    assert pose.triangulated.all()
    assert set(pose.reprojection_px) == {0, 1, 2, 3}
    assert max(errors.max() for errors in pose.reprojection_px.values()) < 1e-3


def test_a_joint_that_one_camera_sees_is_lifted_where_its_neighbours_are(two_people, cameras, filmed):
    wrist = BODY_21.index("right_wrist")
    hidden = np.ones((60, 21))
    hidden[:, wrist] = 0
    clips = [filmed.clip(two_people[0], cameras[0]), filmed.clip(two_people[0], cameras[1], confidence=hidden)]
    pose = fused(views(clips, cameras), cameras, BODY_21)
    assert not pose.triangulated[:, wrist].any()
    np.testing.assert_allclose(pose.joints_mm, two_people[0], atol=0.5)
    assert (pose.joint_status[:, wrist] == SEEN).all()


def test_a_lifted_pose_of_another_size_is_fitted(two_people, cameras, filmed):
    """Lifted 15 % too large; an arm that no camera sees has the size of the rest."""
    arm = BODY_21.indices(("left_elbow", "left_wrist"))
    hidden = np.ones((60, 21))
    hidden[:, arm] = 0
    clips = []
    for camera in cameras[:3]:
        clip = filmed.clip(two_people[0], camera, confidence=hidden)
        clips.append(clip.replaced(joints_root_mm=1.15 * clip.joints_root_mm))
    pose = fused(views(clips, cameras), cameras, BODY_21)
    np.testing.assert_allclose(pose.joints_mm, two_people[0], atol=8)
    assert (pose.joint_status[:, arm] == GUESSED).all()


def test_while_one_camera_sees_somebody_they_are_lifted_as_far_away_as_before(two_people, cameras, filmed):
    """The lifter takes people to be a tenth too far away, which the triangulated frames show."""
    seen = np.arange(60) < 40
    clips = [filmed.clip(two_people[0], cameras[0]), filmed.clip(two_people[0], cameras[1], valid=seen)]
    pose = fused(views(clips, cameras), cameras, BODY_21)
    assert pose.triangulated.any(axis=1).tolist() == seen.tolist()
    np.testing.assert_allclose(pose.joints_mm[40:], two_people[0][40:], atol=5)


def test_one_camera_alone_is_what_it_lifts(two_people, cameras, filmed):
    clip = filmed.clip(two_people[0], cameras[0], valid=np.arange(60) > 9)
    pose = fused(views([clip], cameras), cameras, BODY_21)
    np.testing.assert_allclose(pose.joints_mm[10:], cameras[0].camera_to_world(clip.joints_cam_mm[10:]), atol=1e-6)
    assert np.isnan(pose.joints_mm[:10]).all()
    assert pose.reprojection_px == {}


def test_bones_between_joints_are_counted():
    hops = skeleton_hops(BODY_21)
    wrist, elbow, hip = BODY_21.indices(("left_wrist", "left_elbow", "left_hip"))
    assert (hops[wrist, elbow], hops[wrist, hip]) == (1, 6)
    np.testing.assert_array_equal(hops, hops.T)
