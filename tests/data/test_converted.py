"""Recordings in other joints: truth, detections and confidence alike, and nothing is done where nothing need be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data import converted
from poselift.data.converted import converted_recordings
from poselift.data.sources.recordings import load_recorded, recorded_keypoints
from poselift.data.store import load_store
from poselift.errors import SkeletonError
from poselift.skeleton import COCO_17, H36M_17, SKELETONS, conversion


@pytest.fixture
def coco(recorded_store):
    """The recordings as if their joints were those of COCO; one of them is missing everywhere."""
    store = load_store(recorded_store)
    confidence = np.array(store.arrays["confidence.sh_ft"])
    confidence[:, COCO_17.index("left_hip")] = 0
    return replace(store, skeleton=COCO_17, arrays={**store.arrays, "confidence.sh_ft": confidence})


def test_the_same_joints_are_left_alone(recorded_store):
    store = load_store(recorded_store)
    assert converted_recordings(store, replace(H36M_17, name="mine")) is store


@pytest.mark.parametrize("pieces", [65_536, 7])
def test_every_array_of_joints_is_converted_and_the_others_stay(coco, monkeypatch, pieces):
    monkeypatch.setattr(converted, "_FRAMES", pieces)
    made, way = converted_recordings(coco, H36M_17), conversion(COCO_17, H36M_17)
    assert made.skeleton == H36M_17
    for name in ("joints_cam_mm", "joints_px.sh_ft"):
        assert made.arrays[name].dtype == np.float32
        np.testing.assert_allclose(made.arrays[name], way.joints(np.asarray(coco.arrays[name])), rtol=1e-6)
    missing = made.arrays["confidence.sh_ft"] == 0
    assert missing[:, H36M_17.indices(("left_hip", "pelvis", "spine"))].all()
    assert not missing[:, H36M_17.indices(("right_hip", "nose"))].any()
    assert made.arrays["frame_number"] is coco.arrays["frame_number"]
    assert (made.clips, made.cameras) == (coco.clips, coco.cameras)


def test_true_pixels_are_those_of_the_converted_joints(coco):
    made = converted_recordings(coco, H36M_17)
    clip = made.clips[0]
    joints = conversion(COCO_17, H36M_17).joints(np.asarray(coco.joints_cam_mm[clip.frames]))
    expected = made.camera_of(clip).without_distortion().camera_to_image(joints.astype(np.float64))
    np.testing.assert_allclose(recorded_keypoints(made, clip, "gt").joints_px, expected, rtol=1e-6)
    assert load_recorded(made, made.clips, "gt", channels=2).skeleton == H36M_17


def test_what_does_not_convert_is_refused(recorded_store):
    with pytest.raises(SkeletonError, match="no conversion from h36m17 to halpe26"):
        converted_recordings(load_store(recorded_store), SKELETONS["halpe26"])
