"""Moments of another clock, and rays in the world."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.joint_status import FILLED, GUESSED
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.multiview.views import views_of
from poselift.skeleton import BODY_21


def view_of(clip, camera, time_s, start_s=0.0):
    (view,) = views_of([Scene.of(clip)], [camera], [start_s], time_s)
    return view


def test_rays_go_from_the_camera_through_the_joints(two_people, cameras, filmed):
    clip = filmed.clip(two_people[0], cameras[1])
    view = view_of(clip, cameras[1], clip.time_s)
    towards = two_people[0] - cameras[1].position_mm
    np.testing.assert_allclose(view.direction, towards / np.linalg.norm(towards, axis=-1, keepdims=True), atol=1e-7)
    np.testing.assert_allclose(view.lifted_mm, two_people[0] - BODY_21.root_position(two_people[0]), atol=1e-6)
    assert view.there.all()
    assert view.extent_rad.min() > 0.2


def test_moments_between_frames_are_on_lines_and_outside_there_is_nobody(two_people, cameras, filmed):
    clip = filmed.clip(two_people[0], cameras[0])
    time_s = np.array([-0.1, 0.0, 0.5 / 30, 1 / 30 + 1e-5, 59 / 30, 59.5 / 30])
    view = view_of(clip, cameras[0], time_s)
    assert view.there.tolist() == [False, True, True, True, True, False]
    np.testing.assert_allclose(view.joints_px[2], (clip.joints_px[0] + clip.joints_px[1]) / 2)
    np.testing.assert_array_equal(view.joints_px[3], clip.joints_px[1])
    late = view_of(clip, cameras[0], time_s + 0.2, start_s=0.2)
    np.testing.assert_allclose(late.joints_px, view.joints_px)


def test_only_what_was_seen_counts(two_people, cameras, filmed):
    status = np.zeros((60, 21), dtype=np.uint8)
    status[3, 5], status[4, 5] = FILLED, GUESSED
    valid = np.arange(60) != 8
    clip = filmed.clip(two_people[0], cameras[0], joint_status=status, valid=valid)
    view = view_of(clip, cameras[0], clip.time_s)
    assert view.weight[:, 5].astype(bool).tolist() == [n not in (3, 4, 8) for n in range(60)]
    assert not view.there[8]
    half = view_of(clip, cameras[0], clip.time_s[7:9] + 0.5 / 30)
    assert half.there.tolist() == [False, False]


def test_what_was_not_lifted_is_refused(cameras):
    with pytest.raises(ShapeError, match="camera 0, person 1: expected a lifted clip"):
        view_of(Clip(BODY_21, 30, joints_px=np.zeros((2, 21, 2))), cameras[0], np.zeros(1))
