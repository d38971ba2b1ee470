"""Laws of bones as what a network predicts."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import SkeletonError
from poselift.geometry import Camera
from poselift.normalisation import normaliser
from poselift.normalisation.base import Seen
from poselift.normalisation.bones import along_bones
from poselift.skeleton import COCO_17, H36M_17, SKELETONS, Skeleton

CAMERA = Camera(np.array([1100.0, 1100.0]), np.array([500.0, 500.0]))
TRUTH = np.random.default_rng(0).normal((0, 0, 4000), 400, (3, 1, 17, 3))


def view_of(skeleton=H36M_17):
    seen = Seen(skeleton, np.ones((3, 1, 17)), CAMERA, in_pixels=CAMERA.camera_to_image(TRUTH))
    return normaliser("bones").normalised(seen, 2).view


def test_a_target_is_as_long_as_the_bone_and_the_root_has_none():
    targets = view_of().targets(TRUTH)
    for parent, joint in H36M_17.edges:
        length_mm = np.linalg.norm(TRUTH[:, :, joint] - TRUTH[:, :, parent], axis=-1)
        np.testing.assert_allclose(np.linalg.norm(targets[:, :, joint], axis=-1), length_mm / 1000)
    np.testing.assert_allclose(targets[:, :, H36M_17.index("pelvis")], 0, atol=1e-12)


def test_what_changes_a_bone_moves_all_beyond_it_alike():
    view = view_of()
    output = view.targets(TRUTH)
    longer = output.copy()
    longer[:, :, H36M_17.index("left_knee"), 1] += 0.1
    moved = view.to_mm(longer) - view.to_mm(output)
    moving = [H36M_17.joints[joint] for joint in np.flatnonzero(np.abs(moved).max(axis=(0, 1, 3)) > 1e-6)]
    assert moving == ["left_knee", "left_ankle"]
    np.testing.assert_allclose(np.linalg.norm(moved[:, :, H36M_17.indices(moving)], axis=-1), 100)


@pytest.mark.parametrize("name", ["h36m17", "h36m16", "body21", "coco17", "halpe26"])
def test_bones_lead_to_every_joint_from_the_root(name):
    skeleton = SKELETONS[name]
    leads = along_bones(skeleton)
    assert (np.diag(leads) == 1).all()
    assert abs(np.linalg.det(leads)) == pytest.approx(1)  # a triangle, in some order: nothing is lost
    for joint in skeleton.root_indices:
        assert leads[joint].sum() == 1
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0 and joint not in skeleton.root_indices:
            np.testing.assert_array_equal(leads[joint] - leads[parent], np.eye(len(skeleton))[joint])


def test_a_tree_that_differs_from_side_to_side_is_refused():
    """Mirror images in training would be of another tree."""
    lopsided = {**H36M_17.as_dict(), "name": "lopsided"}
    lopsided["bones"] = [["spine", "left_hip"] if bone[1] == "left_hip" else bone for bone in lopsided["bones"]]
    with pytest.raises(SkeletonError, match="skeleton lopsided is not the same on both sides") as caught:
        along_bones(Skeleton.from_dict(lopsided))
    assert "person_centred" in caught.value.hint


def test_a_root_between_two_joints_is_where_both_start():
    left, right = COCO_17.indices(["left_hip", "right_hip"])
    targets = view_of(COCO_17).targets(TRUTH)
    np.testing.assert_allclose(targets[:, :, left], -targets[:, :, right], atol=1e-12)
    assert np.linalg.norm(targets[:, :, left], axis=-1).min() > 0.01
