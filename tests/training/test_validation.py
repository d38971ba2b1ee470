"""Validation: fixed views, root-relative errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.data.sources.recordings import load_recorded, load_truth
from poselift.data.sources.views import load_poses
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import load_store
from poselift.errors import TrainingError
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


@pytest.fixture
def views(mocap_store):
    poses = load_poses(load_store(mocap_store), ("val",), H36M_17)
    return validation_views(poses, 12, ViewConfig(), channels=3, device=torch.device("cpu"))


def test_the_truth_has_no_error_wherever_its_root_is(views):
    validation = validate(Says(views.joints_root_mm + np.array([10.0, -300.0, 5.0])), views, squared)
    assert validation.mpjpe_mm == pytest.approx(0, abs=1e-3)
    assert validation.pa_mpjpe_mm == pytest.approx(0, abs=1e-3)


def test_a_scaled_pose_has_an_error_until_it_is_aligned(views):
    validation = validate(Says(views.joints_root_mm * 1.1), views, squared)
    radius_mm = np.linalg.norm(views.joints_root_mm, axis=-1).mean()
    assert validation.mpjpe_mm == pytest.approx(0.1 * radius_mm, rel=1e-4)
    assert validation.pa_mpjpe_mm == pytest.approx(0, abs=1e-3)


def test_the_views_are_the_same_every_time(mocap_store, views):
    poses = load_poses(load_store(mocap_store), ("val",), H36M_17)
    again = validation_views(poses, 12, ViewConfig(), channels=3, device=torch.device("cpu"))
    assert torch.equal(views.inputs, again.inputs)
    assert len(views.inputs) == 12


def test_the_network_stays_in_training(views):
    model = Says(views.joints_root_mm).train()
    validate(model, views, squared)
    assert model.training


def test_an_output_that_is_not_finite_is_an_error(views):
    with pytest.raises(TrainingError, match="not finite"):
        validate(Says(views.joints_root_mm * np.nan), views, squared)


def test_spaced_poses_cover_all_of_them():
    np.testing.assert_array_equal(spaced(10, 100), np.arange(10))
    np.testing.assert_array_equal(spaced(10, 0), np.arange(10))
    np.testing.assert_array_equal(spaced(11, 3), [0, 5, 10])


def test_recordings_are_compared_in_the_axes_of_their_cameras(recorded_store):
    store = load_store(recorded_store)
    clips = store.clips_of(("test",))
    recorded, truth = load_recorded(store, clips, "gt", channels=2), load_truth(store, clips)
    held_out = validation_recordings(recorded, truth, 31, device=torch.device("cpu"))
    assert len(held_out.inputs) == 31

    class Right(torch.nn.Module):
        def forward(self, inputs):
            return held_out.targets

    validation = validate(Right(), held_out, squared)
    assert validation.loss == 0
    assert validation.mpjpe_mm == pytest.approx(0, abs=2e-3)
