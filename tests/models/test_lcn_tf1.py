"""The LCN is the original network: outputs, loss, gradients, moving statistics and three steps of Adam.

The reference numbers were made by `lcn_tf1/make.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from poselift.models.tf1 import lcn_from_tf1, tf1_names
from poselift.training.optim import prepare_step
from poselift.training.optimisers.adam import Adam
from poselift.training.schedules import Exponential

REFERENCE = Path(__file__).parent / "lcn_tf1"
STEPS = ["steps_fixed", "steps_learnable_random", "steps_learnable_same"]
# The original's learning rate, its decay, and where it adds epsilon.
AS_PUBLISHED = Adam(lr=1e-3, schedule=Exponential(rate=0.96, steps=32000), epsilon_placement="tensorflow")


def reference(name: str) -> dict[str, np.ndarray]:
    with np.load(REFERENCE / f"{name}.npz") as file:
        return {key.replace("|", "/"): array for key, array in file.items()}


def from_reference(arrays: dict[str, np.ndarray], prefix: str = ""):
    """A network with the reference's variables, in float64.

    In float32 our rounding errors are as large as the reference's, and no tolerance would hold for both together.
    """
    variables = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
    kept = {key: array for key, array in variables.items() if key.startswith("linear_model") or key == "mask"}
    model, _ = lcn_from_tf1(kept, dropout=0.0)
    return model.double()


def predicted(model, x: np.ndarray) -> torch.Tensor:
    joints = torch.from_numpy(x).to(model.output.weight.dtype).view(len(x), 17, -1)
    return model(joints).flatten(1)


def relative_distance(a: torch.Tensor, b: np.ndarray) -> float:
    return float(np.linalg.norm(a.detach().numpy() - b) / np.linalg.norm(b))


@pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(("name", "in_channels", "layers"), [("trained", 2, 1), ("trained_in3", 3, 3)])
def test_a_trained_network_gives_the_original_outputs(name, in_channels, layers, kind):
    trained = reference(name)
    model = from_reference(trained).to(kind)
    assert (model.config.in_channels, model.config.layers) == (in_channels, layers)
    np.testing.assert_allclose(predicted(model, trained["x"]).detach(), trained["y"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", STEPS)
def test_a_training_step_gives_the_original_loss_and_gradients(name):
    steps, batches = reference(name), reference("batches")
    model = from_reference(steps, "v0/").train()
    y = predicted(model, batches["x0"])
    loss = (y - torch.from_numpy(batches["y0"])).square().mean()
    loss.backward()
    np.testing.assert_allclose(y.detach(), steps["pred0"], rtol=0, atol=1e-6)
    assert loss.item() == pytest.approx(float(steps["loss0"]), rel=1e-6)
    names = tf1_names(model)
    for tensor, parameter in model.named_parameters():
        expected = steps[f"g0/training/{names[tensor]}/gradients"]
        assert relative_distance(parameter.grad, expected) < 1e-6, tensor


@pytest.mark.parametrize("name", STEPS)
def test_one_training_forward_moves_the_statistics_as_tensorflow_does(name):
    steps, batches = reference(name), reference("batches")
    model = from_reference(steps, "v0/").train()
    predicted(model, batches["x0"])
    names = tf1_names(model)
    moving = [(t, buffer) for t, buffer in model.named_buffers() if "moving" in t]
    assert len(moving) == 6
    for tensor, buffer in moving:
        np.testing.assert_allclose(buffer, steps[f"v1/{names[tensor]}"], rtol=1e-6, atol=1e-9, err_msg=tensor)


def test_evaluation_leaves_the_statistics_alone():
    trained = reference("trained")
    model = from_reference(trained).eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    predicted(model, trained["x"])
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("name", STEPS)
def test_three_steps_of_adam_end_where_the_original_ended(name):
    steps, batches = reference(name), reference("batches")
    model = from_reference(steps, "v0/").train()
    optimizer = AS_PUBLISHED.create(model)
    for step in range(3):
        prepare_step(optimizer, AS_PUBLISHED, step, 3)
        assert optimizer.param_groups[0]["lr"] == pytest.approx(float(steps[f"lr{step}"]), rel=1e-6)
        target = torch.from_numpy(batches[f"y{step}"])
        optimizer.zero_grad()
        (predicted(model, batches[f"x{step}"]) - target).square().mean().backward()
        optimizer.step()
    for tensor, variable in tf1_names(model).items():
        ended = model.state_dict()[tensor]
        np.testing.assert_allclose(ended, steps[f"v3/{variable}"], rtol=0, atol=2e-7, err_msg=tensor)
