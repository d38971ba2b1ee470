"""A run that starts from a model: at its first step it is that model, joint by joint where the joints differ."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from poselift.data.store import ClipInfo, DatasetStore
from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError, RecipeError
from poselift.models import create_model
from poselift.models.checkpoint import load_checkpoint, save_checkpoint
from poselift.runtime.network import Network
from poselift.runtime.shipped import model_file
from poselift.skeleton import BODY_21, H36M_17, Skeleton
from poselift.training.log import read_rows
from poselift.training.start import completed_model, initial_model, start_from

SMALL = {
    "lcn": {"channels": 4, "layers": 1, "max_norm": False},
    "lcn_fast": {"channels": 4, "layers": 1, "max_norm": False},
    "simple_baseline": {"linear_size": 12, "layers": 1, "max_norm": False},
    "videopose3d": {"channels": 6, "filter_widths": [3, 1]},
    "temporal_lcn": {"channels": 6, "filter_widths": [3, 1]},
}
TAKES = {"train": 0, "val": 30}
TABLE = H36M_17.as_dict()
# The 17 joints in another order, and two more.
WITH_TOES = Skeleton.from_dict(
    {
        **TABLE,
        "name": "with_toes",
        "joints": ["left_toe", *reversed(TABLE["joints"]), "right_toe"],
        "bones": [*TABLE["bones"], ["left_ankle", "left_toe"], ["right_ankle", "right_toe"]],
        "pairs": [*TABLE["pairs"], ["left_toe", "right_toe"]],
    }
)
LEGS = Skeleton.from_dict(
    {
        "name": "legs",
        "root": ["left_hip", "right_hip"],
        "joints": [f"{side}_{name}" for name in ("hip", "knee", "ankle") for side in ("left", "right")],
        "bones": [["left_hip", "left_knee"], ["left_knee", "left_ankle"], ["right_hip", "right_knee"]],
        "pairs": [[f"left_{name}", f"right_{name}"] for name in ("hip", "knee", "ankle")],
    }
)


@torch.no_grad()
def predicted(model, seen):
    return model(seen)


@pytest.fixture
def trained(tmp_path, settled):
    """The path of a small trained model, by the settings of the small recipe."""
    path = tmp_path / "trained.safetensors"
    model = create_model("lcn", channels=4, layers=1, in_channels=3, dropout=0.2, normalisation="person_centred")
    save_checkpoint(path, settled(model), name="lcn", about={})
    return path


@pytest.mark.parametrize("form", ["safetensors", "onnx"])
def test_the_first_row_is_the_model_and_nothing_worse_is_chosen(run, trained, form):
    model, _ = load_checkpoint(trained)
    init = trained.with_suffix(f".{form}")
    if form == "onnx":
        export_onnx(model, {}, init)
    folder, rows = run(init=str(init), model={}, optim={"lr": 1e-9, "ema_decay": 0.9})
    seen = torch.randn(5, 17, 3)
    for name in ("best", "final"):
        started, _ = load_checkpoint(folder / f"{name}.safetensors")
        torch.testing.assert_close(predicted(started, seen), predicted(model, seen), rtol=1e-3, atol=1e-3)
    assert [row.step for row in rows if row.val_mpjpe_mm is not None] == [0, 4, 8, 12]
    assert rows[0].loss == rows[0].val_loss
    assert min(row.val_mpjpe_mm for row in rows if row.val_mpjpe_mm) == pytest.approx(
        load_checkpoint(folder / "best.safetensors")[1].about["val_mpjpe_mm"]
    )


def test_a_run_from_the_default_model_begins_with_its_predictions(run, standing, tmp_path):
    poses = np.random.default_rng(0).normal(standing(BODY_21), 20, size=(60, 21, 3)).astype(np.float32)
    clips = [ClipInfo(split, "somebody", "stand", start, 30, 30.0, split) for split, start in TAKES.items()]
    DatasetStore(BODY_21, tuple(clips), {"joints_world_mm": poses}).save(tmp_path / "feet.safetensors")
    settings = {
        "data": {"store": str(tmp_path / "feet.safetensors")},
        "train": {"steps": 1, "val_every": 100},
        "loss": {"terms": {"mpjpe": 1.0, "likelihood": 0.02}},
    }
    folder, rows = run(init="default", model={}, optim={"lr": 0.01}, **settings)
    assert rows[0].val_mpjpe_mm < rows[-1].val_mpjpe_mm, "a step this large does harm, so the best is the first"
    seen = np.random.default_rng(0).normal(size=(20, 27, 21, 3)).astype(np.float32)
    model, header = load_checkpoint(folder / "best.safetensors")
    expected_m = Network(model_file("default"), threads=1).run(seen)
    np.testing.assert_allclose(predicted(model, torch.from_numpy(seen)).numpy(), expected_m, atol=2e-5)
    assert (header.model, header.about["step"], header.about["recipe"]["init"]) == ("temporal_lcn", 0, "default")


def test_a_run_from_a_model_is_resumed_as_it_was(run, trained):
    settings = {"init": str(trained), "model": {}, "optim": {"ema_decay": 0.9}}
    whole, _ = run("whole", **settings)
    asked = iter(range(100))
    run("parts", options={"stop": lambda: next(asked) >= 4}, **settings)
    parts, _ = run("parts", options={"resume": True}, **settings)
    models = [load_checkpoint(folder / "final.safetensors")[0].state_dict() for folder in (whole, parts)]
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])
    assert [row["step"] for row in read_rows(parts / "metrics.csv")] == [
        row["step"] for row in read_rows(whole / "metrics.csv")
    ]


@torch.no_grad()
@pytest.mark.parametrize("name", SMALL)
def test_with_more_joints_in_another_order_the_old_ones_are_lifted_as_before(settled, caplog, name):
    before = settled(create_model(name, **SMALL[name]))
    after = create_model(name, skeleton=WITH_TOES.as_dict(), uncertainty=True, **SMALL[name]).eval()
    fresh = after(torch.ones(1, after.window.frames, 19, 2))
    start_from(after, before, "before")
    kept = WITH_TOES.indices(H36M_17.joints)
    seen = torch.randn(5, before.window.frames, 19, 2)
    torch.testing.assert_close(after(seen)[:, kept, :3], before(seen[:, :, kept]), rtol=1e-4, atol=1e-4)
    new = WITH_TOES.indices(["left_toe", "right_toe"])
    assert (after(seen)[:, new] != 0).all()
    assert not torch.equal(after(torch.ones(1, after.window.frames, 19, 2))[:, new], fresh[:, kept[:2]])
    assert [r.getMessage() for r in caplog.records] == ["17 of 19 joints start from before; new: left_toe, right_toe"]


@torch.no_grad()
def test_with_fewer_joints_what_they_told_each_other_stays(settled):
    before = settled(create_model("lcn", **SMALL["lcn"]))
    after = create_model("lcn", skeleton=LEGS.as_dict(), **SMALL["lcn"]).eval()
    start_from(after, before, "before")
    knee, ankle = (slice(4 * i, 4 * i + 4) for i in H36M_17.indices(["left_knee", "left_ankle"]))
    ours = [slice(4 * i, 4 * i + 4) for i in LEGS.indices(["left_knee", "left_ankle"])]
    weights = [model.blocks[0].first.linear.weight for model in (before, after)]
    torch.testing.assert_close(weights[1][ours[0], ours[1]], weights[0][knee, ankle])


def test_a_network_of_the_same_settings_may_be_the_other(settled, trained):
    before, _ = load_checkpoint(trained)
    after = create_model("lcn_fast", **before.config.as_dict()).eval()
    start_from(after, before, "before")
    seen = torch.randn(5, 17, 3)
    torch.testing.assert_close(after(seen), before(seen), rtol=1e-4, atol=1e-4)
    assert completed_model(str(trained), "lcn_fast")["name"] == "lcn_fast"


def test_settings_come_from_the_model_unless_the_recipe_has_others(make_recipe, trained):
    recipe = make_recipe(init=str(trained), model={"dropout": 0.4})
    assert (recipe.model.name, recipe.model.config["channels"], recipe.model.config["dropout"]) == ("lcn", 4, 0.4)
    default = completed_model("default", {})
    assert (default["name"], default["skeleton"], default["hops"]) == ("temporal_lcn", "body21", 3)
    assert completed_model(str(trained), {"skeleton": WITH_TOES.as_dict()})["skeleton"] == WITH_TOES.as_dict()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"channels": 8}, "model.channels: init .* was trained with 4, got 8"),
        ({"normalisation": "image_frame"}, "model.normalisation: .* 'person_centred', got 'image_frame'"),
        ({"in_channels": 2}, "model.in_channels: .* 3, got 2"),
        ({"name": "simple_baseline"}, "model.name: init .* is a lcn, got 'simple_baseline'"),
        ({"chanels": 4}, "there is no setting model.chanels"),
    ],
)
def test_settings_that_contradict_the_model_are_refused(make_recipe, trained, model, message):
    with pytest.raises(RecipeError, match=message) as caught:
        make_recipe(init=str(trained), model=model)
    assert "\n" not in str(caught.value)


def test_a_model_to_start_from_that_is_not_there_is_refused(make_recipe, tmp_path):
    with pytest.raises(RecipeError, match="defaul: no such model") as caught:
        make_recipe(init="defaul")
    assert "'default'" in caught.value.hint
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    with pytest.raises(RecipeError, match=r"x\.safetensors: cannot be read"):
        make_recipe(init=str(tmp_path / "x.safetensors"))


def test_joints_of_other_names_are_refused(settled, own_skeleton_file):
    before = create_model("lcn", **SMALL["lcn"])
    with pytest.raises(CheckpointError, match="none of the joints of puppe has the name") as caught:
        start_from(create_model("lcn", skeleton=own_skeleton_file, **SMALL["lcn"]), before, "default")
    assert "left_ankle" in caught.value.hint


def test_a_network_that_knows_no_joints_starts_only_from_its_own(settled, monkeypatch):
    before = settled(create_model("simple_baseline", **SMALL["simple_baseline"]))
    monkeypatch.setattr(type(before), "joint_axes", lambda self: {})
    same = create_model("simple_baseline", **SMALL["simple_baseline"])
    start_from(same, before, "before")
    assert torch.equal(same.output.weight, before.output.weight)
    with pytest.raises(CheckpointError, match="does not say which weights belong to which joints"):
        start_from(create_model("simple_baseline", skeleton=LEGS.as_dict(), **SMALL["simple_baseline"]), before, "b")


def test_the_model_that_is_read_is_in_evaluation(trained):
    assert not initial_model(str(trained)).training
    assert not initial_model("default").training


def test_a_dataset_without_some_joints_is_learned_in_its_own(tmp_path):
    poses = {"joints_world_mm": np.zeros((3, 17, 3), dtype=np.float32)}
    clips = (ClipInfo("a", "somebody", "walk", 0, 3, 30.0, "train"),)
    DatasetStore(H36M_17, clips, poses).save(tmp_path / "mine.safetensors")
    completed = partial(completed_model, "default", dataset=str(tmp_path / "mine.safetensors"))
    assert completed({})["skeleton"] == "h36m17"
    assert completed({"skeleton": "body21"})["skeleton"] == "body21"
    feet = {"joints_world_mm": np.zeros((3, 21, 3), dtype=np.float32)}
    DatasetStore(BODY_21, clips, feet).save(tmp_path / "mine.safetensors", overwrite=True)
    assert completed({})["skeleton"] == "body21"
    assert completed_model("default", {}, str(tmp_path / "gone.safetensors"))["skeleton"] == "body21"
