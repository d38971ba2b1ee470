"""Training on recordings: the second kind of data, and what only it knows."""

from __future__ import annotations

import csv
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from poselift.data.converted import converted_recordings
from poselift.data.store import load_store
from poselift.errors import DataFormatError, RecipeError
from poselift.models.checkpoint import load_checkpoint
from poselift.skeleton import COCO_17, H36M_17, adjacency
from poselift.training.data import planned_steps
from poselift.training.log import read_rows
from poselift.training.loop import train
from poselift.training.recipe_file import load_recipe, recipe_from

RECIPES = Path(__file__).parents[2] / "recipes"
BASE = {
    "data": {"select_on": "test", "val_poses": 0},
    "model": {"name": "lcn", "channels": 4, "layers": 1, "dropout": 0.2},
    "optim": {"epsilon": 1e-4},
    "train": {"steps": 8, "batch_size": 20, "threads": 1, "log_every": 3, "val_every": 4},
}


@pytest.fixture
def run(recorded_store, tmp_path):
    """Train on recordings in a folder of `tmp_path`; returns the folder and the result."""

    def trained(name="run", **sections):
        merged = {part: {**BASE[part], **sections.get(part, {})} for part in BASE}
        merged["data"]["store"] = str(recorded_store)
        return tmp_path / name, train(recipe_from(merged), tmp_path / name, device="cpu")

    return trained


def weights(folder):
    return {name: tensor.tolist() for name, tensor in load_file(folder / "final.safetensors").items()}


@pytest.mark.parametrize(
    "changed",
    [
        {"data": {"detections": "sh_ft"}},
        {"data": {"flip": True}},
        {"data": {"train": ["train", "val"]}},
        {"data": {"stride": 2}},
        {"data": {"only": ["camera:54138969"]}},
        {"data": {"without": "action:Walking"}},
        {"model": {"in_channels": 3}},
        {"model": {"dropout": 0.0}},
        {"model": {"hops": 1}},
        {"model": {"graph": "random"}},
        {"model": {"graph": "bones"}},
        {"model": {"neighbourhood": "laplacian"}},
        {"model": {"mask": "learnable"}},
        {"model": {"share": "symmetric"}},
        {"model": {"max_norm": False}},
        {"model": {"batch_norm": False}},
        {"model": {"residual": False}},
        {"model": {"layers": 2}},
        {"optim": {"l2": 0.01}},
        {"optim": {"schedule": {"kind": "exponential", "rate": 0.5, "steps": 2}}},
        {"optim": {"schedule": {"kind": "piecewise", "boundaries": [3], "factors": [0.5]}}},
    ],
    ids=str,
)
def test_every_setting_changes_the_weights(run, changed):
    assert weights(run("base")[0]) != weights(run("changed", **changed)[0])


def test_epochs_count_poses_and_their_mirror_images(run, recorded_store):
    folder, result = run(train={"steps": 0, "epochs": 2.5, "val_every": 0})
    assert result.steps == 15  # 120 poses, 20 in a batch
    with (folder / "metrics.csv").open() as file:
        validated = [int(row["step"]) for row in csv.DictReader(file) if row["val_loss"]]
    assert validated == [6, 12, 15]
    assert run("flip", train={"steps": 0, "epochs": 2.5, "val_every": 0}, data={"flip": True})[1].steps == 30
    with pytest.raises(RecipeError, match="less than one batch"):
        run("short", train={"steps": 0, "epochs": 0.1})


def test_the_best_weights_are_those_of_the_lowest_loss_or_the_lowest_error(run):
    by_error, by_loss = run("error")[1], run("loss", train={"best_by": "loss"})[1]
    with (by_loss.folder / "metrics.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["val_loss"]]
    assert by_loss.best == pytest.approx(min(float(row["val_loss"]) for row in rows))
    assert by_error.best == pytest.approx(min(float(row["val_mpjpe_mm"]) for row in rows))


def test_a_laplacian_learns_its_limbs_from_the_training_set(run):
    folder, _ = run(model={"neighbourhood": "laplacian"})
    model, _ = load_checkpoint(folder / "final.safetensors")
    assert len(model.config.limb_lengths) == adjacency(H36M_17).sum() // 2
    given, _ = run("given", model={"neighbourhood": "laplacian", "limb_lengths": list(model.config.limb_lengths)})
    assert weights(given) == weights(folder)


def test_a_network_of_another_skeleton_is_refused(run):
    with pytest.raises(RecipeError, match="the recordings are of h36m17, the network is of coco17"):
        run(model={"skeleton": "coco17"})


@pytest.mark.parametrize("frames", [1, 3])
def test_recordings_of_another_skeleton_are_converted_to_the_networks(run, recorded_store, tmp_path, frames):
    """What is converted before and what is converted on the way train the same weights."""
    store = replace(load_store(recorded_store), skeleton=COCO_17)
    paths = {"coco": store, "converted": converted_recordings(store, H36M_17)}
    model = {"name": "videopose3d", "filter_widths": [frames], "channels": 8} if frames > 1 else BASE["model"]
    found = []
    for name, made in paths.items():
        made.save(tmp_path / f"{name}.safetensors")
        data = {**BASE["data"], "store": str(tmp_path / f"{name}.safetensors"), "detections": "sh_ft"}
        recipe = recipe_from({**BASE, "data": data, "model": model})
        assert train(recipe, tmp_path / name, device="cpu").finished
        found.append(weights(tmp_path / name))
    assert found[0] == found[1]


def test_clips_that_do_not_count_are_neither_trained_nor_selected_on(run, recorded_store):
    result = run(data={"only": ["camera:54138969"]}, train={"steps": 0, "epochs": 2.0, "val_every": 0})[1]
    assert result.steps == 6  # 60 poses, 20 in a batch
    with pytest.raises(DataFormatError, match="no split 'train'"):
        run("none", data={"only": ["subject:S9"]})


def test_a_network_of_a_graph_of_ones_own_learns_from_the_same_joints(run):
    """Another graph over the joints of the recordings makes another skeleton, not other arrays."""
    chain = replace(H36M_17, name="chain", bones=tuple(itertools.pairwise(H36M_17.joints)), extra_edges=())
    folder, result = run(model={"skeleton": chain.as_dict()})
    assert result.finished
    assert np.isfinite(result.best)
    assert load_checkpoint(folder / "final.safetensors")[0].skeleton == chain


@pytest.mark.parametrize("length", [{"steps": 5, "epochs": 1}, {}])
def test_a_recipe_says_once_how_long_it_trains(length):
    with pytest.raises(RecipeError, match=r"train: expected either steps or epochs above 0, got \d+ and \d+$"):
        recipe_from({**BASE, "data": {"store": "x.safetensors"}, "train": length})


@pytest.mark.parametrize("path", sorted(RECIPES.glob("lcn_h36m_*.toml")), ids=lambda path: path.stem)
def test_the_recipes_of_the_paper_are_those_of_the_original(path, recorded_store):
    recipe = load_recipe(path, [f"data.store={recorded_store}"])
    kinds = path.stem.split("_")
    assert recipe.data.detections == {"gt": "gt", "sh": "sh_ft"}[kinds[2]]
    assert recipe.data.flip == ("flip" in kinds)
    assert recipe.model.config["in_channels"] == (3 if "conf" in kinds else 2)
    from poselift.data.store import load_store

    # 120 poses of S1 and as many of S8, 200 epochs, 200 in a batch.
    assert planned_steps(recipe, load_store(recorded_store)) == (480 if recipe.data.flip else 240)


def test_a_resumed_run_ends_as_one_that_was_never_stopped(recorded_store, tmp_path):
    sections = {part: {**settings} for part, settings in BASE.items()}
    sections["data"] |= {"store": str(recorded_store), "flip": True, "detections": "sh_ft"}
    recipe = recipe_from(sections)
    train(recipe, tmp_path / "whole", device="cpu")
    steps = iter(range(100))
    stopped = train(recipe, tmp_path / "parts", device="cpu", stop=lambda: next(steps) == 4)
    assert not stopped.finished
    assert train(recipe, tmp_path / "parts", device="cpu", resume=True).finished
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")
    last = [read_rows(tmp_path / name / "metrics.csv")[-1] for name in ("parts", "whole")]
    assert last[0]["loss_ema"] == last[1]["loss_ema"]
