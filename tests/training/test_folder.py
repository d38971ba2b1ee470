"""The folder of a run: begun once, cleared when told, resumed only as the run that it is."""

from __future__ import annotations

import json

import pytest

from poselift.errors import CheckpointError, OutputError, RecipeError
from poselift.training.folder import RunFolder
from poselift.training.recipe_file import load_recipe, recipe_from


def recipe(**train):
    return recipe_from({"data": {"store": "a.safetensors"}, "model": "lcn", "train": {"steps": 10, **train}})


@pytest.fixture
def folder(tmp_path):
    begun = RunFolder(tmp_path / "run")
    begun.begin(recipe(), {"version": "1"}, overwrite=False)
    return begun


def test_it_says_what_the_run_is(folder):
    assert load_recipe(folder.recipe) == recipe()
    assert json.loads((folder.path / "run.json").read_text()) == {"version": "1"}


def test_an_older_run_is_cleared_only_when_told_and_nothing_else_with_it(folder):
    for path in (folder.last, folder.best, folder.final, folder.path / "metrics.csv", folder.path / "notes.txt"):
        path.touch()
    with pytest.raises(OutputError, match="not empty"):
        folder.begin(recipe(), {}, overwrite=False)
    assert folder.last.exists()
    folder.begin(recipe(seed=1), {}, overwrite=True)
    assert {path.name for path in folder.path.iterdir()} == {"recipe.toml", "run.json", "notes.txt"}
    assert load_recipe(folder.recipe).train.seed == 1


def test_nothing_is_resumed_where_nothing_was_kept(folder, tmp_path):
    for empty in (folder, RunFolder(tmp_path / "absent")):
        with pytest.raises(CheckpointError, match="no run to resume: no last"):
            empty.resume(recipe(), {})


def test_a_run_may_go_on_longer_but_not_as_another(folder):
    folder.last.touch()
    folder.resume(recipe(steps=20, val_every=5, checkpoint_every=5, threads=1), {"version": "2"})
    assert load_recipe(folder.recipe).train.steps == 20
    assert json.loads((folder.path / "run.json").read_text()) == {"version": "2"}
    with pytest.raises(RecipeError, match=r"was begun with train\.batch_size = 256, the recipe has 8"):
        folder.resume(recipe(batch_size=8), {})
    assert load_recipe(folder.recipe).train.batch_size == 256
