"""A clip that was seen, lifted; the truth that a network says comes out as the truth."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from poselift.data.sources.recordings import clip_seen
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.evaluation.clip_lifting import inputs_about, lifted_clip, network_input, network_says, stretches
from poselift.evaluation.views import VirtualCameras, seen_clips
from poselift.normalisation import NORMALISATIONS, normaliser
from poselift.skeleton import H36M_17

from .conftest import CASES


def seen_of(stores, kind, window):
    """Somebody's frames, when they were seen, and the truth."""
    store = stores[kind]
    if kind == "recordings":
        clip = store.clips_of(("test",))[0]
        truth = np.asarray(store.joints_cam_mm[clip.frames], dtype=np.float64)
        return clip_seen(store, clip, "sh_ft"), np.arange(clip.length) / clip.fps, truth
    split = seen_clips(store, store.clips_of(("val",)), H36M_17, VirtualCameras(views=1), window=window)
    return split.views.seen(H36M_17), split.takes[0].time_s, split.views.joints_cam_mm


@pytest.mark.parametrize("kind", ["recordings", "motion_capture"])
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_what_a_network_should_say_leads_to_the_truth(stores, kind, name, window):
    seen, time_s, truth = seen_of(stores, kind, window)
    root = H36M_17.root_position(truth)[:, 0]
    anchors = np.arange(3, 29, 2)

    def should_say(inputs):
        network = network_input(lifter)
        view = inputs_about(seen, time_s, anchors, network).view
        targets = view.targets(truth[anchors])
        assert len(inputs) == len(anchors)
        return np.repeat(targets[:, None], window.frames, axis=1) if window.output_frames else targets

    lifter = SimpleNamespace(
        normalisation=name, in_channels=3, window=window, skeleton=H36M_17, network_output=should_say
    )
    said = list(network_says(lifter, seen, time_s, anchors))
    assert np.concatenate([frames for frames, _, _ in said]).tolist() == anchors.tolist()
    for frames, output, view in said:
        found = view.to_mm(output, root[frames])
        np.testing.assert_allclose(found, truth[frames], rtol=0, atol=1e-2)
    if normaliser(name).needs_root:
        joints, expected = lifted_clip(lifter, seen, time_s, anchors, root)
        assert np.isnan(expected).all()
        np.testing.assert_allclose(joints[anchors], truth[anchors] - root[anchors][:, None], rtol=0, atol=1e-2)
        assert np.isnan(np.delete(joints, anchors, axis=0)).all()


@pytest.mark.parametrize("kind", ["recordings", "motion_capture"])
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_a_window_sees_the_same_whichever_others_are_asked_for(stores, kind, name, window, made_up_lifter):
    seen, time_s, _ = seen_of(stores, kind, window)
    network = network_input(made_up_lifter(name, window))
    every = inputs_about(seen, time_s, np.arange(30), network).inputs
    some = inputs_about(seen, time_s, np.array([29, 0, 7]), network).inputs
    assert every.dtype == np.float32
    assert every.shape == (30, *([window.frames] if window.frames > 1 else []), 17, 3)
    np.testing.assert_array_equal(some, every[[29, 0, 7]])


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_a_network_of_single_frames_does_not_ask_when(stores, name, made_up_lifter):
    seen, _, truth = seen_of(stores, "recordings", SINGLE_FRAME)
    root, anchors = H36M_17.root_position(truth)[:, 0], np.arange(30)
    once, rarely = (np.arange(30) * step for step in (0.02, 100.0))
    for window in (SINGLE_FRAME, Window(fps=25.0)):
        lifter = made_up_lifter(name, window)
        first, second = (lifted_clip(lifter, seen, time_s, anchors, root) for time_s in (once, rarely))
        np.testing.assert_array_equal(first.joints_root_mm, second.joints_root_mm)


@pytest.mark.parametrize(
    ("measured", "lengths"),
    [("", []), ("0", []), ("1", [1]), ("111", [3]), ("0110100111", [2, 1, 3])],
)
def test_stretches_are_frames_that_follow_one_another(measured, lengths):
    assert stretches(np.array([letter == "1" for letter in measured], dtype=bool)) == lengths
