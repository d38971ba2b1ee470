"""Lifters of made-up networks that see windows of frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from poselift.data.model_header import ModelHeader
from poselift.data.windows import Window
from poselift.lifting import lifter as module
from poselift.lifting.lifter import Lifter
from poselift.skeleton import H36M_17


class WindowNetwork:
    """In place of `runtime.network.Network`: every number of the window matters to every number that comes out."""

    device = "cpu"
    path = Path("made_up.onnx")

    def __init__(self, window: Window, channels: int) -> None:
        config = {"normalisation": "person_centred", "in_channels": channels}
        self.metadata = {"poselift": ModelHeader("made_up", config, H36M_17, window).to_json()}
        rng = np.random.default_rng(5)
        single = window.frames == 1
        self.shape = (17, 3) if single else (*window.output_frames, 17, 3)
        seen = [17, channels] if single else [window.frames, 17, channels]
        self.sides = [("joints_norm", seen), ("joints_out", list(self.shape))]
        self.weight = rng.normal(0, 0.1, (int(np.prod(seen)), int(np.prod(self.shape))))

    def run(self, inputs):
        assert [*inputs.shape[1:]] == self.sides[0][1]
        output = np.tanh(inputs.reshape(len(inputs), -1).astype(np.float64) @ self.weight)
        return output.reshape(len(inputs), *self.shape).astype(np.float32)


@pytest.fixture
def window_lifter(monkeypatch):
    """A lifter of a network with the given window and input channels."""

    def made(window: Window, channels: int = 3, **options) -> Lifter:
        monkeypatch.setattr(module, "network_of", lambda *args: WindowNetwork(window, channels))
        return Lifter("made_up.onnx", **options)

    return made
