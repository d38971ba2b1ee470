"""What every network that may be compared with others must do, each tiny."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.deploy.onnx import export_onnx
from poselift.models import MODELS, create_model, model_class
from poselift.models.checkpoint import load_checkpoint, save_checkpoint
from poselift.runtime.network import Network
from poselift.skeleton import SKELETONS
from poselift.training.loop import train
from poselift.training.recipe_file import recipe_from

every = pytest.mark.parametrize("name", MODELS)
# Of each network those that it knows.
SMALL = {
    **{"channels": 8, "linear_size": 8, "heads": 2, "head_channels": 8, "mlp_ratio": 1.0},
    **{"layers": 1, "frames": 3, "filter_widths": [3], "dropout": 0.0, "non_local": True},
}


def settings_of(name: str, **settings) -> dict:
    known = model_class(name).Config.model_fields
    return {key: value for key, value in {**SMALL, **settings}.items() if key in known}


def tiny(name: str, **settings):
    torch.manual_seed(0)
    return create_model(name, **settings_of(name, in_channels=3, normalisation="person_centred", **settings))


@torch.no_grad()
def stirred(model):
    """As if it had been trained a little: nothing is at its start, and no number grows without bounds."""
    draw = torch.Generator().manual_seed(2)
    for key, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            noise = torch.rand(tensor.shape, generator=draw)
            tensor.add_(noise if "var" in key else (noise - 0.5) / 2)
    return model.eval()


def windows(model, count: int = 4) -> torch.Tensor:
    shape = (count, model.window.frames, len(model.skeleton), model.config.in_channels)
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def own_joints(output: torch.Tensor) -> torch.Tensor:
    """The pose of one frame of each window, (B, J, C)."""
    return output if output.ndim == 3 else output[:, output.shape[1] // 2]


@every
@pytest.mark.parametrize("uncertainty", [False, True])
def test_a_body_with_feet_goes_in_and_comes_out(name, uncertainty):
    model = tiny(name, skeleton="body21", uncertainty=uncertainty).eval()
    expected = (4, *model.window.output_frames, 21, 4 if uncertainty else 3)
    assert len(SKELETONS["body21"]) == 21
    assert model(windows(model)).shape == expected


@every
def test_a_gradient_reaches_every_parameter(name):
    model = stirred(tiny(name))
    model(windows(model)).square().sum().backward()
    idle = [key for key, parameter in model.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert idle == []


@every
def test_a_joint_depends_on_itself_on_both_sides_of_the_body(name):
    model = stirred(tiny(name))
    seen = windows(model, 1).requires_grad_()
    for joint in ("left_wrist", "right_wrist", "left_ankle", "right_ankle"):
        index = model.skeleton.index(joint)
        (slope,) = torch.autograd.grad(own_joints(model(seen))[0, index].sum(), seen)
        assert slope[0, :, index].any(), joint


@every
@torch.no_grad()
def test_who_else_is_in_a_batch_does_not_matter(name):
    model = stirred(tiny(name))
    together = model(windows(model))
    alone = torch.cat([model(window[None]) for window in windows(model)])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


DROPOUTS = [
    (name, setting)
    for name in MODELS
    for setting in ("dropout", "inner_dropout")
    if setting in model_class(name).Config.model_fields
]


@pytest.mark.parametrize(("name", "setting"), DROPOUTS)
@torch.no_grad()
def test_dropout_acts_in_training_alone(name, setting):
    none = {"dropout": 0.0, "inner_dropout": 0.0}
    never, often = stirred(tiny(name, **none)), stirred(tiny(name, **{**none, setting: 0.5}))
    assert torch.equal(never(windows(never)), often(windows(often)))
    never.train()
    often.train()
    torch.manual_seed(0)
    assert torch.equal(never(windows(never)), never(windows(never)))
    assert not torch.allclose(often(windows(often)), often(windows(often)), atol=1e-3)


@every
@torch.no_grad()
def test_output_scale_scales_the_first_output(name):
    # Where nothing is clipped or added.
    large, small = (tiny(name, output_scale=scale, max_norm=False, add_input=False).eval() for scale in (1.0, 0.1))
    torch.testing.assert_close(large(windows(large)) * 0.1, small(windows(small)))


@every
@torch.no_grad()
def test_a_checkpoint_is_the_network(name, tmp_path):
    model = stirred(tiny(name))
    save_checkpoint(tmp_path / "model.safetensors", model, name=name, about={})
    loaded, _ = load_checkpoint(tmp_path / "model.safetensors")
    assert torch.equal(loaded.eval()(windows(model)), model(windows(model)))


@every
@torch.no_grad()
def test_the_exported_file_computes_what_torch_computes(name, tmp_path):
    model = stirred(tiny(name))
    export_onnx(model, {}, tmp_path / "model.onnx")
    x = windows(model)
    seen = x[:, 0] if model.window.frames == 1 else x
    found = Network(tmp_path / "model.onnx", threads=1).run(seen.numpy())
    np.testing.assert_allclose(found, model(x).numpy(), rtol=1e-4, atol=1e-4)


@every
def test_an_interrupted_training_goes_on_as_if_it_had_not_been(name, mocap_store, tmp_path):
    def run(folder: str, steps: int, *, resume: bool = False) -> torch.Tensor:
        model = {"name": name, "normalisation": "person_centred", **settings_of(name)}
        trained = {"steps": steps, "batch_size": 4, "threads": 1, "log_every": 1, "val_every": 2}
        recipe = {"data": {"store": str(mocap_store), "val_poses": 8}, "model": model, "train": trained}
        schedule = {"optim": {"schedule": {"kind": "constant"}}}
        train(recipe_from({**recipe, **schedule}), tmp_path / folder, device="cpu", resume=resume)
        network, _ = load_checkpoint(tmp_path / folder / "final.safetensors")
        return torch.cat([parameter.flatten() for parameter in network.parameters()]).detach()

    whole, start = run("whole", 3), run("pieces", 1)
    assert not torch.equal(whole, start)
    assert torch.equal(run("pieces", 3, resume=True), whole)
