"""The state on disk: whole, checked, and the same when it comes back."""

from __future__ import annotations

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from poselift.errors import CheckpointError, TrainingError
from poselift.training.optim import MovingAverage
from poselift.training.optimisers.adam import Adam
from poselift.training.state import TrainingState, restore_state, save_state


def made(seed: int, *, steps: int = 0, average: bool = True, width: int = 3) -> TrainingState:
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.BatchNorm1d(width))
    optimizer = Adam().create(model)
    state = TrainingState(
        model, optimizer, MovingAverage(model, 0.9) if average else None, torch.zeros(4), torch.zeros(())
    )
    for _ in range(steps):
        model(torch.randn(5, 2)).square().sum().backward()
        optimizer.step()
        state.step += 1
        state.losses[0] = state.step
    return state


def test_a_state_comes_back_as_it_was(tmp_path):
    before = made(0, steps=3)
    before.best = 51.5
    save_state(before, tmp_path / "last.safetensors")
    after = made(1)
    restore_state(after, tmp_path / "last.safetensors")
    assert (after.step, after.best) == (3, 51.5)
    expected = before.tensors()
    assert any("exp_avg_sq" in name for name in expected)
    assert expected.keys() == after.tensors().keys()
    for name, tensor in after.tensors().items():
        assert torch.equal(tensor, expected[name]), name


def test_a_state_without_any_validation_has_no_best(tmp_path):
    save_state(made(0, steps=1), tmp_path / "last.safetensors")
    after = made(1)
    restore_state(after, tmp_path / "last.safetensors")
    assert after.best == float("inf")


def test_weights_that_are_not_finite_leave_the_old_state(tmp_path):
    path = tmp_path / "last.safetensors"
    state = made(0, steps=1)
    save_state(state, path)
    before = path.read_bytes()
    with torch.no_grad():
        state.model[0].bias[1] = float("nan")
    with pytest.raises(TrainingError, match=r"after step 1 the weights 0\.bias"):
        save_state(state, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("other", "message"), [({"average": False}, "average"), ({"width": 4}, "expected shape")])
def test_a_state_of_another_recipe_is_refused(tmp_path, other, message):
    save_state(made(0, steps=1), tmp_path / "last.safetensors")
    with pytest.raises(CheckpointError, match=message):
        restore_state(made(1, **other), tmp_path / "last.safetensors")


def test_an_optimiser_that_remembers_different_things_is_refused(tmp_path):
    path = tmp_path / "last.safetensors"
    save_state(made(0, steps=1), path)
    with safe_open(path, "pt") as file:
        header = file.metadata()
    tensors = load_file(path)
    del tensors["optimizer.0.bias.exp_avg_sq"]
    save_file(tensors, path, metadata=header)
    with pytest.raises(CheckpointError, match=r"remembers different things of 0\.weight and 0\.bias"):
        restore_state(made(1), path)


def test_files_that_are_no_state_are_refused(tmp_path):
    path = tmp_path / "last.safetensors"
    with pytest.raises(CheckpointError, match="no state to resume from"):
        restore_state(made(0), path)
    save_state(made(0, steps=1), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="no state to resume from"):
        restore_state(made(0), path)
    path.write_bytes(whole)
    save_file(load_file(path), path)
    with pytest.raises(CheckpointError, match="expected poselift-training-state version 2"):
        restore_state(made(0), path)
