"""Three steps of the recipe of the paper are three steps of the original, from its first weights and batches on."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from poselift.data.sources.views import Batch
from poselift.models import create_model
from poselift.models.tf1 import lcn_from_tf1, tf1_names
from poselift.training import loop
from poselift.training.batches import MadeBatches
from poselift.training.data import TrainingData
from poselift.training.recipe_file import load_recipe

RECIPE = Path(__file__).parents[2] / "recipes" / "lcn_h36m_gt.toml"
REFERENCE = Path(__file__).parents[1] / "models" / "lcn_tf1"


def reference(name):
    with np.load(REFERENCE / f"{name}.npz") as file:
        return {key.replace("|", "/"): file[key] for key in file}


class ReferenceBatches:
    def __init__(self):
        self.arrays = reference("batches")

    def batch(self, number):
        return Batch(self.arrays[f"x{number}"].reshape(-1, 17, 2), self.arrays[f"y{number}"].reshape(-1, 17, 3))


@pytest.mark.parametrize("mask", ["fixed", "learnable_random", "learnable_same"])
def test_three_steps_of_the_recipe_end_where_the_original_ended(mask, recorded_store, tmp_path, monkeypatch):
    steps, losses = reference(f"steps_{mask}"), reference("losses")
    kind, _, start = mask.partition("_")
    settings = ["model.channels=8", "model.layers=1", "model.dropout=0.0", f'model.mask="{kind}"']
    settings += [f'model.mask_init="{start or "random"}"', "train.epochs=0", "train.steps=3", "train.log_every=1"]
    recipe = load_recipe(RECIPE, [f"data.store={recorded_store}", *settings])

    def begun(name, **config):
        model = create_model(name, **config)
        variables = {key.removeprefix("v0/"): array for key, array in steps.items() if key.startswith("v0/")}
        model.load_state_dict(lcn_from_tf1(variables, dropout=0.0)[0].state_dict())
        return model

    data = loop.training_data
    monkeypatch.setattr(loop, "create_model", begun)
    batches = MadeBatches(ReferenceBatches(), torch.device("cpu"))
    monkeypatch.setattr(loop, "training_data", lambda *a, **k: TrainingData(batches, data(*a, **k).held_out))
    loop.train(recipe, tmp_path / "run", device="cpu")
    ended = load_file(tmp_path / "run" / "final.safetensors")
    names = tf1_names(create_model("lcn", **recipe.model.config))
    assert len(names) == len(ended)
    for tensor, variable in names.items():
        np.testing.assert_allclose(ended[tensor], steps[f"v3/{variable}"], rtol=0, atol=1e-6, err_msg=tensor)
    with (tmp_path / "run" / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        assert float(row["loss"]) == pytest.approx(float(losses[f"{mask}/loss{number}"]), rel=1e-6)
        assert float(row["loss_ema"]) == pytest.approx(float(losses[f"{mask}/loss_avg{number}"]), rel=1e-6)
        assert float(row["lr"]) == pytest.approx(float(steps[f"lr{number}"]), rel=1e-6)
    assert not torch.equal(ended["input.linear.weight"], torch.from_numpy(steps["v0/linear_model/w1"]))
