"""The settings of networks are typed, and models from before a renaming load."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from poselift.errors import RecipeError, SkeletonError
from poselift.models import MODELS, create_model, model_class
from poselift.models.checkpoint import load_checkpoint, save_checkpoint
from poselift.models.lcn_config import LCNConfig
from poselift.settings import all_settings
from poselift.skeleton import H36M_17, Skeleton, write_skeleton

OWN = Skeleton("own3", ("hip", "knee", "toe"), (("hip", "knee"), ("knee", "toe")), ("hip",), (), ())


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_norm": "False"}, "model.batch_norm: expected true or false, got 'False'"),
        ({"residual": "no"}, "model.residual: expected true or false, got 'no'"),
        ({"max_norm": 0}, "model.max_norm: expected true or false, got 0"),
        ({"layers": 2.5}, "model.layers: expected a whole number of at least 0, got 2.5"),
        ({"layers": -1}, "model.layers: expected a whole number of at least 0, got -1"),
        ({"in_channels": 4}, "model.in_channels: expected 2 or 3, got 4"),
        ({"dropout": 1.0}, "model.dropout: expected a number from 0 to below 1, got 1.0"),
        ({"dropout": "0"}, "model.dropout: expected a number from 0 to below 1, got '0'"),
        ({"output_scale": float("inf")}, "model.output_scale: expected a finite number, got inf"),
        (
            {"normalisation": "image"},
            "model.normalisation: expected 'bones', 'image_frame', 'person_centred', 'person_rays', 'ray_depth' or "
            "'ray_true_depth', got 'image'",
        ),
    ],
)
def test_a_setting_of_the_wrong_kind_is_refused_by_name(name, values, message):
    if next(iter(values)) not in model_class(name).Config.model_fields:
        pytest.skip(f"{name} has no such setting")
    with pytest.raises(RecipeError) as caught:
        create_model(name, **values)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hops": 2.5}, "model.hops: expected a whole number of at least 0, got 2.5"),
        ({"graph_seed": 1.5}, "model.graph_seed: expected a whole number of at least 0, got 1.5"),
        ({"graph": "bone"}, "model.graph: expected 'lcn', 'bones' or 'random', got 'bone'"),
        ({"limb_lengths": [1, 0]}, "model.limb_lengths.1: expected a number greater than 0, got 0"),
    ],
)
def test_settings_of_an_lcn_made_in_python_are_refused_alike(values, message):
    with pytest.raises(RecipeError) as caught:
        LCNConfig(**values)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", MODELS)
def test_every_setting_of_every_network_says_what_it_means(name):
    assert [s.key for s in all_settings(model_class(name).Config) if not s.meaning] == []


def test_a_skeleton_is_a_name_a_file_or_a_table(tmp_path):
    file = tmp_path / "own.toml"
    write_skeleton(OWN, file)
    models = [create_model("lcn", channels=2, layers=0, skeleton=s) for s in (file, str(file), OWN, OWN.as_dict())]
    assert all(model.skeleton == OWN for model in models)
    assert all(model.config == models[0].config for model in models)
    # What is kept is the skeleton itself, not where its file once lay.
    assert "own.toml" not in json.dumps(models[0].config.as_dict())
    assert LCNConfig(skeleton=H36M_17) == LCNConfig()
    with pytest.raises(SkeletonError, match="unknown skeleton 'h36m18'"):
        LCNConfig(skeleton="h36m18")
    with pytest.raises(SkeletonError, match=r"none\.toml"):
        LCNConfig(skeleton=str(tmp_path / "none.toml"))


def test_models_that_call_the_published_graph_seed_still_load(tmp_path):
    assert LCNConfig(graph="seed") == LCNConfig(graph="lcn")
    model, path = create_model("lcn", channels=4, layers=1).eval(), tmp_path / "old.safetensors"
    save_checkpoint(path, model, name="lcn", about={})
    with safe_open(path, "pt") as file:
        header = json.loads(file.metadata()["poselift"])
    header["config"]["graph"] = "seed"
    save_file(load_file(path), path, metadata={"poselift": json.dumps(header)})
    loaded, _ = load_checkpoint(path)
    assert loaded.config == model.config
    joints_norm = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 17, 2)).astype(np.float32))
    assert torch.equal(loaded(joints_norm), model(joints_norm))
