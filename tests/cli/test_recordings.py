"""`poselift predict`, `evaluate` and `compare` on recordings: what their options change, and what they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from poselift.cli.main import app  # noqa: E402
from poselift.data.predictions import load_predictions  # noqa: E402
from poselift.data.store import load_store  # noqa: E402
from poselift.errors import CheckpointError, DataFormatError, OutputError, RecipeError, SkeletonError  # noqa: E402
from poselift.models import create_model  # noqa: E402
from poselift.models.checkpoint import save_checkpoint  # noqa: E402


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Small networks of either normalisation, two of the image frame."""
    folder = tmp_path_factory.mktemp("models")
    configs = {
        "image": {"in_channels": 3},
        "other": {"in_channels": 3, "hops": 1},
        "centred": {"in_channels": 3, "normalisation": "person_centred", "add_input": False},
        "coco": {"skeleton": "coco17"},
    }
    for seed, (name, config) in enumerate(configs.items()):
        torch.manual_seed(seed)
        model = create_model("lcn", channels=4, layers=1, **config).eval()
        save_checkpoint(folder / f"{name}.safetensors", model, name="lcn", about={})
    return folder


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def command(*words):
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)

    return command


@pytest.fixture
def predicted(run, models, recorded_store):
    """The predictions of `image.safetensors` with some options."""

    def predict(name, *options):
        assert run("predict", models / "image.safetensors", recorded_store, "-o", name, *options).exit_code == 0
        return load_predictions(Path(name))

    return predict


def report_of(run, model, store, *options, name="report.json"):
    assert run("evaluate", model, store, "-o", name, "--overwrite", *options).exit_code == 0
    with open(name) as file:
        return json.load(file)


def test_every_option_changes_the_predictions(predicted, run):
    base = predicted("base.npz")
    assert len(base.joints) == 120
    for number, options in enumerate((["--detections", "sh_ft"], ["--no-flip"], ["--split", "val"])):
        assert not np.array_equal(predicted(f"{number}.npz", *options).joints, base.joints)
    assert len(predicted("two.npz", "--split", "val", "--split", "test").joints) == 240


def test_measuring_predictions_is_measuring_the_model(predicted, run, models, recorded_store):
    predicted("p.npz", "--detections", "sh_ft")
    ours = report_of(run, "p.npz", recorded_store)
    model = report_of(run, models / "image.safetensors", recorded_store, "--detections", "sh_ft")
    assert ours["results"]["lcn"]["mean_mm"] == pytest.approx(model["results"]["lcn"]["mean_mm"], rel=1e-6)
    assert list(ours["results"]) == [
        "lcn",
        "root_relative",
        "procrustes",
        "procrustes_mirror",
        "scale_normalised",
        "velocity",
        "acceleration",
    ]
    assert set(ours["group_frames"]) == {"action", "subject"}
    assert len(ours["missing"]["action"]) == 13


def test_a_missing_action_is_named_and_not_nan(run, models, recorded_store):
    result = run("evaluate", models / "image.safetensors", recorded_store)
    assert "no frames of action Discussion, Eating" in result.stderr
    assert "nan" not in result.stdout


def test_a_person_centred_model_has_no_absolute_place(run, models, recorded_store):
    report = report_of(run, models / "centred.safetensors", recorded_store)
    assert "lcn" not in report["results"]
    assert report["results"]["root_relative"]["mean_mm"] > 0


def test_faulty_takes_are_left_out_on_demand(run, models, recorded_store, tmp_path):
    store = load_store(recorded_store)
    from dataclasses import replace

    faulty = [replace(c, tags=("faulty",)) if (c.subject, c.action) == ("S9", "Walking") else c for c in store.clips]
    replace(store, clips=tuple(faulty)).save(tmp_path / "faulty.safetensors")
    model = models / "image.safetensors"
    assert report_of(run, model, tmp_path / "faulty.safetensors")["n_frames"] == 120
    assert report_of(run, model, tmp_path / "faulty.safetensors", "--without-faulty")["n_frames"] == 60


def test_a_report_comes_in_every_format(run, models, recorded_store):
    for name in ("r.csv", "r.tex", "r.png", "r.svg"):
        assert run("evaluate", models / "image.safetensors", recorded_store, "-o", name).exit_code == 0
    with open("r.csv", newline="") as file:
        assert {row["kind"] for row in csv.DictReader(file)} == {"all", "joint", "action", "subject"}
    with open("r.tex") as file:
        assert "\\toprule" in file.read()
    with open("r.png", "rb") as file:
        assert file.read(4) == b"\x89PNG"


def test_runs_stand_side_by_side(predicted, run, models, recorded_store):
    predicted("p.npz", "--no-flip")
    shown = {}
    for by in ("action", "subject", "joint"):
        words = ("compare", recorded_store, "p.npz", models / "other.safetensors", "--by", by, "--protocol", "lcn")
        assert run(*words, "-o", f"{by}.json").exit_code == 0
        with open(f"{by}.json") as file:
            shown[by] = json.load(file)
    assert len(shown["joint"]["runs"]["p"]["errors_mm"]) == 17
    subjects = shown["subject"]["runs"]["p"]["errors_mm"]
    assert subjects["S9"] > 0
    assert subjects["S11"] is None
    single = report_of(run, models / "other.safetensors", recorded_store)["results"]["lcn"]
    assert shown["joint"]["runs"]["other"]["average_mm"] == pytest.approx(single["mean_mm"])
    for name in ("c.csv", "c.tex", "c.png"):
        assert run("compare", recorded_store, "p.npz", models / "other.safetensors", "-o", name).exit_code == 0


def test_what_runs_differ_in_is_said(predicted, run, models, recorded_store):
    predicted("p.npz", "--no-flip")
    ended = run("compare", recorded_store, "p.npz", models / "other.safetensors", "--detections", "sh_ft")
    assert ended.stderr.splitlines() == [
        "the runs differ in detections: p gt, other sh_ft",
        "the runs differ in flip: p False, other True",
    ]
    again = run("compare", recorded_store, "p.npz", models / "other.safetensors", "--no-flip")
    assert again.stderr == ""


def test_a_subject_without_frames_is_named(predicted, run, recorded_store):
    predicted("p.npz")
    assert "no frames of subject S11" in run("evaluate", "p.npz", recorded_store).stderr


def test_a_model_in_bytes_learns_its_ranges_from_recordings(run, models, recorded_store, mocap_store):
    export = ("export", models / "image.safetensors", "-o")
    in_bytes = (*export, "m.int8.onnx", "--precision", "int8", "--calibrate")
    assert run(*export, "views.int8.onnx", "--precision", "int8", "--calibrate", mocap_store).exit_code == 0
    with pytest.raises(SkeletonError, match="the recordings are of skeleton h36m17, the model is of coco17"):
        run("export", models / "coco.safetensors", "--precision", "int8", "--calibrate", recorded_store)
    assert run(*export, "m.onnx").exit_code == 0
    assert run(*in_bytes, recorded_store).exit_code == 0
    joints = {}
    for precision in ("float32", "int8"):
        asked = ("predict", "m.onnx", recorded_store, "-o", f"{precision}.npz", "--precision", precision)
        assert run(*asked).exit_code == 0
        joints[precision] = load_predictions(Path(f"{precision}.npz")).joints
    moved = np.abs(joints["int8"] - joints["float32"]).mean()
    assert 0 < moved < 0.05 * joints["float32"].std()


def test_what_does_not_fit_is_refused(predicted, run, models, recorded_store, mocap_store):
    image = models / "image.safetensors"
    predicted("p.npz")
    evaluate = ("evaluate", image, recorded_store)
    made = ("evaluate", "p.npz", recorded_store)
    to = ("-o", "x.npz")
    refused = [
        (DataFormatError, "the predictions are not of these clips: clip 0 is s_08", (*made, "--split", "val")),
        (RecipeError, "--flip has no effect", (*made, "--flip")),
        (RecipeError, "--device has no effect", (*made, "--device", "cpu")),
        (RecipeError, "expected one of cpu, cuda, auto, got 'tpu'", (*evaluate, "--device", "tpu")),
        (RecipeError, "got 'tpu'", ("predict", image, recorded_store, *to, "--device", "tpu")),
        (OutputError, "expected a name that ends in", (*made, "-o", "r.txt")),
        (RecipeError, "--views has no effect on recordings", (*evaluate, "--views", "2")),
        (RecipeError, "--masked has no effect on recordings", (*evaluate, "--masked", "2")),
        (DataFormatError, "no 2D joints 'cpn'", (*evaluate, "--detections", "cpn")),
        (RecipeError, "--detections has no effect on motion", ("evaluate", image, mocap_store, "--detections", "gt")),
        (DataFormatError, "no joints_cam_mm", ("predict", image, mocap_store, "--split", "val", *to)),
        (SkeletonError, "recordings are of skeleton", ("predict", models / "coco.safetensors", recorded_store, *to)),
        (CheckpointError, "model for precision int8", ("predict", image, recorded_store, *to, "--precision", "int8")),
        (CheckpointError, "model for precision auto", ("predict", image, recorded_store, *to, "--precision", "auto")),
        (CheckpointError, "expected a model", ("predict", "p.npz", recorded_store, *to)),
        (OutputError, "p.npz: exists", ("predict", image, recorded_store, "-o", "p.npz")),
        (RecipeError, "unknown protocol 'lcm'", ("compare", recorded_store, "p.npz", "--protocol", "lcm")),
        (RecipeError, "the same run comes twice", ("compare", recorded_store, "p.npz", "p.npz")),
    ]
    for error, message, words in refused:
        with pytest.raises(error, match=message):
            run(*words)
