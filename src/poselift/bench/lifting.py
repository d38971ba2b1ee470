"""The network of the paper's size: many poses at once, and one at a time, beside the reference model in PyTorch."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from poselift.bench.machine import BATCHES, product_gflops
from poselift.bench.rounds import Contest, Settings, Way
from poselift.lifting.lifter import Lifter

CONFIG = {"channels": 64, "layers": 3, "hops": 3, "in_channels": 3, "normalisation": "person_centred"}


def contests(settings: Settings) -> Iterator[Contest]:
    """Throughput by batch, and the latency of one pose; flipping off, so that each pose goes through once.

    Needs the extra train: the reference is the dense model that clips and masks its weights on every call.
    """
    import torch

    from poselift.export.onnx import export_onnx
    from poselift.models import create_model

    torch.manual_seed(0)
    model = create_model("lcn", **{**CONFIG, **({"channels": 4} if settings.small else {})}).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export_onnx(model, {}, path)
        lifter = Lifter(path, flip=False)
    for batch in (1, *BATCHES[:1]) if settings.small else (1, *BATCHES):
        inputs = np.random.default_rng(0).normal(size=(batch, 17, 3)).astype(np.float32)
        yield Contest(
            "one pose at a time" if batch == 1 else f"{batch} poses at a time",
            "poses",
            batch,
            {"PyTorch, dense and masked": _reference(model, inputs), "float32": _lifted(lifter, inputs)},
            limit=partial(_limit, max(batch, BATCHES[0]), used_gflop(model)),
        )


def _limit(rows: int, gflop: float) -> float:
    """Poses a second, if nothing but the products of matrices took time."""
    return product_gflops(rows) / gflop


def used_gflop(model: Any) -> float:
    """Arithmetic that the mask leaves for one pose, in GFLOP: 2 for each weight that is not masked out."""
    mask = model.joint_mask() != 0
    layers = [model.input.linear, model.output]
    layers += [linear for block in model.blocks for linear in (block.first.linear, block.second.linear)]
    return 2e-9 * sum(int(mask.sum()) * int(layer.in_channels) * int(layer.out_channels) for layer in layers)


def _reference(model: Any, inputs: np.ndarray) -> Way:
    import torch

    tensor = torch.from_numpy(inputs)

    def way() -> Any:
        with torch.inference_mode():
            return model(tensor)

    return way


def _lifted(lifter: Lifter, inputs: np.ndarray) -> Way:
    return lambda: lifter.network_output(inputs)
