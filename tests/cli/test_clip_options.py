"""`--only` and `--without`: alike in every command that reads recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from poselift.cli.main import app  # noqa: E402
from poselift.data.predictions import load_predictions  # noqa: E402
from poselift.errors import DataFormatError, RecipeError  # noqa: E402
from poselift.models import create_model  # noqa: E402
from poselift.models.checkpoint import save_checkpoint  # noqa: E402


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    save_checkpoint(tmp_path / "m.safetensors", create_model("lcn", channels=4, layers=1), name="lcn", about={})

    def command(*words):
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)

    return command


def test_evaluation_counts_the_chosen_clips_alone_and_says_so(run, recorded_store):
    found = {}
    for name, options in {"all": (), "one": ("--only", "camera:55011271", "--without", "action:Walking")}.items():
        assert run("evaluate", "m.safetensors", recorded_store, "-o", f"{name}.json", *options).exit_code == 0
        found[name] = json.loads(Path(f"{name}.json").read_text())
    assert found["one"]["about"]["only"] == "camera:55011271"
    assert found["one"]["about"]["without"] == "action:Walking"
    assert "only" not in found["all"]["about"]
    assert found["one"] != found["all"]


def test_predictions_and_comparisons_are_of_the_same_clips(run, recorded_store):
    options = ("--only", "camera:55011271")
    assert run("predict", "m.safetensors", recorded_store, "-o", "p.npz", *options).exit_code == 0
    assert len(load_predictions(Path("p.npz")).joints) == 60
    assert run("compare", recorded_store, "p.npz", *options).exit_code == 0
    assert run("evaluate", "p.npz", recorded_store, *options).exit_code == 0
    with pytest.raises(DataFormatError, match="the predictions are not of these clips"):
        run("compare", recorded_store, "p.npz")


def test_motion_capture_is_chosen_by_subject_too(run, mocap_store):
    with pytest.raises(RecipeError, match="'camera:4': the data set has no such camera"):
        run("evaluate", "m.safetensors", mocap_store, "--split", "train", "--only", "camera:4")


def test_a_split_without_any_of_them_is_refused(run, recorded_store):
    with pytest.raises(DataFormatError, match="no clip of split test is left"):
        run("evaluate", "m.safetensors", recorded_store, "--only", "subject:S1")
