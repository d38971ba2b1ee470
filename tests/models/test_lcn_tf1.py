"""The LCN is the original network: outputs, loss, gradients, moving statistics and three steps of Adam.

The reference numbers were made by `lcn_tf1/make.py`.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from poselift.models import create_model

REFERENCE = Path(__file__).parent / "lcn_tf1"
MASKS = {"fixed": "fixed", "learnable_random": "learnable", "learnable_same": "learnable"}
ADAM_EPSILON, ADAM_BETA2 = 1e-8, 0.999


def reference(name: str) -> dict[str, np.ndarray]:
    with np.load(REFERENCE / f"{name}.npz") as file:
        return dict(file)


def variables_by_tensor(model) -> dict[str, str]:
    """The TensorFlow variable of each tensor of the state."""
    layers = {"input": ("1", "batch_normalization"), "output": ("4", "")}
    for i in range(len(model.blocks)):
        layers[f"blocks.{i}.first"] = (f"2_{i}", f"batch_normalization1{i}")
        layers[f"blocks.{i}.second"] = (f"3_{i}", f"batch_normalization2{i}")
    scopes = {name: f"linear_model|two_linear_{name.split('.')[1]}|" for name in layers if "." in name}
    names = {"mask_logits": "mask"}
    for layer, (number, norm) in layers.items():
        scope = scopes.get(layer, "linear_model|")
        linear = layer if layer == "output" else f"{layer}.linear"
        names |= {f"{linear}.weight": f"{scope}w{number}", f"{linear}.bias": f"{scope}b{number}"}
        if norm:
            parts = ("gamma", "beta", "moving_mean", "moving_variance")
            names |= {f"{layer}.norm.{part}": f"{scope}{norm}|{part}" for part in parts}
    return {tensor: names[tensor] for tensor in model.state_dict()}


def from_reference(arrays: dict[str, np.ndarray], prefix: str = "", *, mask: str = "fixed"):
    """A network of 8 channels and one block with the reference's variables, in float64.

    In float32 our rounding errors are as large as the reference's, and no tolerance would hold for both together.
    """
    model = create_model("lcn", channels=8, layers=1, mask=mask, dropout=0.0)
    names = variables_by_tensor(model)
    model.load_state_dict({t: torch.from_numpy(arrays[f"{prefix}{v}"]) for t, v in names.items()})
    return model.double()


def predicted(model, x: np.ndarray) -> torch.Tensor:
    return model(torch.from_numpy(x).to(model.output.weight.dtype).view(-1, 17, 2)).flatten(1)


def relative_distance(a: torch.Tensor, b: np.ndarray) -> float:
    return float(np.linalg.norm(a.detach().numpy() - b) / np.linalg.norm(b))


@pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=str)
def test_a_trained_network_gives_the_original_outputs(kind):
    trained = reference("trained")
    model = from_reference(trained).to(kind).eval()
    np.testing.assert_allclose(predicted(model, trained["x"]).detach(), trained["y"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", MASKS)
def test_a_training_step_gives_the_original_loss_and_gradients(kind):
    steps, batches = reference(f"steps_{kind}"), reference("batches")
    model = from_reference(steps, "v0|", mask=MASKS[kind]).train()
    y = predicted(model, batches["x0"])
    loss = (y - torch.from_numpy(batches["y0"])).square().mean()
    loss.backward()
    np.testing.assert_allclose(y.detach(), steps["pred0"], rtol=0, atol=1e-6)
    assert loss.item() == pytest.approx(float(steps["loss0"]), rel=1e-6)
    names = variables_by_tensor(model)
    for tensor, parameter in model.named_parameters():
        expected = steps[f"g0|training|{names[tensor]}|gradients"]
        assert relative_distance(parameter.grad, expected) < 1e-6, tensor


@pytest.mark.parametrize("kind", MASKS)
def test_one_training_forward_moves_the_statistics_as_tensorflow_does(kind):
    steps, batches = reference(f"steps_{kind}"), reference("batches")
    model = from_reference(steps, "v0|", mask=MASKS[kind]).train()
    predicted(model, batches["x0"])
    names = variables_by_tensor(model)
    moving = [(t, buffer) for t, buffer in model.named_buffers() if "moving" in t]
    assert len(moving) == 6
    for tensor, buffer in moving:
        np.testing.assert_allclose(buffer, steps[f"v1|{names[tensor]}"], rtol=1e-6, atol=1e-9, err_msg=tensor)


def test_evaluation_leaves_the_statistics_alone():
    trained = reference("trained")
    model = from_reference(trained).eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    predicted(model, trained["x"])
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_three_steps_of_adam_end_where_the_original_ended():
    steps, batches = reference("steps_fixed"), reference("batches")
    model = from_reference(steps, "v0|").train()
    optimizer = torch.optim.Adam(model.parameters())
    for step in range(3):
        # TensorFlow adds epsilon before the bias of the second moment is corrected.
        epsilon = ADAM_EPSILON / math.sqrt(1 - ADAM_BETA2 ** (step + 1))
        optimizer.param_groups[0].update(lr=float(steps[f"lr{step}"]), eps=epsilon)
        target = torch.from_numpy(batches[f"y{step}"])
        optimizer.zero_grad()
        (predicted(model, batches[f"x{step}"]) - target).square().mean().backward()
        optimizer.step()
    for tensor, variable in variables_by_tensor(model).items():
        ended = model.state_dict()[tensor]
        np.testing.assert_allclose(ended, steps[f"v3|{variable}"], rtol=0, atol=2e-7, err_msg=tensor)
