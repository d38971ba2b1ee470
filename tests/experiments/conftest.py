"""A small experiment beside the recipe that its networks are trained by, and a folder for what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w

TINY_RECIPE = {
    "data": {"val_poses": 16},
    "model": {"name": "lcn", "channels": 4, "layers": 1, "in_channels": 3, "normalisation": "person_centred"},
    "train": {"steps": 4, "batch_size": 8, "log_every": 2, "val_every": 2, "checkpoint_every": 1},
}
TINY = {
    "title": "Hops",
    "question": "How many?",
    "base": "base.toml",
    "grid": {"setting": "model.hops", "values": [1, 3]},
    "seeds": [0, 1],
    "measures": {"true 2D": {}, "noisy": {"noise_px": 20.0}},
    "plot": {"x": "grid"},
}


@pytest.fixture
def write_experiment(tmp_path, recorded_store):
    """Write an experiment with these keys in place of the small one's; its path. None leaves one out."""

    def write(name: str = "hops", **keys) -> Path:
        recipe = {**TINY_RECIPE, "data": {**TINY_RECIPE["data"], "store": str(recorded_store)}}
        (tmp_path / "base.toml").write_text(tomli_w.dumps(recipe))
        path = tmp_path / f"{name}.toml"
        path.write_text(tomli_w.dumps({key: value for key, value in {**TINY, **keys}.items() if value is not None}))
        return path

    return write


@pytest.fixture
def never():
    """Nobody says stop."""
    return lambda: False
