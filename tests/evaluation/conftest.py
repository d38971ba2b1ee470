"""Lifters of made-up networks of either normalisation, of single frames and of windows; and stores to lift."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poselift.data.model_header import ModelHeader
from poselift.data.store import load_store
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.lifting import lifter as module
from poselift.lifting.lifter import Lifter
from poselift.normalisation import NORMALISATIONS
from poselift.skeleton import H36M_17

WINDOWS = [
    SINGLE_FRAME,
    Window(frames=5),
    Window(frames=4, step=2, predicts="last", ends="mask"),
    Window(frames=5, predicts="all", fps=20.0),
]
# Every normalisation with every way through time.
CASES = [(name, window) for name in NORMALISATIONS for window in WINDOWS]


class MadeUpNetwork:
    """In place of `runtime.network.Network`: every number of the window matters to every number that comes out."""

    device = "cpu"
    path = Path("made_up.onnx")

    def __init__(self, normalisation: str, window: Window) -> None:
        config = {"normalisation": normalisation, "in_channels": 3}
        self.metadata = {"poselift": ModelHeader("made_up", config, H36M_17, window).to_json()}
        rng = np.random.default_rng(5)
        self.shape = (*window.output_frames, 17, 3)
        seen = [*([] if window.frames == 1 else [window.frames]), 17, 3]
        self.sides = [("joints_norm", seen), ("joints_out", list(self.shape))]
        self.weight = rng.normal(0, 0.1, (int(np.prod(seen)), int(np.prod(self.shape))))

    def run(self, inputs):
        assert [*inputs.shape[1:]] == self.sides[0][1]
        output = np.tanh(inputs.reshape(len(inputs), -1).astype(np.float64) @ self.weight)
        return output.reshape(len(inputs), *self.shape).astype(np.float32)


@pytest.fixture
def made_up_lifter(monkeypatch):
    """A lifter of a network of that normalisation and window."""

    def made(normalisation: str, window: Window, **options) -> Lifter:
        monkeypatch.setattr(module, "network_of", lambda *args: MadeUpNetwork(normalisation, window))
        return Lifter("made_up.onnx", **options)

    return made


@pytest.fixture
def stores(mocap_store, recorded_store):
    """A store of either kind, by `kind`."""
    return {store.kind: store for store in map(load_store, (mocap_store, recorded_store))}


@pytest.fixture
def spoilt():
    """The same store, of which some frames, counted from the first of the store, are not valid and hold rubbish."""

    def made(store, frames, rubbish=0.0):
        valid = np.ones(store.n_frames, dtype=bool)
        valid[frames] = False
        arrays = {"valid": valid}
        for name, array in store.arrays.items():
            arrays[name] = np.array(array)
            if name.startswith(("joints_", "confidence.")):
                arrays[name][~valid] = rubbish
        return replace(store, arrays=arrays)

    return made
