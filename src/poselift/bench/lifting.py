"""The network of the paper's size: many poses at once, and one at a time, beside the reference model in PyTorch.

What int8 costs in accuracy depends on trained weights; the card of the default model has the figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from poselift.bench.machine import BATCHES, product_gflop, products
from poselift.bench.rounds import Contest, Settings, Way
from poselift.lifting.lifter import Lifter
from poselift.lifting.runtime import chosen_device

CONFIG = {"channels": 64, "layers": 3, "hops": 3, "in_channels": 3, "normalisation": "person_centred"}


def contests(settings: Settings) -> Iterator[Contest]:
    """Throughput by batch, and the latency of one pose; and the default model, pixels in, millimetres out.

    The reference is the dense model that clips and masks its weights on every call; it needs the extra train.
    """
    import torch

    from poselift.export.onnx import export_onnx
    from poselift.models import create_model

    torch.set_num_threads(settings.threads or torch.get_num_threads())
    torch.manual_seed(0)
    model = create_model("lcn", **{**CONFIG, **({"channels": 4} if settings.small else {})}).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export_onnx(model, {}, path)
        export_onnx(model, {}, path.with_suffix(".int8.onnx"), precision="int8", calibration=inputs_of(1000, seed=1))
        lifters = {
            f"{precision}{', with its mirror image' if flip else ''}": Lifter(
                path, flip=flip, precision=precision, threads=settings.threads
            )
            for precision in ("float32", "int8")
            for flip in (False, True)
        }
        if chosen_device("auto") == "cuda":
            lifters["float32 on CUDA"] = Lifter(path, flip=False, device="cuda")
    for batch in (1, *BATCHES[:1]) if settings.small else (1, *BATCHES):
        inputs = inputs_of(batch)
        ways: dict[str, Way] = {"PyTorch, dense and masked": _reference(model, inputs)}
        ways |= {name: partial(lifter.network_output, inputs) for name, lifter in lifters.items()}
        limits = products(batch, threads=settings.threads) if batch > 1 else {}
        title = "one pose at a time" if batch == 1 else f"{batch} poses at a time"
        yield Contest(title, "poses", batch, ways, limits, product_gflop(batch) / used_gflop(model))


def inputs_of(poses: int, seed: int = 0) -> np.ndarray:
    """What might be normalised joints and their confidence."""
    return np.random.default_rng(seed).normal(size=(poses, 17, 3)).astype(np.float32)


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
