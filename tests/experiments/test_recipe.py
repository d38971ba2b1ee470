"""What an experiment may say, and what is said of one that says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from poselift.errors import RecipeError
from poselift.experiments.recipe import experiment_path, known_experiments, load_experiment

ROOT = Path(__file__).parents[2]


def test_levels_make_more_measures_of_each(write_experiment):
    levels = {"setting": "noise_px", "values": [0, 5], "label": "noise"}
    experiment = load_experiment(write_experiment(measures={"a": {}, "b": {"detections": "sh_ft"}}, levels=levels))
    assert list(experiment.levelled) == ["a, noise 0", "a, noise 5", "b, noise 0", "b, noise 5"]
    assert [(m.noise_px, m.detections) for m in experiment.levelled.values()][1::2] == [(5, "gt"), (5, "sh_ft")]


@pytest.mark.parametrize(
    ("keys", "message", "hint"),
    [
        ({"sedes": [1]}, "there is no setting sedes", "did you mean seeds?"),
        (
            {"measures": {"a": {"nose_px": 1}}},
            "there is no setting measures.nose_px",
            "did you mean measures.noise_px?",
        ),
        ({"protocols": ["mpjpe"]}, "protocols", ""),
        ({"seeds": []}, "seeds: expected", ""),
        ({"base": None}, "expected either base or networks", ""),
        ({"grid": None}, "expected variants or a grid", ""),
        ({"variants": {"../away": {}}}, "expected a name of letters", ""),
        ({"plot": {"x": "levels"}}, "plot.x is levels, which the experiment does not have", ""),
        ({"plot": {"measures": ["niosy"]}}, "unknown measure 'niosy'", "did you mean 'noisy'?"),
        ({"plot": {"protocol": "lcn"}}, "plot.protocol: lcn is not measured", "root_relative"),
        ({"levels": {"setting": "noise", "values": [1]}}, "there is no setting measures.noise", "noise_px"),
    ],
)
def test_what_it_does_not_know_is_refused_in_one_line(write_experiment, keys, message, hint):
    path = write_experiment(**keys)
    with pytest.raises(RecipeError) as raised:
        load_experiment(path)
    assert message in str(raised.value)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)
    assert hint in raised.value.hint


def test_experiments_have_names(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert experiment_path("hops") == Path("recipes/experiments/hops.toml")
    assert experiment_path("own/a.toml") == Path("own/a.toml")
    with pytest.raises(RecipeError, match="unknown experiment 'hop'") as raised:
        experiment_path("hop")
    assert "did you mean 'hops'?" in raised.value.hint


@pytest.mark.parametrize("path", sorted(ROOT.glob("recipes/experiments/*.toml")), ids=lambda path: path.stem)
def test_those_of_the_repository_are_whole(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    experiment = load_experiment(path)
    assert experiment.question.strip().endswith(("?", "."))
    assert len(experiment.seeds) >= 3
    assert path.stem in known_experiments()
