"""`poselift export` puts a checkpoint and what is known about it into one file."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
import typer
from typer.testing import CliRunner

from poselift.cli.export import export
from poselift.data.store import DatasetStore, load_store
from poselift.errors import CheckpointError, DataFormatError, OutputError, RecipeError
from poselift.evaluation.error_scale import validation_reliability
from poselift.evaluation.stores import evaluate_store, predict_store
from poselift.lifting.lifter import Lifter
from poselift.models import create_model
from poselift.models.checkpoint import save_checkpoint

ABOUT = {"licence": "MIT", "data": {"source": "made up"}, "errors": {"val_mm": 40.0}}


@pytest.fixture
def checkpoint(tmp_path):
    model = create_model("lcn", channels=4, layers=1, normalisation="person_centred")
    save_checkpoint(tmp_path / "best.safetensors", model, name="lcn", about=ABOUT)
    return tmp_path / "best.safetensors"


def run(*arguments) -> str:
    app = typer.Typer()
    app.command("export")(export)
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_the_file_lands_beside_the_checkpoint_and_lifts(checkpoint):
    output = run(checkpoint)
    lifter = Lifter(checkpoint.with_suffix(".onnx"))
    assert "best.onnx" in output
    assert "lcn, h36m17" in output
    assert lifter.about["licence"] == "MIT"
    assert lifter.about["training_data"] == {"source": "made up"}
    assert lifter.about["errors"] == {"val_mm": 40.0}


def test_each_option_does_what_it_says(checkpoint, tmp_path):
    (tmp_path / "report.json").write_text(json.dumps({"n_frames": 9}))
    target = tmp_path / "folder" / "m.onnx"
    options = ("--precision", "float16_weights", "--errors", tmp_path / "report.json", "--licence", "CC0")
    run(checkpoint, "-o", target, *options)
    about = Lifter(target).about
    assert (about["precision"], about["licence"]) == ("float16_weights", "CC0")
    assert about["errors"] == {"val_mm": 40.0, "n_frames": 9}
    kinds = {weight.data_type for weight in onnx.load(target).graph.initializer}
    assert onnx.TensorProto.FLOAT16 in kinds
    with pytest.raises(OutputError, match="exists"):
        run(checkpoint, "-o", target)
    run(checkpoint, "-o", target, "--overwrite")
    assert Lifter(target).about["precision"] == "float32"


def test_what_is_wrong_is_named(checkpoint, tmp_path):
    for content, message in (("{", "not JSON"), ("[]", "expected a JSON object, found a list")):
        (tmp_path / "report.json").write_text(content)
        with pytest.raises(DataFormatError, match=message):
            run(checkpoint, "--errors", tmp_path / "report.json")
    with pytest.raises(DataFormatError, match="cannot be read"):
        run(checkpoint, "--errors", tmp_path / "absent.json")
    with pytest.raises(RecipeError, match="int4"):
        run(checkpoint, "--precision", "int4")
    with pytest.raises(CheckpointError, match="absent"):
        run(tmp_path / "absent.safetensors")
    assert not checkpoint.with_suffix(".onnx").exists()


def test_int8_learns_its_ranges_from_motion_capture_and_lands_where_the_lifter_looks(checkpoint, mocap_store):
    run(checkpoint)
    run(checkpoint, "--precision", "int8", "--calibrate", mocap_store)
    assert checkpoint.with_suffix(".int8.onnx").is_file()
    lifter = Lifter(checkpoint.with_suffix(".onnx"), precision="int8")
    assert lifter.about["precision"] == "int8"
    assert len(lifter.about["example_inputs"]) == 30
    with pytest.raises(RecipeError, match="calibration"):
        run(checkpoint, "--precision", "int8", "--overwrite")


def test_ranges_come_from_any_kind_of_data_that_holds_the_joints(checkpoint, recorded_store, mocap_store):
    files = [checkpoint.with_name(f"{number}.onnx") for number in range(2)]
    for path, store in zip(files, (recorded_store, mocap_store), strict=True):
        run(checkpoint, "-o", path, "--precision", "int8", "--calibrate", store)
    assert files[0].read_bytes() != files[1].read_bytes()


@pytest.fixture
def doubting(tmp_path):
    """A checkpoint that says how far off it expects joints to be."""
    model = create_model("lcn", channels=4, layers=1, normalisation="person_centred", uncertainty=True)
    save_checkpoint(tmp_path / "doubting.safetensors", model, name="lcn", about=ABOUT)
    return tmp_path / "doubting.safetensors"


@pytest.mark.parametrize("precision", ["float32", "float16_weights", "int8"])
def test_expected_errors_are_those_of_the_validation_split_as_a_detector_sees_it(doubting, mocap_store, precision):
    before, target = doubting.read_bytes(), doubting.with_suffix(".onnx")
    output = run(doubting, "-o", target, "--precision", precision, "--calibrate", mocap_store)
    scale = Lifter(target).about["about"]["error_scale"]
    assert f"validation errors are {scale:.3f} times" in output
    assert not 0.9 < scale < 1.1
    store = load_store(mocap_store)
    clips = store.clips_of(("val",))
    report = evaluate_store(predict_store(Lifter(target), store, clips), store, clips)
    assert report.figures["observed / expected error"] == pytest.approx(1, abs=2e-4)
    ratios = Lifter(target).about["about"]["error_90"]
    np.testing.assert_allclose(ratios[1:], report.reliability.ratio_90[1:], rtol=2e-3)  # the root is never off
    assert doubting.read_bytes() == before


def test_expected_errors_are_calibrated_by_recordings_too(doubting, recorded_store):
    run(doubting, "--calibrate", recorded_store)
    scale = Lifter(doubting.with_suffix(".onnx")).about["about"]["error_scale"]
    run(doubting, "--overwrite")
    lifter = Lifter(doubting.with_suffix(".onnx"))
    assert "error_scale" not in lifter.about["about"]
    assert scale == pytest.approx(validation_reliability(lifter, load_store(recorded_store)).factor, abs=1e-4)


def test_where_there_is_nothing_to_calibrate_it_is_said(checkpoint, doubting, mocap_store, tmp_path):
    with pytest.raises(RecipeError, match="float32 has no ranges to set, and the model no expected errors") as caught:
        run(checkpoint, "--calibrate", mocap_store)
    assert "model.uncertainty" in caught.value.hint
    store = load_store(mocap_store)
    train = tuple(clip for clip in store.clips if clip.split == "train")
    DatasetStore(store.skeleton, train, {"joints_world_mm": store.joints_world_mm[:90]}).save(
        tmp_path / "t.safetensors"
    )
    with pytest.raises(DataFormatError, match="no split 'val'"):
        run(doubting, "--calibrate", tmp_path / "t.safetensors")
    assert not list(tmp_path.glob("*.onnx"))
