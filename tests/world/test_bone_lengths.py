"""Bones get one length each; where they point stays."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.joint_status import GUESSED, SEEN
from poselift.errors import ShapeError
from poselift.skeleton import BODY_21
from poselift.world.bone_lengths import bone_lengths_mm, with_bone_lengths, with_constant_bones


@pytest.fixture
def stretching(standing, camera, lifted):
    rng = np.random.default_rng(0)
    joints = standing + rng.normal(0, 15, (60, 21, 3))
    return lifted(joints, camera())


def lengths(joints):
    ends = [(joint, parent) for joint, parent in enumerate(BODY_21.parents) if parent >= 0]
    return np.stack([np.linalg.norm(joints[:, a] - joints[:, b], axis=-1) for a, b in ends], axis=-1)


def test_every_bone_has_one_length_the_same_left_and_right(stretching):
    steady = with_constant_bones(stretching)
    found = lengths(steady.joints_root_mm.astype(np.float64))
    assert np.ptp(found, axis=0).max() < 0.01
    before = lengths(stretching.joints_root_mm)
    np.testing.assert_allclose(found[0], np.median(before, axis=0), rtol=0.05)
    mm = bone_lengths_mm(steady)
    np.testing.assert_allclose(mm, mm[BODY_21.flip_permutation], rtol=1e-6)


def test_bones_point_where_they_pointed_and_the_pose_still_projects(stretching):
    steady = with_constant_bones(stretching)
    knee, hip = BODY_21.indices(("left_knee", "left_hip"))
    for clip in (stretching, steady):
        assert clip.joints_root_mm[:, BODY_21.root_indices].any() == 0
    before, after = (c.joints_root_mm[:, knee] - c.joints_root_mm[:, hip] for c in (stretching, steady))
    np.testing.assert_allclose(np.cross(before, after), 0, atol=2)
    seen_px = steady.camera.camera_to_image(steady.joints_cam_mm)
    assert np.abs(seen_px - steady.joints_px).mean() < 4


def test_constant_bones_stay_as_they_are(standing, camera, lifted):
    clip = lifted(np.repeat(standing[None], 20, axis=0), camera())
    np.testing.assert_allclose(with_constant_bones(clip).joints_cam_mm, clip.joints_cam_mm, atol=0.01)


def test_guessed_ends_do_not_count_while_there_are_seen_ones(stretching):
    joints = stretching.joints_root_mm.copy()
    knee = BODY_21.index("left_knee")
    joints[:30, knee] += 500
    status = np.full((60, 21), SEEN, dtype=np.uint8)
    status[:30, knee] = GUESSED
    wild = bone_lengths_mm(stretching.replaced(joints_root_mm=joints, joint_status=status))
    np.testing.assert_allclose(wild, bone_lengths_mm(stretching), rtol=0.05)


def test_nan_stays_nan(stretching):
    joints = stretching.joints_root_mm.copy()
    joints[3] = np.nan
    changed = with_bone_lengths(joints, bone_lengths_mm(stretching), BODY_21)
    assert np.isnan(changed[3]).all()
    assert np.isfinite(np.delete(changed, 3, axis=0)).all()


def test_what_has_no_pose_has_no_bones(stretching):
    with pytest.raises(ShapeError, match="no 3D joints"):
        bone_lengths_mm(stretching.replaced(joints_root_mm=None))
    with pytest.raises(ShapeError, match="no frame with 3D joints"):
        bone_lengths_mm(stretching.replaced(valid=np.zeros(60, dtype=bool)))
