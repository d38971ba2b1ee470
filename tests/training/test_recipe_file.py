"""Recipes in TOML come back as they were, whatever stands in them."""

from __future__ import annotations

import pytest

from poselift.errors import RecipeError
from poselift.models.lcn import LCN
from poselift.models.lcn_config import LCNConfig
from poselift.training.optimisers.sgd import Sgd
from poselift.training.recipe_file import load_recipe, recipe_from, recipe_to_toml

LEAST = {"data": {"store": "a.safetensors"}, "model": "lcn", "train": {"steps": 3}}


@pytest.mark.parametrize(
    "store", ["\N{RUNNER}.safetensors", "a\tb\x7f\x01.safetensors", "a 'b\".safetensors", "C:\\new", "d\u00e9/\u4eba"]
)
def test_a_path_of_any_characters_comes_back(tmp_path, store):
    recipe = recipe_from({**LEAST, "data": {"store": store, "train": ["\N{RUNNER}", "b"]}})
    path = tmp_path / "recipe.toml"
    path.write_text(recipe_to_toml(recipe), encoding="utf-8")
    assert load_recipe(path) == recipe


def test_every_default_is_written(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(recipe_to_toml(recipe_from({**LEAST, "optim": {"name": "sgd", "momentum": 0.5}})))
    assert "momentum = 0.5" in path.read_text()
    assert "hops = 3" in path.read_text()
    assert load_recipe(path).optim == Sgd(momentum=0.5)


def test_a_setting_that_is_left_out_stays_so(monkeypatch, tmp_path):
    class Config(LCNConfig):
        fps: float | None = None

    monkeypatch.setattr(LCN, "Config", Config)
    recipe, path = recipe_from(LEAST), tmp_path / "recipe.toml"
    path.write_text(recipe_to_toml(recipe))
    assert "fps" not in path.read_text()
    assert load_recipe(path) == recipe
    assert recipe.model.config["fps"] is None


def test_recipes_and_runs_from_before_still_read(tmp_path):
    """The short form of the loss, the old name of the published graph, and no name of the optimiser."""
    path = tmp_path / "recipe.toml"
    path.write_text(
        '[data]\nstore = "a"\n[model]\nname = "lcn"\ngraph = "seed"\n[train]\nsteps = 3\n'
        '[optim]\nbetas = [0.8, 0.9]\n[loss]\nkind = "l1"\n'
    )
    recipe = load_recipe(path)
    assert recipe.loss.terms == {"l1": 1.0}
    assert recipe.model.config["graph"] == "lcn"
    assert (recipe.optim.name, recipe.optim.betas) == ("adam", (0.8, 0.9))


@pytest.mark.parametrize(
    ("setting", "message", "hint"),
    [
        ("model.batch_norm=False", "model.batch_norm: expected true or false, got 'False'", "in lower case"),
        ("model.residual=no", "model.residual: expected true or false, got 'no'", "in lower case"),
        ("model.hops=2.5", "model.hops: expected a whole number of at least 0, got 2.5", ""),
        ("model.graph_seed=1.5", "model.graph_seed: expected a whole number of at least 0, got 1.5", ""),
        ("model.in_channels=4", "model.in_channels: expected 2 or 3, got 4", ""),
        ("train.epochs=many", "train.epochs: expected a number of at least 0, got 'many'", ""),
    ],
)
def test_an_override_of_the_wrong_kind_is_refused(tmp_path, setting, message, hint):
    path = tmp_path / "recipe.toml"
    path.write_text(recipe_to_toml(recipe_from(LEAST)))
    with pytest.raises(RecipeError, match=message) as caught:
        load_recipe(path, [setting])
    assert hint in caught.value.hint


def test_overrides_are_toml_and_bare_words_are_text(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(recipe_to_toml(recipe_from(LEAST)))
    recipe = load_recipe(path, ["model.batch_norm=false", "model.mask=learnable", "loss.terms.mpjpe=0.5"])
    assert (recipe.model.config["batch_norm"], recipe.model.config["mask"]) == (False, "learnable")
    assert recipe.loss.terms == {"mse": 1.0, "mpjpe": 0.5}
