"""Recipes: read, overridden, written back, and complained about."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from poselift.errors import RecipeError
from poselift.models import create_model, model_class
from poselift.models.lcn_config import LCNConfig
from poselift.skeleton import Skeleton, read_skeleton
from poselift.training.recipe_file import load_recipe, recipe_from, recipe_to_toml

LEAST = {
    "data": {"store": "mocap.safetensors"},
    "model": {"name": "lcn", "channels": 8, "normalisation": "person_centred"},
    "train": {"steps": 9},
}
SHIPPED = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


def written(tmp_path, text: str) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_resolved_recipe_reads_back_as_itself(tmp_path):
    recipe = recipe_from(
        {
            **LEAST,
            "optim": {"schedule": {"kind": "piecewise", "boundaries": [5, 9], "factors": [0.5, 1e-7]}},
            "loss": {"joint_weights": {"left_wrist": 2.5}},
            "views": {"distance_mm": [1000, 3000]},
        }
    )
    assert load_recipe(written(tmp_path, recipe_to_toml(recipe))) == recipe


def test_a_run_remembers_the_skeleton_and_not_where_its_file_lay(tmp_path, own_skeleton_file):
    own = tmp_path / "mine.toml"
    own.write_text(own_skeleton_file.read_text(encoding="utf-8"), encoding="utf-8")
    text = '[data]\nstore = "s"\n[model]\nname = "lcn"\n[train]\nsteps = 3\n'
    recipe = load_recipe(written(tmp_path, text), [f"model.skeleton={own}"])
    own.unlink()
    again = load_recipe(written(tmp_path, recipe_to_toml(recipe)))
    assert again == recipe
    assert Skeleton.from_dict(again.model.config["skeleton"]) == read_skeleton(own_skeleton_file)


def test_a_skeleton_of_the_recipe_that_is_none_is_one_line():
    with pytest.raises(RecipeError, match="'martian'") as caught:
        recipe_from({**LEAST, "model": {"name": "lcn", "skeleton": "martian"}})
    assert "h36m17" in caught.value.hint


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_recipe_makes_its_network(path):
    recipe = load_recipe(path)
    with torch.device("meta"):
        model = create_model(recipe.model.name, **recipe.model.config)
    made = model.config.as_dict()
    assert {key: made[key] for key in recipe.model.config} == recipe.model.config


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_the_head_of_a_recipe_says_may_be_set_makes_another_network(path):
    shipped = load_recipe(path)
    # A skeleton is a file of the reader's.
    for line in path.read_text(encoding="utf-8").splitlines():
        if settings := [setting.rstrip(".,") for setting in re.findall(r"--set (model\.(?!skeleton)[^\s;]+)", line)]:
            recipe = load_recipe(path, settings)
            assert recipe.model != shipped.model, line
            kind = model_class(recipe.model.name)
            config = kind.completed(recipe.model.config, lambda: np.random.default_rng(0).normal(size=(9, 17, 3)))
            with torch.device("meta"):
                create_model(recipe.model.name, **config)


def test_a_recipe_does_not_change():
    with pytest.raises(ValueError, match="frozen"):
        recipe_from(LEAST).train.steps = 3


def test_settings_override_the_file(tmp_path):
    path = written(tmp_path, '[data]\nstore = "a b.safetensors"\n[model]\nname = "lcn"\n[train]\nsteps = 3\n')
    settings = (
        "optim.lr=5e-4",
        "data.store=/data/other store.safetensors",
        "views.distance_mm=[1, 2]",
        'optim.schedule={kind = "exponential", rate = 0.5}',
        "model.mask=learnable",
        "model.normalisation=person_centred",
    )
    recipe = load_recipe(path, settings)
    assert recipe.optim.lr == 5e-4
    assert recipe.data.store == Path("/data/other store.safetensors")
    assert recipe.views.distance_mm == (1, 2)
    assert recipe.optim.schedule.rate == 0.5
    given = {"mask": "learnable", "normalisation": "person_centred"}
    assert recipe.model.config == {**LCNConfig().as_dict(), **given}


@pytest.mark.parametrize(
    ("section", "values", "message", "hint"),
    [
        ("optim", {"lrr": 1}, "no setting optim.lrr", "did you mean optim.lr?"),
        ("train", {"lr": 1}, "no setting train.lr", "did you mean optim.lr?"),
        ("views", {"jiter": 1}, "no setting views.jiter", "did you mean views.jitter?"),
        ("augmnt", {}, "no setting augmnt", "did you mean augment"),
        ("optim", {"schedule": {"kind": "cosine", "rate": 1}}, "optim.schedule.rate", "of another kind"),
        ("optim", {"schedule": {"kind": "cosin"}}, "unknown kind 'cosin'", "cosine"),
        ("optim", {"lr": -1}, "optim.lr: .* greater than 0, got -1", ""),
        ("optim", {"lr": float("nan")}, "optim.lr: .* finite", ""),
        ("views", {"jitter": -1}, "views.jitter: expected a number of at least 0, got -1", ""),
        ("augment", {"mirror": 2}, "augment.mirror: expected a number from 0 to 1, got 2", ""),
        ("data", {"balance": "people"}, "data.balance: .*'frames', 'clips' or 'actions'", ""),
        (
            "loss",
            {"kind": "huber"},
            "loss.terms.huber: expected 'mse', 'l1', 'mpjpe', 'likelihood' or 'velocity', got 'huber'",
            "",
        ),
        ("loss", {"terms": {"mpjp": 1.0}}, "loss.terms.mpjp: expected 'mse', .* got 'mpjp'", "'mpjpe'"),
        ("loss", {"terms": {"mse": 0}}, "loss.terms.mse: expected a number greater than 0, got 0", ""),
        ("loss", {"terms": {}}, "loss.terms: expected a table", ""),
        ("loss", {"terms": {"mse": 1.0}, "kind": "l1"}, "loss: kind is short for terms", ""),
        ("optim", {"name": "sgdd"}, "unknown optimiser 'sgdd'", "'sgd'"),
        ("optim", {"name": "sgd", "betas": [0, 0]}, "no setting optim.betas", ""),
        ("optim", {"momentum": 0.5}, "no setting optim.momentum", ""),
        ("model", {"name": "lnc"}, "model.name: expected .*'lcn', .* got 'lnc'", "'lcn'"),
        ("model", {"chanels": 3}, "no setting model.chanels", "model.channels"),
        ("model", {"batch_norm": "False"}, "model.batch_norm: expected true or false, got 'False'", "lower case"),
        ("data", {"flip": "no"}, "data.flip: expected true or false, got 'no'", "lower case"),
        ("train", {"steps": 2.5}, "train.steps: expected a whole number of at least 0, got 2.5", ""),
        ("optim", {"schedule": {"kind": "piecewise", "boundaries": [1], "factors": []}}, "one factor for each", ""),
    ],
)
def test_a_mistake_is_named_with_its_key(section, values, message, hint):
    merged = {**LEAST, section: {**LEAST.get(section, {}), **values}}
    with pytest.raises(RecipeError, match=message) as caught:
        recipe_from(merged, source="my.toml")
    assert str(caught.value).startswith("my.toml: ")
    assert "\n" not in str(caught.value)
    assert hint in caught.value.hint


def test_what_is_missing_is_named():
    with pytest.raises(RecipeError, match=r"data\.store is missing") as caught:
        recipe_from({"data": {}, "model": "lcn"})
    assert "--set data.store" in caught.value.hint


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("optim.lr", "expected KEY=VALUE"),
        ("=3", "expected KEY=VALUE"),
        ("data.store.x=3", "data.*store.* is a value"),
    ],
)
def test_a_malformed_override_is_named(tmp_path, setting, message):
    path = written(tmp_path, '[data]\nstore = "a"\n[model]\nname = "lcn"\n[train]\nsteps = 3\n')
    with pytest.raises(RecipeError, match=message):
        load_recipe(path, [setting])


def test_a_file_that_is_no_recipe_is_named(tmp_path):
    with pytest.raises(RecipeError, match=r"none\.toml: cannot be read"):
        load_recipe(tmp_path / "none.toml")
    with pytest.raises(RecipeError, match="not TOML"):
        load_recipe(written(tmp_path, "[data"))


@pytest.mark.parametrize(
    ("uncertainty", "loss", "alone"), [(True, "mse", "the former alone"), (False, "likelihood", "the latter alone")]
)
def test_a_number_that_nothing_trains_is_refused(uncertainty, loss, alone):
    values = {**LEAST, "model": {"name": "lcn", "uncertainty": uncertainty}, "loss": {"kind": loss}}
    with pytest.raises(RecipeError, match=alone):
        recipe_from(values)


@pytest.mark.parametrize("name", ["image_frame", "bones", "ray_depth"])
def test_an_error_of_which_no_millimetres_follow_is_refused(name):
    model = {"name": "lcn", "uncertainty": True, "normalisation": name}
    with pytest.raises(RecipeError, match=f"no errors in millimetres follow from what {name} predicts"):
        recipe_from({**LEAST, "model": model, "loss": {"kind": "likelihood"}})
