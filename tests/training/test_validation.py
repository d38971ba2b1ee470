"""Validation: fixed views, root-relative errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.data.store import load_store
from poselift.data.virtual_cameras import ViewConfig
from poselift.data.windows import load_poses
from poselift.errors import TrainingError
from poselift.skeleton import H36M_17
from poselift.training.validation import validate, validation_views


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
    poses = load_poses(load_store(mocap_store), "val", H36M_17)
    return validation_views(poses, 12, ViewConfig(), channels=3, device=torch.device("cpu"))


def test_the_truth_has_no_error_wherever_its_root_is(views):
    validation = validate(Says(views.target_mm + np.array([10.0, -300.0, 5.0])), views)
    assert validation.mpjpe_mm == pytest.approx(0, abs=1e-3)
    assert validation.pa_mpjpe_mm == pytest.approx(0, abs=1e-3)


def test_a_scaled_pose_has_an_error_until_it_is_aligned(views):
    validation = validate(Says(views.target_mm * 1.1), views)
    radius_mm = np.linalg.norm(views.target_mm, axis=-1).mean()
    assert validation.mpjpe_mm == pytest.approx(0.1 * radius_mm, rel=1e-4)
    assert validation.pa_mpjpe_mm == pytest.approx(0, abs=1e-3)


def test_the_views_are_the_same_every_time(mocap_store, views):
    poses = load_poses(load_store(mocap_store), "val", H36M_17)
    again = validation_views(poses, 12, ViewConfig(), channels=3, device=torch.device("cpu"))
    assert torch.equal(views.inputs, again.inputs)
    assert len(views.inputs) == 12


def test_the_network_stays_in_training(views):
    model = Says(views.target_mm).train()
    validate(model, views)
    assert model.training


def test_an_output_that_is_not_finite_is_an_error(views):
    with pytest.raises(TrainingError, match="not finite"):
        validate(Says(views.target_mm * np.nan), views)
