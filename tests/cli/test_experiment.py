"""`poselift experiment`."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w

RECIPE = {
    "data": {"store": "nowhere.safetensors", "val_poses": 16},
    "model": {"name": "lcn", "channels": 4, "layers": 1, "in_channels": 3, "normalisation": "person_centred"},
    "train": {"steps": 40, "batch_size": 8, "log_every": 2, "val_every": 20},
}
HOPS = {
    "title": "Hops",
    "question": "How many?",
    "base": "training/base.toml",
    "grid": {"setting": "model.hops", "values": [1, 3]},
    "seeds": [0],
    "plot": {"x": "grid"},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where experiments are looked for."""
    place = tmp_path / "recipes" / "experiments"
    (place / "training").mkdir(parents=True)
    (place / "training" / "base.toml").write_text(tomli_w.dumps(RECIPE))
    (place / "hops.toml").write_text(tomli_w.dumps(HOPS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_a_name_to_a_table_and_a_plot(poselift, folder, recorded_store):
    asked = ("experiment", "hops", "--store", recorded_store, "--steps", 4, "--jobs", 1)
    ended = poselift(*asked)
    assert ended.code == 0, ended.err
    assert "2/2  hops/hops 3/seed-0  done" in ended.out
    assert "| hops 3 |" in Path("docs/experiments/hops.md").read_text()
    assert Path("docs/experiments/hops.svg").exists()
    assert (Path("runs/experiments/hops/hops 1/seed-0/result.json")).exists()
    again = poselift(*asked)
    assert again.code == 0
    assert "2 results of 1 experiments, 0 networks to train or to measure" in again.out
    other = poselift(*asked, "--set", "model.channels=2")
    assert (other.code, len(other.err)) == (2, 2)
    assert "was made with model.channels = 4, the experiment has 2" in other.err[0]


def test_all_of_them_and_what_there_is(poselift, folder, recorded_store):
    assert poselift("experiment", "--list").out == ["hops            Hops"]
    ended = poselift("experiment", "--all", "--store", recorded_store, "--steps", 2, "--jobs", 1, "-o", "out")
    assert ended.code == 0
    assert Path("out/hops.md").exists()


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ((), "no experiment given", "--list"),
        (("hop",), "unknown experiment 'hop'", "did you mean 'hops'?"),
        (("hops", "--set", "model.chanels=3"), "there is no setting model.chanels", "did you mean model.channels?"),
        (("hops", "--store", "nothing.safetensors"), "nothing.safetensors: cannot be read", ""),
    ],
)
def test_what_is_wrong_is_told_in_one_line(poselift, folder, words, message, hint):
    ended = poselift("experiment", *words)
    assert ended.code == 2
    assert message in ended.err[0]
    assert hint in "".join(ended.err[1:])
    assert not Path("runs").exists()


def test_a_failure_is_named_at_the_end_and_the_others_are_done(poselift, folder, recorded_store):
    failing = {"title": "A", "question": "B", "base": "training/base.toml", "seeds": [0]}
    failing["variants"] = {"blown up": {"optim.lr": 1e30}, "good": {}}
    (folder / "failing.toml").write_text(tomli_w.dumps(failing | {"base": "recipes/experiments/training/base.toml"}))
    ended = poselift("experiment", "failing.toml", "--store", recorded_store, "--steps", 4, "--jobs", 1)
    assert ended.code == 2
    assert ended.err[0].startswith("failing/blown up/seed-0: ")
    assert ended.err[-2] == "error: 1 of 2 networks failed, named above"
    assert "| good |" in Path("docs/experiments/failing.md").read_text()
