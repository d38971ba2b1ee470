"""Windows of every kind, for laws of lifting over time."""

from __future__ import annotations

from functools import partial

import pytest

from poselift.data.windows import Window

WINDOWS = [
    Window(),
    Window(frames=9),
    Window(frames=4, step=2, predicts="last"),
    Window(frames=5, predicts="all", ends="mask"),
    Window(frames=5, step=2, predicts="all_causal"),
    Window(frames=7, fps=25.0),
    Window(frames=7, predicts="last", fps=40.0, ends="mask"),
]


@pytest.fixture(params=WINDOWS, ids=repr)
def window(request):
    """Of a test that takes it, one window after the other."""
    return request.param


@pytest.fixture
def window_lifter(made_up_lifter):
    """A lifter of a network with the given window, and input channels."""
    return partial(made_up_lifter, "person_centred")
