"""Interrupted at any place, a run goes on and comes out the same; nothing is done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from poselift.errors import RecipeError
from poselift.experiments import running
from poselift.experiments.plan import plan
from poselift.experiments.running import RESULT, perform, tasks_of


def results(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob(RESULT))}


def performed(path, runs, stop, settings=()):
    done = [perform(task, stop) for task in tasks_of([plan(str(path), settings)], runs, "cpu")]
    return sum(done)


@pytest.fixture
def small(write_experiment):
    return write_experiment(seeds=[0], grid={"setting": "model.hops", "values": [1, 2]})


def after(count):
    """Stop when it is asked for the n-th time."""
    asked = []

    def stop():
        asked.append(0)
        return len(asked) > count

    return stop


def test_interrupted_anywhere_it_is_the_uninterrupted_run(small, tmp_path, never):
    assert performed(small, tmp_path / "whole", never) == 2
    expected = results(tmp_path / "whole")
    assert len(expected) == 2
    # Once before anything; then inside of trainings, before measuring, and between the two runs.
    for count in (0, 1, 2, 3, 2, 5):
        performed(small, tmp_path / "parts", after(count))
    performed(small, tmp_path / "parts", never)
    assert results(tmp_path / "parts") == expected
    assert tasks_of([plan(str(small))], tmp_path / "parts", "cpu") == []


def test_what_is_trained_is_only_measured(small, tmp_path, never, monkeypatch):
    performed(small, tmp_path, never)
    weights = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("best.safetensors")}
    next(iter(tmp_path.rglob(RESULT))).unlink()
    assert performed(small, tmp_path, never) == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("best.safetensors")} == weights


def test_other_measures_are_measured_of_the_same_networks(small, tmp_path, never, write_experiment):
    performed(small, tmp_path, never)
    before = results(tmp_path)
    again = write_experiment(seeds=[0], grid={"setting": "model.hops", "values": [1, 2]}, measures={"noisy": {}})
    assert performed(again, tmp_path, never) == 2
    assert results(tmp_path).keys() == before.keys()
    assert results(tmp_path) != before


@pytest.mark.parametrize("remove", ["", RESULT], ids=["finished", "trained"])
def test_other_settings_are_refused_before_anything_is_done(small, tmp_path, never, remove):
    performed(small, tmp_path, never)
    for path in list(tmp_path.rglob(remove)) if remove else []:
        path.unlink()
    with pytest.raises(RecipeError, match=r"seed-0: was made with optim\.lr = 0\.001, the experiment has 0\.5"):
        tasks_of([plan(str(small), ["optim.lr=0.5"])], tmp_path, "cpu")


def test_networks_that_two_experiments_measure_are_trained_once(small, tmp_path, never, write_experiment):
    own = {"base": None, "grid": None, "seeds": [5], "networks": "hops", "plot": {}}
    noise = write_experiment("noise", measures={"noisy": {"noise_px": 9.0}}, **own)
    small = write_experiment(seeds=[0])
    tasks = tasks_of([plan(str(small)), plan(str(noise))], tmp_path, "cpu")
    assert len(tasks) == 2
    assert all(perform(task, never) for task in tasks)
    assert {name.split("/")[0] for name in results(tmp_path)} == {"hops", "noise"}
    assert {path.parts[-4] for path in tmp_path.rglob("best.safetensors")} == {"hops"}


def test_a_training_in_the_middle_is_not_begun_anew(small, tmp_path, never, monkeypatch):
    performed(small, tmp_path, after(2))
    from poselift.training import loop

    seen = []
    train = loop.train
    monkeypatch.setattr(
        loop, "train", lambda *args, **options: seen.append(options["resume"]) or train(*args, **options)
    )
    performed(small, tmp_path, never)
    assert seen == [True, False]
    assert running.RunFolder(next(tmp_path.rglob("seed-0"))).final.exists()
