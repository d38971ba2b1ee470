"""The path is steady along the line of sight, true across it, and bound to feet that stand."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.world.root_path import steady_path


@pytest.fixture
def trembling(stepping, camera, lifted):
    """As a lifter sees it: the distance of each frame is some per cent wrong."""
    clip = lifted(stepping, camera())
    factor = np.exp(np.random.default_rng(0).normal(0, 0.03, 100))
    return clip, clip.replaced(root_cam_mm=clip.root_cam_mm * factor[:, None])


def test_what_trembles_is_steady(trembling):
    truth, clip = trembling
    path, _ = steady_path(clip)
    before, after = (np.diff(p - truth.root_cam_mm, axis=0).std() for p in (clip.root_cam_mm, path))
    assert after < before / 20
    assert np.linalg.norm(path - truth.root_cam_mm, axis=-1).mean() < 40


def test_the_feet_that_stand_are_found(trembling):
    _, clip = trembling
    _, stands = steady_path(clip)
    left, right = (clip.skeleton.index(f"{side}_heel") for side in ("left", "right"))
    assert stands[:, left].all()
    assert not stands[44:56, right].any()


def test_a_true_path_stays_true_and_a_jump_stays_a_jump(standing, camera, lifted):
    time_s = np.arange(100) / 50
    height = np.where((time_s > 0.8) & (time_s < 1.2), 200 - 4905 * (time_s - 1) ** 2, 0).clip(0)
    joints = standing + height[:, None, None] * [0, 0, 1]
    clip = lifted(joints, camera(25))
    path, _ = steady_path(clip)
    risen = (path - clip.root_cam_mm) @ camera(25).rotation[:, 2]
    assert np.abs(risen).max() < 20


def test_unknown_frames_stay_unknown_and_time_counts_not_frames(trembling):
    _, clip = trembling
    root = clip.root_cam_mm.copy()
    root[[7, 50, 51]] = np.nan
    path, _ = steady_path(clip.replaced(root_cam_mm=root))
    assert np.flatnonzero(np.isnan(path).any(axis=1)).tolist() == [7, 50, 51]
    kept = np.delete(np.arange(100), [7, 50, 51])
    whole, _ = steady_path(clip)
    assert np.linalg.norm(path[kept] - whole[kept], axis=-1).max() < 40


def test_mirrored_in_is_mirrored_out(trembling):
    _, clip = trembling
    mirrored = clip.replaced(
        joints_root_mm=clip.skeleton.mirrored(clip.joints_root_mm.copy()), root_cam_mm=clip.root_cam_mm * [-1, 1, 1]
    )
    path, stands = steady_path(clip)
    other, other_stands = steady_path(mirrored)
    np.testing.assert_allclose(other * [-1, 1, 1], path, atol=1e-6)
    np.testing.assert_array_equal(other_stands[:, clip.skeleton.flip_permutation], stands)


def test_two_frames_stay_as_they_are_and_2d_is_refused(trembling):
    _, clip = trembling
    path, stands = steady_path(clip.part(0, 2))
    np.testing.assert_array_equal(path, clip.root_cam_mm[:2])
    assert not stands.any()
    with pytest.raises(ShapeError, match="no 3D joints with a root"):
        steady_path(clip.replaced(root_cam_mm=None))


def test_where_up_is_known_a_jump_goes_up_and_not_aside(standing, camera, lifted):
    time_s = np.arange(60) / 30
    height = (300 - 4905 * (time_s - 1) ** 2).clip(0)
    seen_by = camera(30)
    clip = lifted(standing + height[:, None, None] * [0, 0, 1], seen_by).replaced(fps=30.0)
    noisy = clip.root_cam_mm * np.exp(np.random.default_rng(0).normal(0, 0.03, (60, 1)))
    ahead, up = seen_by.rotation[:, 1], seen_by.rotation[:, 2]
    paths = [steady_path(clip.replaced(root_cam_mm=noisy), known)[0] for known in (None, up)]
    assert np.ptp(paths[1] @ up) == pytest.approx(300, rel=0.1)
    assert np.ptp(paths[1] @ ahead) < np.ptp(paths[0] @ ahead)
