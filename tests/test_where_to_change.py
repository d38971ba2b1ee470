"""Where would I change X: tests do each row of the table in docs/architecture.md; what no other does is here."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Literal

import numpy as np
import pytest
import torch

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.data.scene import Scene
from poselift.lifting.lifter import Lifter
from poselift.metrics import protocol_errors
from poselift.metrics.distances import distances
from poselift.metrics.protocols import PROTOCOLS, Protocol
from poselift.models.checkpoint import load_checkpoint
from poselift.normalisation import NORMALISATIONS
from poselift.normalisation.base import Normalised
from poselift.normalisation.person_centred import PersonCentring
from poselift.skeleton import H36M_17
from poselift.tracking import TRACKERS, track
from poselift.tracking.rows import track_of
from poselift.training.loop import train
from poselift.training.losses import LOSSES
from poselift.training.optimisers import OPTIMISERS
from poselift.training.optimisers.base import Optimiser
from poselift.training.recipe_file import recipe_from

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.fixture
def own(monkeypatch):
    """A module `own` of somebody's, whose names tables can say."""
    module = ModuleType("own")
    monkeypatch.setitem(sys.modules, "own", module)
    return module


@pytest.fixture
def trained(mocap_store, tmp_path):
    """Train a small network by a recipe with these sections; its folder."""

    def run(name, steps=4, *, resume=False, **sections):
        model = {"name": "lcn", "channels": 4, "layers": 1, "normalisation": "person_centred"}
        base = {"data": {"store": str(mocap_store), "val_poses": 16}, "model": model}
        base["train"] = {"steps": steps, "batch_size": 8, "threads": 1, "log_every": 2, "val_every": 2}
        merged = {key: {**base.get(key, {}), **sections.get(key, {})} for key in base.keys() | sections.keys()}
        train(recipe_from(merged), tmp_path / name, device="cpu", resume=resume)
        return tmp_path / name

    return run


def weights(folder):
    model, _ = load_checkpoint(folder / "final.safetensors")
    return torch.cat([p.flatten() for p in model.parameters()]).detach()


def test_a_loss_is_trained_by_when_a_recipe_names_it(own, trained, monkeypatch):
    seen = []

    def worst_joint(predicted, target, weights):
        seen.append(predicted.shape)
        return (torch.linalg.vector_norm(predicted - target, dim=-1, keepdim=True) * weights).amax()

    own.worst_joint = worst_joint
    monkeypatch.setitem(LOSSES, "worst", "own:worst_joint")
    folder = trained("worst", loss={"terms": {"worst": 0.5, "mse": 1.0}})
    assert seen[0] == (8, 17, 3)
    assert "worst = 0.5" in (folder / "recipe.toml").read_text()
    assert not torch.allclose(weights(folder), weights(trained("mse")))


class SignSteps(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter -= group["lr"] * parameter.grad.sign()


class Sign(Optimiser):
    """Steps of the size of the learning rate, whatever the gradient."""

    name: Literal["sign"] = "sign"

    def create(self, model):
        return SignSteps(model.parameters(), self.lr)


def test_an_optimiser_trains_when_a_recipe_names_it_and_resumes(own, trained, monkeypatch, tmp_path):
    own.Sign = Sign
    monkeypatch.setitem(OPTIMISERS, "sign", "own:Sign")
    optim = {"name": "sign", "lr": 0.25, "schedule": {"kind": "constant"}}
    one, two = (weights(trained(f"{steps} steps", steps, optim=optim)) for steps in (2, 3))
    steps = (two - one).abs().unique()
    torch.testing.assert_close(steps[steps > 1e-3], torch.full_like(steps[steps > 1e-3], 0.25))
    assert 'name = "sign"' in (tmp_path / "3 steps" / "recipe.toml").read_text()
    assert torch.equal(weights(trained("2 steps", 3, resume=True, optim=optim)), two)


class Doubled(PersonCentring):
    """As `person_centred`, but a network sees everything twice as large."""

    name = "doubled"

    def normalised(self, seen, channels):
        inputs, view = super().normalised(seen, channels)
        return Normalised(inputs * np.array([2, 2, 1], dtype=inputs.dtype)[:channels], view)


def test_a_normalisation_is_trained_exported_and_lifted_by(own, trained, monkeypatch, tmp_path):
    from poselift.deploy.onnx import export_onnx

    own.DOUBLED = Doubled()
    monkeypatch.setitem(NORMALISATIONS, "doubled", "own:DOUBLED")
    model, header = load_checkpoint(trained("doubled", model={"normalisation": "doubled"}) / "final.safetensors")
    assert header.config["normalisation"] == "doubled"
    plain, _ = load_checkpoint(trained("plain") / "final.safetensors")
    plain.load_state_dict(model.state_dict())
    for name, network in (("doubled", model), ("plain", plain)):
        export_onnx(network, {}, tmp_path / f"{name}.onnx")
    clip = one_person().main
    doubled, plain = (Lifter(tmp_path / f"{name}.onnx").lift(clip).joints_root_mm for name in ("doubled", "plain"))
    assert np.abs(doubled - plain).max() > 1


def one_person():
    from poselift.geometry.camera import Camera

    joints_px = np.tile(np.random.default_rng(0).uniform(100, 300, (17, 2)), (3, 1, 1))
    footage = Footage.regular(3, 25, size_px=(640, 480), camera=Camera.guessed((640, 480)))
    return track(Detections(footage, H36M_17, np.arange(3), joints_px, np.ones((3, 17))))


def by_column(detections):
    """Who is left of the middle, and who is right of it."""
    left = detections.joints_px[..., 0].mean(axis=1) < detections.footage.size_px[0] / 2
    rows = {1: np.flatnonzero(left), 2: np.flatnonzero(~left)}
    whole = len(detections.footage)
    return Scene(detections.footage, tuple(track_of(detections, rows[i], i, 0, whole) for i in rows))


def test_a_tracker_says_who_is_who(own, monkeypatch):
    own.by_column = by_column
    monkeypatch.setitem(TRACKERS, "columns", "own:by_column")
    joints_px = np.random.default_rng(0).uniform(100, 200, (4, 17, 2)) + np.array([0, 300, 0, 300])[:, None, None]
    footage = Footage.regular(2, 25, size_px=(640, 480))
    found = Detections(footage, H36M_17, np.array([0, 0, 1, 1]), joints_px, np.ones((4, 17)))
    left, right = track(found, "columns").tracks
    np.testing.assert_array_equal(left.clip.joints_px, joints_px[[0, 2]])
    np.testing.assert_array_equal(right.clip.joints_px, joints_px[[1, 3]])


def test_a_protocol_compares_as_it_says(monkeypatch):
    depth = Protocol(
        "depth", "depth", "depth alone", "root at the origin; x and y left out",
        lambda c: distances(*(pose * [0, 0, 1] for pose in c.root_relative)),
    )  # fmt: skip
    monkeypatch.setitem(PROTOCOLS, "depth", depth)
    predicted, target = np.random.default_rng(0).normal(0, 300, (2, 5, 17, 3))
    sideways = np.array([300.0, -200.0, 0.0]) * np.arange(17)[:, None]
    first, second = (
        protocol_errors(PROTOCOLS["depth"], p, target, H36M_17) for p in (predicted, predicted + sideways)
    )
    np.testing.assert_allclose(first, second, atol=1e-9)
    relative = [(pose - pose[:, :1])[..., 2] for pose in (predicted, target)]
    np.testing.assert_allclose(first, np.abs(relative[0] - relative[1]), atol=1e-9)


def rows_of_the_page():
    _, _, section = PAGE.partition("## Where would I change X\n")
    return re.findall(r"^\| ([a-z].+?) \| (.+?) \| `(tests/\S+?)::(\w+)` \|$", section.partition("\n## ")[0], re.M)


def test_the_page_knows_all_ten():
    assert len(rows_of_the_page()) == len(re.findall(r"`tests/\S+?::", PAGE)) >= 10


@pytest.mark.parametrize(("kind", "files", "file", "test"), rows_of_the_page())
def test_each_is_two_files_at_most_and_a_test_that_is_there(kind, files, file, test):
    names = re.findall(r"`(\S+\.(?:py|toml))`", files)
    assert 1 <= len(names) <= 2
    for name in names:
        assert name.startswith("NAME") or "/NAME." in name or (ROOT / "src" / "poselift" / name).is_file(), name
    assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")
