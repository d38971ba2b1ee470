"""Whether a file computes what its network computes in torch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from poselift.errors import CheckpointError
from poselift.models.base import LiftingNetwork
from poselift.runtime.network import Network

# How far joints may lie from those of torch, as a share of the greatest number of the output.
_TOLERANCE = {"float32": 1e-4, "float16_weights": 1e-2}
_WINDOWS = 5
_LARGE, _TINY = 1e3, 1e-30
_HINT = "a network must answer the same for the same window, whatever stands beside it in a batch"


class Sided(nn.Module):
    """A network with the sides of its file: one of single frames has no axis of time there."""

    def __init__(self, model: LiftingNetwork) -> None:
        super().__init__()
        self.model, self.single = model, model.window.frames == 1

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(T, J, K), or (J, K) of single frames."""
        pose = (len(self.model.skeleton), self.model.config.in_channels)
        return pose if self.single else (self.model.window.frames, *pose)

    def forward(self, joints_norm: Tensor) -> Tensor:
        joints: Tensor = self.model(joints_norm[:, None] if self.single else joints_norm)
        return joints


@torch.no_grad()
def check_against_torch(
    file: Path, model: LiftingNetwork, name: str, precision: Literal["float32", "float16_weights"]
) -> None:
    """Let a file and its network predict the same random and extreme inputs, one and several at a time.

    Args:
        name: what to call them in an error.

    Raises:
        CheckpointError: the file does not run, or its joints lie elsewhere.
    """
    network, sided = Network(file, threads=1), Sided(model)
    training = model.training
    sided.eval()
    try:
        device = next((p.device for p in model.parameters()), None)
        for kind, inputs in _inputs(sided.input_shape).items():
            expected = sided(torch.from_numpy(inputs).to(device)).cpu().numpy()
            for count in (1, len(inputs)):
                _check(_output(network, inputs[:count], name), expected[:count], f"{name}, {kind} inputs", precision)
    finally:
        model.train(training)


def _inputs(shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """(N, *shape) of each kind."""
    rng = np.random.default_rng(0)
    usual = rng.normal(size=(_WINDOWS, *shape))
    missing = np.where(rng.random((_WINDOWS, *shape[:-1], 1)) < 0.5, 0, usual)
    kinds = {
        "random": usual,
        "opposite": -usual,
        "half missing": missing,
        "zero": np.zeros_like(usual),
        "large": usual * _LARGE,
        "tiny": usual * _TINY,
    }
    return {kind: inputs.astype(np.float32) for kind, inputs in kinds.items()}


def _output(network: Network, inputs: np.ndarray, name: str) -> np.ndarray:
    try:
        return network.run(inputs)
    except Exception as error:  # onnxruntime's errors have no base class of their own
        raise CheckpointError(
            f"{name}: was written, but does not run with {len(inputs)} at a time ({str(error).splitlines()[0]})",
            _HINT,
        ) from error


def _check(found: np.ndarray, expected: np.ndarray, what: str, precision: str) -> None:
    if found.shape != expected.shape:
        raise CheckpointError(
            f"{what}: expected an output of shape {expected.shape}, the file gives {found.shape}", _HINT
        )
    finite = np.isfinite(expected)
    size = float(np.abs(expected[finite]).max(initial=0))
    with np.errstate(invalid="ignore"):
        off = float(np.abs(found - expected)[finite].max(initial=0))
    if not (np.isfinite(found) == finite).all() or not off <= _TOLERANCE[precision] * size + 1e-6:
        raise CheckpointError(
            f"{what}: the file's joints differ from torch's by up to {off:.2g}, where these reach {size:.2g}", _HINT
        )
