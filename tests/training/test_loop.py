"""The loop: resumed is uninterrupted, every setting acts, a bad step harms nothing on disk."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file

from poselift.errors import CheckpointError, DataFormatError, OutputError, RecipeError, TrainingError
from poselift.models.checkpoint import load_checkpoint
from poselift.training import loop
from poselift.training.log import read_rows

# Everything a resumed run has to carry over is in use: moments, average, dropout, schedule, both kinds of batches.
FULL = {"optim": {"ema_decay": 0.9, "clip_norm": 0.5, "warmup_steps": 3, "weight_decay": 0.01}}


def weights(folder, name="final"):
    return load_file(folder / f"{name}.safetensors")


def same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def without_rate(folder):
    return [{k: v for k, v in row.items() if k != "steps_per_s"} for row in read_rows(folder / "metrics.csv")]


def stop_after(step):
    """A `stop` that says yes after so many steps."""
    asked = iter(range(1, 10_000))
    return lambda: next(asked) >= step


@pytest.mark.parametrize("max_norm", [True, False])
def test_a_run_without_hidden_weights_is_resumed_too(run, max_norm):
    model = {"model": {"name": "lcn_fast", "channels": 32, "max_norm": max_norm}}
    whole, rows = run("whole", **model)
    cut, _ = run("cut", options={"stop": stop_after(5)}, **model)
    run("cut", options={"resume": True}, **model)
    assert same(weights(whole), weights(cut))
    assert rows[-1].loss < rows[0].loss
    network, header = load_checkpoint(whole / "final.safetensors")
    assert header.model == "lcn_fast"
    assert len(network.blocks[0].first.linear.weight) < 17 * 17 * 32


def test_a_run_of_another_optimiser_is_resumed_too(run):
    base, _ = run("base")
    sgd = {"optim": {"name": "sgd", "lr": 0.01, "clip_norm": 0.5}}
    whole, _ = run("whole", **sgd)
    run("parts", options={"stop": stop_after(5)}, **sgd)
    parts, _ = run("parts", options={"resume": True}, **sgd)
    assert any("momentum_buffer" in name for name in weights(parts, "last"))
    for name in ("final", "best", "last"):
        assert same(weights(whole, name), weights(parts, name)), name
    assert not same(weights(base), weights(whole))


@pytest.mark.parametrize("stopped_after", [1, 4, 7])
def test_a_resumed_run_is_the_uninterrupted_run(run, stopped_after):
    whole, _ = run("whole", **FULL)
    parts, _ = run("parts", options={"stop": stop_after(stopped_after)}, **FULL)
    assert not (parts / "final.safetensors").exists()
    run("parts", options={"resume": True}, **FULL)
    for name in ("final", "best", "last"):
        assert same(weights(whole, name), weights(parts, name)), name
    assert without_rate(whole) == without_rate(parts)


def test_a_run_that_was_killed_goes_on_from_its_last_state(run):
    whole, _ = run("whole", **FULL)

    def killed(row):
        if row.step == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("killed", options={"report": killed}, **FULL)
    folder, _ = run("killed", options={"resume": True}, **FULL)
    assert same(weights(whole), weights(folder))
    assert without_rate(whole) == without_rate(folder)


def test_the_same_recipe_gives_the_same_run_and_another_seed_another(run):
    first, second = (weights(run(name)[0]) for name in ("a", "b"))
    assert same(first, second)
    assert not same(first, weights(run("c", train={"seed": 1})[0]))


@pytest.mark.parametrize(
    "changed",
    [
        {"data": {"stride": 3}},
        {"data": {"balance": "actions"}},
        {"data": {"train": "val"}},
        {"augment": {"mirror": 0.0}},
        {"views": {"jitter": 0.1}},
        {"model": {"channels": 5}},
        {"optim": {"lr": 2e-3}},
        {"optim": {"schedule": {"kind": "constant"}}},
        {"optim": {"warmup_steps": 5}},
        {"optim": {"betas": [0.8, 0.99]}},
        {"optim": {"epsilon": 1e-3}},
        {"optim": {"epsilon_placement": "tensorflow"}},
        {"optim": {"weight_decay": 0.1}},
        {"optim": {"clip_norm": 0.01}},
        {"optim": {"ema_decay": 0.9}},
        {"loss": {"kind": "l1"}},
        {"loss": {"terms": {"mse": 1.0, "mpjpe": 0.5}}},
        {"loss": {"terms": {"mse": 2.0}}},
        {"loss": {"joint_weights": {"left_wrist": 3.0}}},
        {"train": {"steps": 11}},
        {"train": {"batch_size": 17}},
        {"train": {"precision": "bf16-mixed"}},
    ],
    ids=str,
)
def test_every_setting_changes_the_weights(run, changed):
    # A large epsilon, so that where it is added and how large gradients are does matter.
    base = {"optim": {"epsilon": 1e-4}}
    merged = {name: {**base.get(name, {}), **changed.get(name, {})} for name in base.keys() | changed.keys()}
    assert not same(weights(run("base", **base)[0]), weights(run("changed", **merged)[0]))


def test_what_is_written_when(run, monkeypatch):
    seen_threads = []
    validate = loop.validate
    monkeypatch.setattr(loop, "validate", lambda *a: seen_threads.append(torch.get_num_threads()) or validate(*a))
    before = torch.get_num_threads()
    folder, rows = run("run", train={"log_every": 5, "val_every": 4, "checkpoint_every": 100, "threads": 1})
    assert [row.step for row in rows] == [4, 5, 8, 10, 12]
    assert [row.step for row in rows if row.val_mpjpe_mm is not None] == [4, 8, 12]
    assert [int(row["step"]) for row in read_rows(folder / "metrics.csv")] == [4, 5, 8, 10, 12]
    assert len(list(folder.glob("events.out.tfevents.*"))) == 1
    assert seen_threads == [1, 1, 1]
    assert torch.get_num_threads() == before
    described = json.loads((folder / "run.json").read_text())
    assert described["recipe"]["train"]["log_every"] == 5


def test_the_number_of_validation_poses_and_their_split_change_the_error(run):
    errors = {
        run(f"run{i}", data=data)[1][-1].val_mpjpe_mm
        for i, data in enumerate(({}, {"val_poses": 10}, {"select_on": "train"}))
    }
    assert len(errors) == 3


def test_best_is_the_lowest_validation_error(run):
    folder, rows = run(train={"steps": 40})
    errors = {row.step: row.val_mpjpe_mm for row in rows if row.val_mpjpe_mm is not None}
    _, header = load_checkpoint(folder / "best.safetensors")
    assert header.about["step"] == min(errors, key=errors.get)
    assert header.about["val_mpjpe_mm"] == min(errors.values())


def test_the_network_learns(run):
    # A network this small needs large weights.
    free = {"max_norm": False, "add_input": False, "dropout": 0.0}
    train = {"steps": 120, "val_every": 60, "log_every": 10}
    _, rows = run(model=free, train=train, optim={"lr": 1e-2, "ema_decay": 0.9})
    assert rows[-1].loss < rows[0].loss / 4
    assert rows[-1].val_mpjpe_mm < 0.9 * rows[5].val_mpjpe_mm


def test_a_loss_that_is_not_finite_names_its_step_and_spares_what_was_saved(run, monkeypatch):
    good, _ = run("run", options={"stop": stop_after(5)})
    before = (good / "last.safetensors").read_bytes()
    calls = iter(range(6, 100))
    training_loss = loop.training_loss
    factor = {8: float("nan")}
    monkeypatch.setattr(loop, "training_loss", lambda *a: training_loss(*a) * factor.get(next(calls), 1.0))
    with pytest.raises(TrainingError, match="the loss is nan at step 8") as caught:
        run("run", options={"resume": True})
    assert "optim.lr" in caught.value.hint
    assert (good / "last.safetensors").read_bytes() == before


def test_weights_that_are_not_finite_are_not_saved(run, monkeypatch):
    def poisoned(optimizer, recipe, step, steps):
        for group in optimizer.param_groups:
            group["lr"] = float("inf") if step == 4 else 1e-3

    monkeypatch.setattr(loop, "prepare_step", poisoned)
    with pytest.raises(TrainingError, match=r"after step 5 .* not finite"):
        run("run", train={"val_every": 100})


def test_a_run_folder_is_replaced_only_on_demand(run):
    folder, _ = run("run")
    final = (folder / "final.safetensors").read_bytes()
    with pytest.raises(OutputError, match="not empty"):
        run("run", train={"seed": 1})
    assert (folder / "final.safetensors").read_bytes() == final
    run("run", options={"overwrite": True, "stop": stop_after(1)}, train={"seed": 1})
    assert not (folder / "final.safetensors").exists()
    assert not (folder / "best.safetensors").exists()
    assert len(list(folder.glob("events.out.tfevents.*"))) == 1


def test_resuming_asks_for_the_same_recipe(run):
    run("run", options={"stop": stop_after(2)})
    with pytest.raises(RecipeError, match=r"optim\.lr = 0\.001, the recipe has 0\.5"):
        run("run", options={"resume": True}, optim={"lr": 0.5})
    _, rows = run("run", options={"resume": True}, train={"steps": 20})
    assert rows[-1].step == 20


def test_resuming_nothing_is_an_error(run):
    with pytest.raises(CheckpointError, match="no run to resume"):
        run("run", options={"resume": True})


def test_resuming_a_finished_run_changes_nothing(run):
    folder, _ = run("run")
    before = weights(folder)
    _, rows = run("run", options={"resume": True})
    assert rows == []
    assert same(before, weights(folder))


def test_mistakes_are_found_before_the_folder_is_made(run, tmp_path):
    with pytest.raises(RecipeError, match="chanels"):
        run("run", model={"chanels": 4})
    with pytest.raises(RecipeError, match=r"model\.channels: expected a whole number"):
        run("run", model={"channels": "4"})
    with pytest.raises(DataFormatError, match="no split 'tarin'"):
        run("run", data={"train": "tarin"})
    with pytest.raises(RecipeError, match="device 'tpu' is not available") as caught:
        run("run", options={"device": "tpu"})
    assert "cpu" in caught.value.hint
    assert list(tmp_path.glob("run*")) == []
