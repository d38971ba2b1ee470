"""`poselift recipe` lists what there is, and what it prints is a recipe."""

from __future__ import annotations

import pytest

from poselift.lookup import look_up
from poselift.models import MODELS, model_class
from poselift.settings import all_settings
from poselift.training.optimisers import OPTIMISERS
from poselift.training.recipe import Recipe
from poselift.training.recipe_file import load_recipe, recipe_from


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_what_it_prints_is_a_recipe_of_defaults(poselift, tmp_path, model, optimiser):
    ended = poselift("recipe", "--model", model, "--optimiser", optimiser)
    assert ended.code == 0
    path = tmp_path / "recipe.toml"
    path.write_text("\n".join(ended.out))
    least = {"data": {"store": "a"}, "model": model, "train": {"steps": 3}, "optim": {"name": optimiser}}
    assert load_recipe(path, ["data.store=a", "train.steps=3"]) == recipe_from(least)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_setting_is_there_with_its_meaning(poselift, optimiser):
    text = "\n".join(poselift("recipe", "--optimiser", optimiser).out)
    settings = [
        *all_settings(Recipe),
        *all_settings(model_class("lcn").Config),
        *(s for s in all_settings(look_up(OPTIMISERS, optimiser, "optimiser")) if s.key != "name"),
    ]
    assert len(settings) > 80
    joined = " ".join(text.replace("\n# ", " ").split()).lower()
    for setting in settings:
        name = setting.key.rsplit(".", 1)[-1]
        assert f"{name} = " in text, setting.key
        assert setting.meaning, setting.key
        assert setting.meaning.rstrip(".").lower() in joined, setting.key
        assert f"  # {setting.expected}" in text, setting.key


def test_a_table_alone_and_a_network_of_choice(poselift):
    model = poselift("recipe", "model", "--model", "simple_baseline").out
    assert model[0] == "[model]"
    assert model[2].startswith('name = "simple_baseline"')
    assert "linear_size = 1024  # a whole number of at least 1" in model
    assert not any(line.startswith(("[optim", "hops")) for line in model)
    schedule = poselift("recipe", "optim").out
    assert "kind = \"cosine\"  # 'cosine'" in schedule
    assert "# kind = \"piecewise\"  # 'piecewise'" in schedule
    assert "# boundaries =  # a list, each a whole number; it has to be given" in schedule


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["optm"], "error: a recipe has no table 'optm'", "optim"),
        (["--model", "lnc"], "unknown model 'lnc'", "lcn"),
        (["--optimiser", "adm"], "unknown optimiser 'adm'", "adam"),
    ],
)
def test_what_there_is_not_is_named(poselift, words, message, hint):
    ended = poselift("recipe", *words)
    assert ended.code == 2
    assert message in ended.err[0]
    assert hint in ended.err[1]


def test_the_help_of_train_points_to_it(poselift):
    assert "poselift recipe" in "\n".join(poselift("train", "--help").out)
