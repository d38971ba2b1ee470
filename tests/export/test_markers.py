"""Joints under the names that programs know, where they are."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import NoPersonError, ShapeError
from poselift.export.markers import marker_names, one_file_each
from poselift.skeleton import BODY_21, HALPE_26


def clip(**changes):
    joints = np.random.default_rng(0).normal(0, 300, (5, 21, 3))
    root = np.full((5, 3), 3000.0)
    return Clip(BODY_21, 25.0, **{"joints_root_mm": joints, "root_cam_mm": root, **changes})


def test_names_are_those_of_pose2sims_models():
    names = dict(zip(BODY_21.joints, marker_names(BODY_21), strict=True))
    assert [names[j] for j in ("pelvis", "right_knee", "left_toe", "left_heel", "thorax", "head")] == [
        *("Hip", "RKnee", "LBigToe", "LHeel", "Neck", "Head")
    ]
    assert len(set(marker_names(HALPE_26))) == 26


def test_each_person_has_a_file():
    scene = Scene(Footage.regular(5, 25), (Track(3, 0, clip()), Track(1, 0, clip())))
    files = [(track.id, path.name) for track, path in one_file_each(scene, "walk.trc")]
    assert files == [(1, "walk.trc"), (3, "walk_3.trc")]


def test_nobody_and_nothing_in_3d_is_said():
    with pytest.raises(NoPersonError, match="no markers to write"):
        one_file_each(Scene(Footage.regular(5, 25)), "a.trc")
    with pytest.raises(ShapeError, match="person 1 has no 3D joints with a root position"):
        one_file_each(Scene.of(clip(root_cam_mm=None)), "a.trc")
