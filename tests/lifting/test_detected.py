"""Scenes in 2D become scenes in 3D."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.lifting.detected import lift_detected, lift_mended
from poselift.lifting.lifter import Lifter
from poselift.lifting.options import LiftOptions
from poselift.skeleton import H36M_17


@pytest.fixture(scope="module")
def lifter(tiny_model):
    return Lifter(tiny_model)


@pytest.fixture
def walk(someone):
    """Somebody who walks to the right for 20 frames."""
    joints_px = np.stack([someone(20 + frame).joints_px for frame in range(20)])
    return Scene.of(Clip(H36M_17, 25, joints_px=joints_px, size_px=(64, 48)))


def test_everybody_of_a_scene_is_lifted(lifter, walk):
    """Each as if alone, and a scene of nobody is nobody."""
    (track_one,) = walk.tracks
    both = walk.replaced(tracks=(track_one, replace(track_one, id=2)))
    alone, lifted = lift_detected(walk, lifter).main, lift_detected(both, lifter)
    assert [person.id for person in lifted.tracks] == [1, 2]
    for person in lifted.tracks:
        np.testing.assert_array_equal(person.clip.joints_root_mm, alone.joints_root_mm)
    assert len(lift_detected(walk.replaced(tracks=()), lifter)) == 0


def test_a_clip_of_one_frame_is_lifted(lifter, walk):
    clip = walk.main
    one = Clip(clip.skeleton, clip.fps, clip.joints_px[:1], clip.confidence[:1], size_px=clip.size_px)
    assert np.isfinite(lift_detected(Scene.of(one), lifter).main.joints_root_mm).all()


def test_a_moment_astray_is_lifted_as_a_gap_unless_all_is_said_to_be_right(lifter, walk):
    clip = walk.main
    joints_px = clip.joints_px.copy()
    joints_px[9] = clip.joints_px[9].mean(axis=0) + 0.1 * (joints_px[9] - clip.joints_px[9].mean(axis=0))
    spoilt = walk.mapped(lambda clip: clip.replaced(joints_px=joints_px))
    lifted = lift_detected(spoilt, lifter, LiftOptions(max_gap_s=0)).main
    assert np.flatnonzero(lifted.filled).tolist() == [9]
    gap = walk.mapped(lambda clip: clip.replaced(valid=np.arange(len(clip)) != 9))
    np.testing.assert_array_equal(lifted.joints_root_mm, lift_detected(gap, lifter).main.joints_root_mm)
    assert not lift_mended(spoilt, lifter).main.filled.any()


def test_exchanged_sides_are_not_astray(lifter, walk):
    joints_px = walk.main.joints_px.copy()
    joints_px[9] = joints_px[9, H36M_17.flip_permutation]
    spoilt = walk.mapped(lambda clip: clip.replaced(joints_px=joints_px))
    assert not lift_detected(spoilt, lifter).main.filled.any()


def test_sides_are_mended_unless_they_are_said_to_be_right(lifter, walk):
    joints_px = walk.main.joints_px.copy()
    joints_px[5:7] = joints_px[5:7, H36M_17.flip_permutation]
    spoilt = walk.mapped(lambda clip: clip.replaced(joints_px=joints_px))
    np.testing.assert_array_equal(lift_detected(spoilt, lifter).main.joints_px, walk.main.joints_px)
    np.testing.assert_array_equal(lift_mended(spoilt, lifter).main.joints_px, joints_px)


def test_what_made_it_is_said_and_too_few_frames_to_smooth_too(lifter, walk):
    usual = lift_detected(walk, lifter)
    assert usual.about == {"model": "tiny.onnx", "smoothing": "butterworth", "cutoff_hz": 6.0}
    slow = Scene.of(walk.main.replaced(fps=10.0))
    lifted = lift_detected(slow, lifter)
    assert lifted.about == {"model": "tiny.onnx", "smoothing": "none"}
    assert "10 frames a second are too few to smooth at 6 Hz: joints are as they were lifted" in lifted.footage.notes
    unsmoothed = lift_detected(slow, lifter, LiftOptions(smoothing="none")).main
    np.testing.assert_array_equal(lifted.main.joints_root_mm, unsmoothed.joints_root_mm)
