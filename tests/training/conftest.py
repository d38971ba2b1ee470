"""A small network, and a quick way to run it."""

from __future__ import annotations

import pytest

from poselift.training.loop import train
from poselift.training.recipe_file import recipe_from

TINY_MODEL = {
    "name": "lcn",
    "channels": 4,
    "layers": 1,
    "in_channels": 3,
    "dropout": 0.2,
    "normalisation": "person_centred",
}
TINY_TRAIN = {
    "steps": 12,
    "batch_size": 16,
    "threads": 1,
    "log_every": 3,
    "val_every": 4,
    "checkpoint_every": 5,
}


@pytest.fixture
def make_recipe(mocap_store):
    """A recipe over the small store; keyword arguments add to its sections."""

    def make(**sections):
        base = {"data": {"store": str(mocap_store), "val_poses": 20}, "model": TINY_MODEL, "train": TINY_TRAIN}
        if sections.get("model", {}).get("name", "lcn") != "lcn":
            base["model"] = {}  # the settings of another network
        alone = {"init": sections.pop("init")} if "init" in sections else {}
        if alone:
            base["model"] = {}  # its settings are those of the model to start from
        merged = {name: {**base.get(name, {}), **sections.get(name, {})} for name in base.keys() | sections.keys()}
        merged |= alone
        return recipe_from(merged)

    return make


@pytest.fixture
def run(make_recipe, tmp_path):
    """Train by a recipe of those sections in a folder of `tmp_path`; returns the folder and the rows reported."""

    def trained(name="run", *, options=None, **sections):
        rows = []
        folder = tmp_path / name
        train(make_recipe(**sections), folder, **{"device": "cpu", "report": rows.append, **(options or {})})
        return folder, rows

    return trained
