"""The store says what it holds; whatever network there is predicts it, and is measured."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.predictions import Predictions
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.errors import DataFormatError
from poselift.evaluation.opening import exported_lifter
from poselift.evaluation.stores import evaluate_store, predict_store
from poselift.evaluation.views import LiftedViews, VirtualCameras
from poselift.models import create_model
from poselift.normalisation import NORMALISATIONS

from .conftest import CASES

torch = pytest.importorskip("torch")

NETWORKS = {
    "lcn": {"channels": 4, "layers": 1, "add_input": False, "in_channels": 3},
    "videopose3d": {"channels": 4, "filter_widths": (3, 3), "in_channels": 3},
}
SPLITS = {"recordings": ("test",), "motion_capture": ("val",)}


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_the_kind_of_store_decides(made_up_lifter, stores, kind, name, window):
    lifter, store, done = made_up_lifter(name, window), stores[kind], []
    clips = store.clips_of(SPLITS[kind])
    predicted = predict_store(lifter, store, clips, on_clip=done.append)
    assert isinstance(predicted, Predictions if kind == "recordings" else LiftedViews)
    assert done[-1] == len(clips)
    report = evaluate_store(predicted, store, clips)
    assert report.n_frames == 120
    assert report.results["root_relative"].mean_mm > 0


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@pytest.mark.parametrize("network", NETWORKS)
def test_networks_of_the_table_predict_any_store(stores, kind, network, normalisation):
    torch.manual_seed(0)
    model, store = create_model(network, normalisation=normalisation, **NETWORKS[network]).eval(), stores[kind]
    clips = store.clips_of(SPLITS[kind])
    with exported_lifter(model) as lifter:
        report = evaluate_store(predict_store(lifter, store, clips), store, clips)
        assert lifter.window == model.window
    assert report.n_frames == 120
    assert all(np.isfinite(result.mean_mm) for result in report.results.values())


def test_each_kind_of_store_has_its_own_ways_to_be_seen(made_up_lifter, stores):
    lifter = made_up_lifter(*CASES[-1])
    for kind, ways in {
        "recordings": [{}, {"detections": "sh_ft"}],
        "motion_capture": [{}, *({"cameras": VirtualCameras(**one)} for one in ({"views": 2}, {"seed": 1}))],
    }.items():
        store, clips = stores[kind], stores[kind].clips_of(SPLITS[kind])
        errors = [evaluate_store(predict_store(lifter, store, clips, **way), store, clips) for way in ways]
        assert len({report.results["root_relative"].mean_mm for report in errors}) == len(ways)
    perfect = VirtualCameras(config=ViewConfig().with_true_2d())
    seen = predict_store(lifter, store, clips, cameras=perfect).seen.views
    np.testing.assert_allclose(seen.joints_plane, seen.joints_cam_mm[..., :2] / seen.joints_cam_mm[..., 2:])


def test_predictions_of_the_other_kind_are_refused(made_up_lifter, stores):
    lifter = made_up_lifter(*CASES[0])
    made = {kind: predict_store(lifter, store, store.clips_of(SPLITS[kind])) for kind, store in stores.items()}
    for kind, other, message in (
        ("recordings", "motion_capture", "of motion capture, the data set holds recordings"),
        ("motion_capture", "recordings", "of recordings, the data set holds motion capture"),
    ):
        with pytest.raises(DataFormatError, match=f"the predictions are {message}"):
            evaluate_store(made[other], stores[kind], stores[kind].clips_of(SPLITS[kind]))
