"""Results come back as they were, and are not mixed with those of other settings."""

from __future__ import annotations

import pytest

from poselift.errors import DataFormatError, RecipeError
from poselift.experiments.measuring import Measured
from poselift.experiments.plan import plan
from poselift.experiments.results import Result, check_same, load_result, recipe_of, save_result
from poselift.training.recipe_file import recipe_from


@pytest.fixture
def recipe(write_experiment):
    return plan(str(write_experiment())).runs[0].recipe


def test_it_comes_back_whole(recipe, tmp_path):
    result = Result(
        recipe_of(recipe), {"frames": 3, "clips": 1}, 10, 20, 1, {"a": {}}, {"a": Measured(3, {"lcn": 0.1})}
    )
    assert load_result(tmp_path / "result.json") is None
    save_result(result, tmp_path / "result.json")
    assert load_result(tmp_path / "result.json") == result
    assert str(recipe.data.store.parent) not in (tmp_path / "result.json").read_text()
    check_same(tmp_path, recipe_from(result.recipe), recipe)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "poselift-experiment-result"}'])
def test_another_file_is_none(tmp_path, text):
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(DataFormatError, match=r"result\.json: no result of an experiment"):
        load_result(tmp_path / "result.json")


def test_other_settings_are_refused_and_named(recipe, tmp_path):
    other = recipe.replaced(train=recipe.train.replaced(steps=9))
    with pytest.raises(RecipeError, match=r"was made with train\.steps = 4, the experiment has 9"):
        check_same(tmp_path, recipe, other)
    quicker = recipe.replaced(train=recipe.train.replaced(threads=2, checkpoint_every=7))
    check_same(tmp_path, recipe, quicker)
