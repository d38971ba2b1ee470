"""`poselift export` puts a checkpoint and what is known about it into one file."""

from __future__ import annotations

import json

import onnx
import pytest
import typer
from typer.testing import CliRunner

from poselift.cli.export import export
from poselift.errors import CheckpointError, DataFormatError, OutputError, RecipeError
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
