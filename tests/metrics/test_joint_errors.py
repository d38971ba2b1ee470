"""Laws and golden numbers of the pose errors."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.geometry import vector_rotation
from poselift.metrics import (
    auc,
    chunks,
    joint_errors,
    mpjpe,
    mpjve,
    n_joint_errors,
    n_mpjpe,
    pa_joint_errors,
    pa_mpjpe,
    pck,
    velocity_errors,
)

METRICS = [mpjpe, pa_mpjpe, n_mpjpe, mpjve]


@pytest.fixture
def poses(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    target = rng.normal(0, 300, (20, 17, 3))
    return target + rng.normal(0, 40, target.shape), target


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize("frames", [1, 7, 20])
def test_pieces_cover_every_frame(poses, monkeypatch, frames):
    monkeypatch.setattr(chunks, "LIGHT_FRAMES", frames)
    np.testing.assert_allclose(joint_errors(*poses), np.linalg.norm(poses[0] - poses[1], axis=-1), rtol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_a_perfect_prediction_has_no_error(metric, poses):
    assert metric(poses[1], poses[1]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_an_imperfect_prediction_has_one(metric, poses):
    assert metric(*poses) > 10


def test_pa_mpjpe_ignores_rotation_translation_and_scale(poses, rng):
    predicted, target = poses
    rotation = vector_rotation(rng.normal(0, 2, (20, 3)))
    moved = predicted @ rotation * rng.uniform(0.2, 5, (20, 1, 1)) + rng.normal(0, 1e3, (20, 1, 3))
    assert pa_mpjpe(moved, target) == pytest.approx(pa_mpjpe(predicted, target), abs=1e-6)


def test_pa_mpjpe_is_zero_for_a_mirror_image_only_if_told_so(poses):
    target = poses[1]
    mirrored = target * [-1, 1, 1]
    assert pa_mpjpe(mirrored, target, reflection=True) == pytest.approx(0, abs=1e-9)
    assert pa_mpjpe(mirrored, target) > 50


def test_n_mpjpe_ignores_scale_but_not_rotation(poses, rng):
    predicted, target = poses
    assert n_mpjpe(predicted * 3.7, target) == pytest.approx(n_mpjpe(predicted, target))
    assert n_mpjpe(predicted @ vector_rotation(np.array([0, 0, 1.0])), target) > 2 * n_mpjpe(predicted, target)


def test_the_more_is_aligned_the_smaller_the_squared_error(poses):
    def squared(errors: np.ndarray) -> np.ndarray:
        return (errors**2).sum(axis=-1)

    plain, scaled, moved = (squared(f(*poses)) for f in (joint_errors, n_joint_errors, pa_joint_errors))
    assert (scaled <= plain + 1e-6).all()
    assert (moved <= scaled + 1e-6).all()


def test_mpjpe_grows_by_a_translation_and_mpjve_does_not(poses):
    predicted, target = poses
    assert mpjpe(target + np.array([3, 4, 12]), target) == pytest.approx(13)
    assert mpjve(predicted + np.array([3, 4, 12]), target) == pytest.approx(mpjve(predicted, target))


@pytest.mark.parametrize("errors", [joint_errors, pa_joint_errors, n_joint_errors, velocity_errors])
def test_permuting_the_joints_permutes_the_errors(errors, poses, rng):
    order = rng.permutation(17)
    predicted, target = poses
    np.testing.assert_allclose(errors(predicted[:, order], target[:, order]), errors(*poses)[:, order], atol=1e-8)


@pytest.mark.parametrize("errors", [joint_errors, pa_joint_errors, n_joint_errors])
def test_each_frame_is_measured_by_itself(errors, poses):
    predicted, target = poses
    np.testing.assert_allclose(errors(predicted[3], target[3]), errors(*poses)[3], atol=1e-9)
    stacked = errors(predicted.reshape(4, 5, 17, 3), target.reshape(4, 5, 17, 3))
    np.testing.assert_allclose(stacked.reshape(20, 17), errors(*poses), atol=1e-9)


def test_golden_numbers_by_hand():
    target = np.array([[[0, 0, 0], [100, 0, 0], [0, 100, 0], [0, 0, 100.0]]])
    predicted = target + np.array([[[0, 0, 0], [3, 4, 0], [0, 0, 0], [0, 0, 15.0]]])
    np.testing.assert_allclose(joint_errors(predicted, target), [[0, 5, 0, 15]])
    assert mpjpe(predicted, target) == pytest.approx(5)
    # The best scale of (103, 4, 0), (0, 100, 0), (0, 0, 115) is (10300 + 10000 + 11500) / (10625 + 10000 + 13225).
    factor = 31800 / 33850
    by_hand = [
        np.hypot(103 * factor - 100, 4 * factor),
        100 * (1 - factor),
        115 * factor - 100,
    ]
    np.testing.assert_allclose(n_joint_errors(predicted, target)[0, 1:], by_hand)
    steps = np.array([[10.0, 0, 0]]) * np.arange(3)[:, None]
    assert mpjve(target + steps[:, None], np.repeat(target, 3, axis=0)) == pytest.approx(10)


def test_pck_and_auc_are_strict():
    assert pck(np.array([[149.9, 150.0, 0.0, 151.0]])) == 0.5
    assert pck(np.array([[5.0, 1.0]]), threshold_mm=5) == 0.5
    # 0 passes the 30 thresholds 5 ... 150; 147 passes 150 alone; 150 passes none.
    assert auc(np.array([[0.0, 147.0, 150.0]])) == pytest.approx((30 / 31 + 1 / 31 + 0) / 3)


def test_a_pose_without_extent_is_measured_not_divided_by_zero():
    target = np.array([[[0, 0, 0], [30, 0, 0], [0, 40, 0.0]]])
    assert n_mpjpe(np.zeros_like(target), target) == pytest.approx(70 / 3)
    assert np.isfinite(pa_mpjpe(np.ones_like(target), target))


@pytest.mark.parametrize("metric", METRICS)
def test_nan_is_refused_with_its_count_and_place(metric, poses):
    predicted, target = (a.copy() for a in poses)
    predicted[4, 2, 1] = predicted[9, 0, 0] = np.nan
    with pytest.raises(ShapeError, match=r"predicted_mm: 2 of 20 frames .* frame 4") as caught:
        metric(predicted, target)
    assert caught.value.hint
    with pytest.raises(ShapeError, match=r"target_mm: 2 of 20 frames .* frame 4"):
        metric(target, predicted)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_one_wrong_number_is_found_wherever_it_is(poses, wrong):
    for shape in ((17, 3), (2, 10, 17, 3)):
        predicted, target = (np.resize(a, shape) for a in poses)
        predicted[..., -1, 2] = wrong
        for metric in (mpjpe, pa_mpjpe, n_mpjpe):
            with pytest.raises(ShapeError, match="NaN or infinity"):
                metric(predicted, target)


def test_large_numbers_are_no_infinity():
    assert mpjpe(np.full((1, 1000, 3), 1e306), np.full((1, 1000, 3), 1e306)) == 0


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize("metric", METRICS)
def test_shapes_that_do_not_fit_are_refused(metric, poses):
    predicted, target = poses
    with pytest.raises(ShapeError, match=r"target_mm: expected .*\(20, 17, 3\), got \(20, 16, 3\)"):
        metric(predicted, target[:, :16])
    with pytest.raises(ShapeError, match="any, 3"):
        metric(predicted[..., :2], target[..., :2])
    with pytest.raises(ShapeError, match="at least one pose"):
        metric(predicted[:0], target[:0])


def test_a_velocity_needs_one_clip_of_two_frames(poses):
    predicted, target = poses
    with pytest.raises(ShapeError, match="one clip"):
        mpjve(predicted[:1], target[:1])
    with pytest.raises(ShapeError, match="one clip"):
        mpjve(predicted.reshape(4, 5, 17, 3), target.reshape(4, 5, 17, 3))


def test_pck_refuses_nan_and_nothing():
    with pytest.raises(ShapeError, match="1 others among 2"):
        pck(np.array([[np.nan, 1.0]]))
    with pytest.raises(ShapeError, match="among 0"):
        auc(np.zeros((0, 17)))
