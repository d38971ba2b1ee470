"""Every normalisation with every way through time, and stores to lift."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.store import load_store
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.normalisation import NORMALISATIONS

WINDOWS = [
    SINGLE_FRAME,
    Window(frames=5),
    Window(frames=4, step=2, predicts="last", ends="mask"),
    Window(frames=5, predicts="all", fps=20.0),
]
# Every normalisation with every way through time.
CASES = [(name, window) for name in NORMALISATIONS for window in WINDOWS]


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
