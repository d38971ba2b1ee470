"""Which runs follow from an experiment."""

from __future__ import annotations

from pathlib import Path

import pytest

from poselift.errors import RecipeError
from poselift.experiments.plan import plan
from poselift.experiments.recipe import known_experiments

ROOT = Path(__file__).parents[2]


def test_every_variant_at_each_value_with_each_seed(write_experiment):
    variants = {"thin": {"model.channels": 2}, "deep": {"model.layers": 2}}
    made = plan(str(write_experiment(variants=variants, set={"optim.lr": 0.5})), ["train.steps=7"])
    assert [n.name for n in made.networks] == ["thin, hops 1", "thin, hops 3", "deep, hops 1", "deep, hops 3"]
    assert [(n.line, n.x) for n in made.networks][1:3] == [("thin", 3), ("deep", 1)]
    assert len(made.runs) == 8
    last = made.runs[-1]
    settings = last.recipe.model.config
    assert (settings["channels"], settings["layers"], settings["hops"]) == (4, 2, 3)
    assert (last.recipe.optim.lr, last.recipe.train.steps) == (0.5, 7)
    assert (last.seed, last.recipe.train.seed, last.recipe.train.threads) == (1, 1, 1)
    assert last.folder == last.trained_in == Path("hops/deep, hops 3/seed-1")


def test_a_whole_table_takes_the_place_of_another_and_settings_go_into_it(write_experiment):
    variants = {"connected": {"model.linear_size": 6, "model": {"name": "simple_baseline"}}}
    made = plan(str(write_experiment(variants=variants, grid=None, plot={})))
    assert made.runs[0].recipe.model.name == "simple_baseline"
    assert made.runs[0].recipe.model.config["linear_size"] == 6


def test_a_network_that_is_asked_for_settings_it_does_not_know(write_experiment):
    path = write_experiment(variants={"odd": {"model.chanels": 6}})
    with pytest.raises(RecipeError, match=r"hops.toml: odd, hops 1: there is no setting model\.chanels") as raised:
        plan(str(path))
    assert raised.value.hint == "did you mean model.channels?"


def test_networks_of_another_experiment_are_trained_there(write_experiment):
    write_experiment(variants={"thin": {"model.channels": 2}, "deep": {"model.layers": 2}}, grid=None, plot={})
    own = {"base": None, "grid": None, "networks": "hops", "plot": {}}
    made = plan(str(write_experiment("noise", only=["deep"], **own)))
    assert [(run.trained_in, run.folder) for run in made.runs] == [
        (Path(f"hops/deep/seed-{seed}"), Path(f"noise/deep/seed-{seed}")) for seed in (0, 1)
    ]
    with pytest.raises(RecipeError, match="unknown network 'depe'"):
        plan(str(write_experiment("noise", only=["depe"], **own)))
    with pytest.raises(RecipeError, match="trains none itself"):
        plan(str(write_experiment("more", **{**own, "networks": "noise"})))


@pytest.mark.parametrize("path", sorted(ROOT.glob("recipes/experiments/*.toml")), ids=lambda path: path.stem)
def test_those_of_the_repository_have_recipes_that_hold(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    made = plan(path.stem)
    assert len(made.networks) >= 2
    assert made.name in known_experiments()
    assert len({run.folder for run in made.runs}) == len(made.runs)
