"""Accelerations by hand, and shares of the rival's."""

from __future__ import annotations

from dataclasses import replace

import jitter
import numpy as np
import pytest

from poselift.data.store import load_store
from poselift.data.windows import SINGLE_FRAME
from poselift.evaluation.views import VirtualCameras, predict_views
from poselift.evaluation.views_report import evaluate_views
from poselift.skeleton import H36M_17

FPS = 50.0
TIME_S = np.arange(20) / FPS


def fallen(joint: str) -> np.ndarray:
    """A body that flies along at ease while one of its joints falls, at 9810 mm/s²."""
    joints_mm = np.random.default_rng(0).normal(0, 300, (17, 3)) + 4000 * TIME_S[:, None, None]
    joints_mm[:, H36M_17.index(joint), 1] += 9810 / 2 * TIME_S**2
    return joints_mm


def test_one_of_twelve_joints_falls():
    assert jitter.acceleration_mm_s2(fallen("left_wrist"), FPS) == pytest.approx(9810 / 12)
    assert jitter.acceleration_mm_s2(fallen("nose"), FPS) == pytest.approx(0, abs=1e-6)
    assert jitter.acceleration_mm_s2(fallen("pelvis"), FPS) == pytest.approx(9810)


def test_frames_without_anybody_do_not_count():
    joints_mm = fallen("left_wrist")
    joints_mm[7] = np.nan
    assert jitter.acceleration_mm_s2(joints_mm, FPS) == pytest.approx(9810 / 12)


def test_one_video_in_which_the_rival_fails_does_not_make_the_share():
    row, rival = {"a": 10.0, "b": 20.0, "c": 30.0}, {"a": 40.0, "b": 40.0, "c": 9000.0}
    assert jitter.share(row, rival) == 0.25
    assert jitter.share(rival, rival) == 1


def test_held_out_motion_is_measured_smoothed(made_up_lifter, mocap_store):
    store, lifter = load_store(mocap_store), made_up_lifter("person_centred", SINGLE_FRAME)
    held_out = replace(store, clips=tuple(replace(clip, split="test") for clip in store.clips))
    figures = jitter.held_out(held_out, lifter, 1)
    assert list(figures) == ["true 2D", "detector"]
    rough = predict_views(lifter, held_out, held_out.clips, VirtualCameras(1, over_time=True))
    what = "acceleration predicted, mm/s²"
    assert figures["detector"][what] < evaluate_views(rough).figures[what] / 1.5
