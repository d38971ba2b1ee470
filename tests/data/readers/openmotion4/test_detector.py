"""The detector's errors are the same for everybody, and about as large as a detector's."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.readers.openmotion4.detector import DETECTOR, SOURCE, detected
from poselift.data.readers.openmotion4.studio import CAMERAS
from poselift.skeleton import H36M_17


@pytest.fixture(scope="module")
def joints_cam_mm(person):
    middle = person.h36m() - person.h36m().mean(axis=(0, 1)) + np.array([0, 0, 1000.0])
    return CAMERAS[0].world_to_camera(np.tile(middle, (20, 1, 1)))


def test_a_seed_gives_the_same_detections_and_another_seed_others(joints_cam_mm):
    first, again, other = (detected(CAMERAS[0], joints_cam_mm, H36M_17, seed, fps=30)[SOURCE] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.joints_px, again.joints_px)
    np.testing.assert_array_equal(first.confidence, again.confidence)
    assert np.abs(first.joints_px - other.joints_px).max() > 1


def test_detections_lie_near_the_joints_through_the_true_lens(joints_cam_mm):
    camera = CAMERAS[0]
    found = detected(camera, joints_cam_mm, H36M_17, 1, fps=30)[SOURCE]
    true_px = camera.camera_to_image(joints_cam_mm)
    size_px = np.ptp(true_px[..., 1], axis=1).mean()
    off_px = np.linalg.norm(found.joints_px - true_px, axis=-1)[found.confidence > 0]
    assert 0.005 * size_px < np.median(off_px) < 0.1 * size_px
    # On a grid, so that machines that differ in the last bit agree.
    np.testing.assert_array_equal(found.joints_px * 64, np.round(found.joints_px * 64))


def test_what_is_missing_has_no_place_and_most_is_there(joints_cam_mm):
    found = detected(CAMERAS[0], joints_cam_mm, H36M_17, 1, fps=30)[SOURCE]
    missing = found.confidence == 0
    assert 0 < missing.mean() < 0.2
    assert (found.joints_px[missing] == 0).all()
    assert found.confidence.max() <= 1


def test_joints_out_of_the_image_are_missing(joints_cam_mm):
    camera = CAMERAS[0]
    aside = joints_cam_mm.copy()
    aside[:, :, 0] += 4500
    found = detected(camera, aside, H36M_17, 1, fps=30)[SOURCE]
    outside = ~camera.in_image(camera.camera_to_image(aside))
    assert outside.all()
    assert (found.confidence == 0).mean() > 0.95


def test_the_settings_are_written_out_so_that_defaults_may_change():
    assert set(DETECTOR.model_fields_set) >= {"jitter", "definition_mm", "hidden", "missing", "derived", "cut_off"}
