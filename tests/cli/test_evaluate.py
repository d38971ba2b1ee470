"""`poselift evaluate`: what its options change, and that the same command gives the same numbers."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from poselift.cli.evaluate import evaluate  # noqa: E402
from poselift.data.store import DatasetStore, load_store  # noqa: E402
from poselift.deploy.onnx import export_onnx  # noqa: E402
from poselift.errors import DataFormatError, OutputError, PoseliftError, SkeletonError  # noqa: E402
from poselift.evaluation.views import VirtualCameras, seen_clips  # noqa: E402
from poselift.metrics import DEFAULT_PROTOCOLS  # noqa: E402
from poselift.metrics import evaluate as measured  # noqa: E402
from poselift.models import create_model  # noqa: E402
from poselift.models.checkpoint import save_checkpoint  # noqa: E402
from poselift.skeleton import H36M_17, write_skeleton  # noqa: E402

app = typer.Typer()
app.command()(evaluate)


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, Path]:
    """The same network as a checkpoint and as an exported model."""
    torch.manual_seed(0)
    network = create_model("lcn", channels=8, layers=1, in_channels=3, normalisation="person_centred").eval()
    folder = tmp_path_factory.mktemp("models")
    paths = {suffix: folder / f"model.{suffix}" for suffix in ("safetensors", "onnx")}
    save_checkpoint(paths["safetensors"], network, name="lcn", about={})
    export_onnx(network, {}, paths["onnx"])
    return paths


@pytest.fixture
def report(models, mocap_store, tmp_path):
    """Run the command and read its JSON."""

    def run(*options: str, model: str = "onnx") -> dict:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        arguments = [str(models[model]), str(mocap_store), "--split", "train", "-o", str(path), *options]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0
        return json.loads(path.read_text())

    return run


def _mean(report: dict) -> float:
    return report["results"]["procrustes"]["mean_mm"]


def test_the_report_holds_every_protocol_action_and_where_it_came_from(report):
    read = report()
    assert tuple(read["results"]) == DEFAULT_PROTOCOLS
    assert read["group_frames"] == {"action": {"walk": 4 * 80, "jump": 4 * 10}}
    assert read["about"]["split"] == "train"
    assert (read["about"]["views"], read["about"]["seed"], read["about"]["noise"]) == (4, 0, "detector")


def test_the_same_command_gives_the_same_numbers(report):
    assert report()["results"] == report()["results"]


def test_a_checkpoint_and_its_export_have_the_same_errors(report):
    assert _mean(report(model="safetensors")) == pytest.approx(_mean(report()), abs=1e-3)


@pytest.mark.parametrize("option", [("--views", "2"), ("--seed", "1"), ("--noise", "none"), ("--split", "val")])
def test_each_option_changes_the_result(report, option):
    assert _mean(report(*option)) != _mean(report())


def test_single_frames_are_measured_over_time_if_asked(report):
    frames, clips, smooth = report(), report("--over-time"), report("--over-time", "--cutoff-hz", "1")
    assert "velocity" not in frames["results"]
    assert frames["figures"] == {}
    assert clips["n_frames"] == smooth["n_frames"] == frames["n_frames"]
    assert clips["results"]["acceleration"]["n_frames"] == 4 * (78 + 8)
    moved = [read["figures"]["acceleration predicted, mm/s²"] for read in (clips, smooth)]
    assert moved[1] < moved[0] / 2


def test_what_masked_joints_cost_is_reported(report):
    read = report("--noise", "none", "--masked", "3")
    assert read["about"]["masked"] == 3
    assert read["masking"]["masked"]["n_errors"] == 4 * 90 * 3
    assert read["masking"]["visible"]["n_errors"] == 4 * 90 * 14
    unmasked = report("--noise", "none")
    assert unmasked["masking"] is None
    total = sum(read["masking"][which]["unmasked_mm"] * n for which, n in (("visible", 14), ("masked", 3)))
    assert total / 17 == pytest.approx(unmasked["results"]["root_relative"]["mean_mm"])
    assert report("--noise", "none", "--masked", "3", "--seed", "1")["masking"] != read["masking"]


@pytest.mark.parametrize("count", ["17", "-1"])
def test_all_joints_or_fewer_than_none_are_not_masked(models, mocap_store, count):
    error = _error([str(models["onnx"]), str(mocap_store), "--split", "val", "--masked", count])
    assert f"expected 1 to 13 joints, got {count}" in str(error)


def test_the_joints_that_are_measured_may_be_those_of_another_skeleton(report, tmp_path):
    path = tmp_path / "mine.toml"
    mine = replace(H36M_17, name="mine", extra_edges=())
    write_skeleton(mine, path)
    read = report("--joints", str(path))
    assert read["about"]["joints"] == "mine"
    assert _mean(read) == _mean(report())
    with pytest.raises(SkeletonError, match="nothing in them stands for left_toe"):
        report("--joints", "body21")


def test_what_a_model_expects_is_compared_with_what_comes(mocap_store, tmp_path):
    torch.manual_seed(0)
    config = {"channels": 8, "layers": 1, "normalisation": "person_centred", "uncertainty": True}
    export_onnx(create_model("lcn", **config).eval(), {}, tmp_path / "sure.onnx")
    written = ["-o", str(tmp_path / "report.json"), "--reliability", str(tmp_path / "plot.svg")]
    arguments = [str(tmp_path / "sure.onnx"), str(mocap_store), "--split", "val", *written]
    CliRunner().invoke(app, arguments, catch_exceptions=False)
    read = json.loads((tmp_path / "report.json").read_text())
    assert read["reliability"]["n_errors"] == 4 * 30 * 16
    assert read["figures"]["observed / expected error"] == pytest.approx(read["reliability"]["factor"])
    assert "<svg" in (tmp_path / "plot.svg").read_text()


def test_nothing_is_drawn_of_a_model_that_expects_nothing(models, mocap_store, tmp_path):
    arguments = [str(models["onnx"]), str(mocap_store), "--split", "val", "--reliability", str(tmp_path / "p.png")]
    assert "model.uncertainty" in _error(arguments).hint


def test_more_views_keep_the_first_ones(mocap_store):
    store = load_store(mocap_store)
    clips = store.clips_of(("val",))
    seen = [seen_clips(store, clips, H36M_17, VirtualCameras(views=views)) for views in (1, 2)]
    few, more = (one.views.joints_plane for one in seen)
    np.testing.assert_array_equal(more[: len(few)], few)
    assert len(more) == 2 * len(few)


def test_predictions_are_what_was_measured(report, tmp_path):
    path = tmp_path / "predictions.npz"
    read = report("--predictions", str(path))
    with np.load(path) as file:
        arrays = dict(file)
    again = measured(arrays["predicted_root_mm"], arrays["joints_cam_mm"], H36M_17)
    assert again.results["procrustes"].mean_mm == pytest.approx(_mean(read))
    assert arrays["joints_plane"].shape == (360, 17, 2)
    assert arrays["confidence"].shape == (360, 17)


def test_a_table_is_printed_and_csv_written(models, mocap_store, tmp_path):
    path = tmp_path / "report.csv"
    arguments = [str(models["onnx"]), str(mocap_store), "--split", "val", "-o", str(path)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "PA-MPJPE" in result.stdout
    with open(path, newline="") as file:
        assert {row["kind"] for row in csv.DictReader(file)} == {"all", "joint", "action"}


def _error(arguments: list[str]) -> PoseliftError:
    with pytest.raises(PoseliftError) as caught:
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert caught.value.hint
    return caught.value


def test_files_are_kept_unless_told_otherwise(models, mocap_store, tmp_path):
    path = tmp_path / "report.json"
    path.write_text("mine")
    arguments = [str(models["onnx"]), str(mocap_store), "--split", "val", "-o", str(path)]
    assert isinstance(_error(arguments), OutputError)
    assert path.read_text() == "mine"
    CliRunner().invoke(app, [*arguments, "--overwrite"], catch_exceptions=False)
    assert json.loads(path.read_text())["skeleton"] == "h36m17"


def test_what_says_nothing_of_frames_of_a_camera_each_is_refused(models, mocap_store):
    assert "--over-time" in _error([str(models["onnx"]), str(mocap_store), "--split", "val", "--cutoff-hz", "3"]).hint


@pytest.mark.parametrize("option", ["-o", "--predictions"])
def test_a_name_of_no_known_format_is_refused_before_the_work(models, option):
    error = _error([str(models["onnx"]), "no_such_dataset", option, "report.txt"])
    assert "report.txt: expected a name that ends in" in str(error)


def test_an_unknown_split_is_refused(models, mocap_store):
    error = _error([str(models["onnx"]), str(mocap_store), "--split", "dreams"])
    assert "'dreams'" in str(error)
    assert "train" in error.hint


def test_poses_that_are_not_finite_are_left_out_and_counted(mocap_store):
    store = load_store(mocap_store)
    joints = np.array(store.joints_world_mm)
    joints[[2, 5, 85], 3, 1] = np.nan
    spoilt = DatasetStore(store.skeleton, store.clips, {"joints_world_mm": joints})
    seen = seen_clips(spoilt, store.clips_of(("train",)), H36M_17, VirtualCameras(views=2))
    assert seen.left_out == 3
    assert len(seen.actions) == len(seen.views.joints_plane) == 2 * (90 - 3)
    nothing = DatasetStore(store.skeleton, store.clips, {"joints_world_mm": np.full_like(joints, np.nan)})
    with pytest.raises(DataFormatError, match="no finite pose"):
        seen_clips(nothing, store.clips_of(("train",)), H36M_17, VirtualCameras(views=1))
