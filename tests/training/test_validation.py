"""Validation: fixed views, root-relative errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.data.sources.batch import NetworkInput
from poselift.data.sources.recorded_windows import load_recorded_windows
from poselift.data.sources.views import load_poses
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import load_store
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.errors import TrainingError
from poselift.normalisation import NORMALISATIONS, normaliser
from poselift.skeleton import H36M_17
from poselift.training.validation import spaced, validate, validation_recordings, validation_views


def squared(output, target):
    return (output - target).square().mean()


class Says(torch.nn.Module):
    """A network that always says the same."""

    def __init__(self, output_mm: np.ndarray) -> None:
        super().__init__()
        self.output = torch.from_numpy(output_mm / 1000).float()

    def forward(self, inputs):
        assert not self.training
        return self.output[: len(inputs)]


CPU = torch.device("cpu")


def twelve_views(mocap_store, window=SINGLE_FRAME, name="person_centred"):
    poses = load_poses(load_store(mocap_store), ("val",), H36M_17, window=window)
    return validation_views(poses, 12, ViewConfig(), NetworkInput(normaliser(name), 3, window), device=CPU)


def true_mm(held_out):
    """What a person-centred network should say, in millimetres."""
    return held_out.parts[0]().targets.numpy() * 1000


@pytest.fixture
def views(mocap_store):
    return twelve_views(mocap_store)


def test_the_truth_has_no_error_wherever_its_root_is(views):
    validation = validate(Says(true_mm(views) + np.array([10.0, -300.0, 5.0])), views, squared)
    assert validation.mpjpe_mm == pytest.approx(0, abs=1e-3)
    assert validation.pa_mpjpe_mm == pytest.approx(0, abs=1e-3)


def test_a_scaled_pose_has_an_error_until_it_is_aligned(views):
    validation = validate(Says(true_mm(views) * 1.1), views, squared)
    radius_mm = np.linalg.norm(true_mm(views), axis=-1).mean()
    assert validation.mpjpe_mm == pytest.approx(0.1 * radius_mm, rel=1e-4)
    assert validation.pa_mpjpe_mm == pytest.approx(0, abs=1e-3)


def test_the_views_are_the_same_every_time(mocap_store, views):
    inputs, again = (held_out.parts[0]().inputs for held_out in (views, twelve_views(mocap_store)))
    assert torch.equal(inputs, again)
    assert len(inputs) == 12


def test_the_network_stays_in_training(views):
    model = Says(true_mm(views)).train()
    validate(model, views, squared)
    assert model.training


def test_an_output_that_is_not_finite_is_an_error(views):
    with pytest.raises(TrainingError, match="not finite"):
        validate(Says(true_mm(views) * np.nan), views, squared)


def test_spaced_poses_cover_all_of_them():
    np.testing.assert_array_equal(spaced(10, 100), np.arange(10))
    np.testing.assert_array_equal(spaced(10, 0), np.arange(10))
    np.testing.assert_array_equal(spaced(11, 3), [0, 5, 10])


class Right(torch.nn.Module):
    """A network that says what it should, part by part."""

    def __init__(self, held_out):
        super().__init__()
        self.answers = iter([target for make in held_out.parts for target in torch.split(make().targets, 1024)])

    def forward(self, inputs):
        answer = next(self.answers)
        assert len(answer) == len(inputs)
        return answer


WINDOWS = [
    SINGLE_FRAME,
    Window(frames=5),
    Window(frames=5, predicts="all"),
    Window(frames=4, step=2, predicts="last", ends="mask"),
]


@pytest.mark.parametrize("window", WINDOWS, ids=repr)
@pytest.mark.parametrize("name", NORMALISATIONS)
@pytest.mark.parametrize("source", ["gt", "sh_ft"])
def test_recordings_are_compared_in_the_axes_of_their_cameras(recorded_store, name, window, source):
    store = load_store(recorded_store)
    network = NetworkInput(normaliser(name), 3, window)
    windows = load_recorded_windows(store, store.clips_of(("test",)), source, network)
    held_out = validation_recordings(windows, 31, device=CPU)
    assert sum(len(make().inputs) for make in held_out.parts) == 31
    validation = validate(Right(held_out), held_out, squared)
    assert validation.loss == 0
    assert validation.mpjpe_mm == pytest.approx(0, abs=2e-3)


@pytest.mark.parametrize("window", WINDOWS, ids=repr)
@pytest.mark.parametrize("name", NORMALISATIONS)
def test_virtual_views_lead_back_to_the_truth_whatever_the_normalisation(mocap_store, name, window):
    held_out = twelve_views(mocap_store, window, name)
    validation = validate(Right(held_out), held_out, squared)
    assert validation.mpjpe_mm == pytest.approx(0, abs=2e-3)
    part = held_out.parts[0]()
    assert part.inputs.shape == (12, *([window.frames] if window.frames > 1 else []), 17, 3)
    assert part.targets.shape == (12, *window.output_frames, 17, 3)
