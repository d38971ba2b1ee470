"""Clips become rigs: upright, in step with the footage, and in a skeleton whose bones are a tree."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import NoPersonError, ShapeError, SkeletonError
from poselift.export.rigged import as_tree, rigged_people
from poselift.geometry.camera import Camera
from poselift.skeleton import BODY_21, COCO_17, H36M_17, Skeleton


def rigged(scene, time_s=None):
    return rigged_people(scene, scene.footage.time_s if time_s is None else time_s)


def joints_of(person):
    rig = person.rig
    places = rig.places_mm(person.root_mm, person.turns)
    return places[:, [rig.joints.index(joint) for joint in range(len(rig.skeleton))]]


def test_the_world_stands_upright_in_axes_with_y_up(made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    (person,) = rigged(Scene.of(clip_in_world(joints_mm)))
    np.testing.assert_allclose(joints_of(person), joints_mm, atol=1e-6)
    assert person.seen.all()


def test_a_camera_that_stands_nowhere_is_level(made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    camera = Camera.guessed((1920, 1080))
    clip = clip_in_world(joints_mm)
    (person,) = rigged(Scene.of(clip.replaced(camera=camera)))
    np.testing.assert_allclose(joints_of(person), clip.joints_cam_mm * [1, -1, -1], atol=1e-6)


@pytest.mark.parametrize("stands", [True, False])
def test_who_has_poses_but_no_place_stays_at_the_origin(made_motion, clip_in_world, stands):
    joints_mm = made_motion().joints_mm
    clip = clip_in_world(joints_mm)
    camera = clip.camera if stands else None
    (person,) = rigged(Scene.of(clip.replaced(root_cam_mm=None, camera=camera)))
    # This camera is level and looks along the world's y, so both ways give the same.
    np.testing.assert_allclose(joints_of(person), joints_mm - joints_mm[:, :1], atol=1e-6)


def test_bones_have_the_median_of_their_lengths(made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    joints_mm[:20] *= 1.5
    (person,) = rigged(Scene.of(clip_in_world(joints_mm)))
    knee, hip = BODY_21.indices(["left_knee", "left_hip"])
    lengths = np.linalg.norm(joints_of(person)[:, knee] - joints_of(person)[:, hip], axis=-1)
    np.testing.assert_allclose(lengths, np.linalg.norm(joints_mm[30, knee] - joints_mm[30, hip]))


def test_while_nobody_is_there_the_last_pose_is_held(made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    valid = np.ones(60, dtype=bool)
    valid[[0, 1, 30, 31]] = False
    gone = np.where(valid[:, None, None], joints_mm, np.nan)
    (person,) = rigged(Scene.of(clip_in_world(gone, valid=valid)))
    held = np.arange(60)
    held[[0, 1, 30, 31]] = [2, 2, 29, 29]
    np.testing.assert_allclose(joints_of(person), joints_mm[held], atol=1e-6)
    np.testing.assert_array_equal(person.seen, valid)


def test_who_comes_later_is_in_step(made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    footage = Footage.regular(60, 30.0)
    late = clip_in_world(joints_mm[20:50], time_s=footage.time_s[20:50])
    (person,) = rigged(Scene(footage, (Track(7, 20, late),)))
    assert person.id == 7
    np.testing.assert_allclose(joints_of(person)[20:50], joints_mm[20:50], atol=1e-6)
    np.testing.assert_array_equal(np.flatnonzero(person.seen), np.arange(20, 50))


def test_between_frames_joints_move_on_straight_lines(made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    scene = Scene.of(clip_in_world(joints_mm))
    (person,) = rigged(scene, scene.footage.time_s[:-1] + 0.5 / 30)
    between = (joints_mm[1:] + joints_mm[:-1]) / 2
    np.testing.assert_allclose(person.root_mm, between[:, BODY_21.index("pelvis")], atol=1e-6)
    assert person.seen.all()


def test_a_skeleton_without_a_tree_is_converted(made_motion, clip_in_world):
    clip = clip_in_world(made_motion().joints_mm)
    assert as_tree(clip) is clip
    coco = Clip(COCO_17, 30.0, joints_root_mm=np.random.default_rng(0).normal(0, 400, (3, 17, 3)))
    assert as_tree(coco).skeleton == H36M_17


def test_bones_that_are_several_trees_are_refused():
    loose = Skeleton("loose", ("a", "b", "c"), (("a", "b"),), ("a",), (), ())
    with pytest.raises(SkeletonError, match="several trees, from a, c"):
        as_tree(Clip(loose, 30.0, joints_root_mm=np.zeros((2, 3, 3))))


def test_nobody_and_nothing_in_3d_are_refused(clip_in_world):
    with pytest.raises(NoPersonError, match="nobody"):
        rigged(Scene(Footage.regular(3, 30.0)))
    with pytest.raises(ShapeError, match="no 3D joints"):
        rigged(Scene.of(Clip(BODY_21, 30.0, joints_px=np.ones((2, 21, 2)))))
    with pytest.raises(ShapeError, match="no frame holds"):
        rigged(Scene.of(clip_in_world(np.full((2, 21, 3), np.nan))))


def test_who_has_no_pose_in_any_frame_is_left_out(made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    footage = Footage.regular(60, 30.0)
    tracks = (Track(1, 0, clip_in_world(joints_mm * np.nan)), Track(2, 0, clip_in_world(joints_mm)))
    assert [person.id for person in rigged(Scene(footage, tracks))] == [2]
