"""Movements that are true have no error and keep their speed; what is smoothed loses it, what trembles does not."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.metrics import PROTOCOLS, movement_figures, protocol_errors
from poselift.skeleton import COCO_17, H36M_17

FPS = 30.0
PEAKS = [f"peak speed of {kind}s, predicted / true" for kind in ("wrist", "ankle")]
ERROR = "acceleration error, mm/s²"


def swinging(frames: int, hertz: float = 1.0) -> np.ndarray:
    """Everything swings by 0.3 m about where it is, but the root."""
    phase = 2 * np.pi * hertz * np.arange(frames) / FPS
    joints = np.random.default_rng(0).normal(0, 300, (1, 17, 3)) + 300 * np.sin(phase)[:, None, None]
    joints[:, H36M_17.index("pelvis")] = 0
    return joints


def figures(predicted, target, lengths=None, skeleton=H36M_17):
    lengths = lengths or [len(target)]
    return movement_figures(predicted, target, skeleton, lengths, [FPS] * len(lengths))


def test_the_truth_has_no_error_and_all_of_its_speed_wherever_it_goes():
    truth = swinging(91)
    elsewhere = truth + np.linspace(0, 5000, 91)[:, None, None]  # all joints alike
    found = figures(elsewhere, truth)
    assert found[ERROR] == pytest.approx(0, abs=1e-6)
    assert found["acceleration predicted, mm/s²"] == pytest.approx(found["acceleration in truth, mm/s²"])
    assert [found[name] for name in PEAKS] == pytest.approx([1, 1])


def test_half_the_movement_has_half_the_peaks():
    truth = swinging(91)
    still = truth.mean(axis=0)
    found = figures(still + 0.5 * (truth - still), truth)
    assert [found[name] for name in PEAKS] == pytest.approx([0.5, 0.5])


def test_what_trembles_is_counted_in_seconds():
    """A joint that jumps to and fro by 1 mm changes its movement by 4 mm from each frame to the next."""
    truth = swinging(61)
    trembling = truth.copy()
    trembling[::2, 5, 0] += 1
    trembling[1::2, 5, 0] -= 1
    assert figures(trembling, truth)[ERROR] == pytest.approx(4 * FPS**2 / 17)
    in_frames = protocol_errors(PROTOCOLS["acceleration"], trembling, truth, H36M_17)
    assert in_frames.mean() == pytest.approx(4 / 17)


def test_nothing_is_measured_from_one_clip_to_the_next():
    truth = np.concatenate([swinging(61), swinging(61) + 900])
    truth[:, H36M_17.index("pelvis")] = 0
    predicted = truth.copy()
    predicted[61:] += 70 * np.arange(17)[:, None]
    assert figures(predicted, truth, [61, 61])[ERROR] == pytest.approx(0, abs=1e-6)
    assert figures(predicted, truth, [122])[ERROR] > 1


def test_clips_of_different_rates_count_in_seconds():
    truth = swinging(62)
    predicted = truth + np.random.default_rng(1).normal(0, 5, truth.shape)
    slow, fast = (movement_figures(predicted, truth, H36M_17, [62], [fps])[ERROR] for fps in (FPS, 2 * FPS))
    assert fast == pytest.approx(4 * slow)


def test_who_stands_has_no_peaks_and_who_is_seen_for_a_moment_no_acceleration():
    still = np.repeat(swinging(1), 91, axis=0)
    assert set(PEAKS).isdisjoint(figures(still, still))
    assert figures(still, still)[ERROR] == 0
    assert figures(still[:2], still[:2]) == {}


def test_any_skeleton_has_accelerations():
    joints = np.random.default_rng(0).normal(0, 900, (61, 17, 3))
    assert figures(joints, joints, skeleton=COCO_17)[PEAKS[0]] == 1


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="lengths of 1 clips that sum to 10, got 1 that sum to 9"):
        figures(swinging(10), swinging(10), [9])
