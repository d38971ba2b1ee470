"""The network of the paper's size: many poses at once, and one at a time, beside the reference model in PyTorch.

What int8 costs in accuracy depends on trained weights; the card of the default model has the figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poselift.bench.machine import BATCHES, product_gflop, products
from poselift.bench.rounds import Contest, Settings, Way
from poselift.lifting.lifter import Lifter

if TYPE_CHECKING:
    from torch import Tensor

    from poselift.models.folded import Dense, FoldedNetwork

CONFIG = {"channels": 64, "layers": 3, "hops": 3, "in_channels": 3, "normalisation": "person_centred"}


def contests(settings: Settings) -> Iterator[Contest]:
    """Throughput by batch, and the latency of one pose; and the default model, pixels in, millimetres out.

    The reference is the dense model that clips and masks its weights on every call; it needs the extra train. Beside
    it stands the same with plain matrices, which shows how much of the gain is the folding.
    """
    import torch

    from poselift.deploy.onnx import export_onnx
    from poselift.models import create_model

    torch.set_num_threads(settings.threads or torch.get_num_threads())
    torch.manual_seed(0)
    model: Any = create_model("lcn", **{**CONFIG, **({"channels": 4} if settings.small else {})}).eval()
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
        if (there := Lifter(path, flip=False, device="auto")).device == "cuda":
            lifters["float32 on CUDA"] = there
    for batch in (1, *BATCHES[:1]) if settings.small else (1, *BATCHES):
        inputs = inputs_of(batch)
        ways: dict[str, Way] = {
            "PyTorch, dense and masked": _in_torch(model, inputs),
            "PyTorch, folded, dense": _in_torch(folded_forward(model.folded()), inputs),
        }
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


def folded_forward(network: FoldedNetwork) -> Callable[[Tensor], Tensor]:
    """(B, J, K) to (B, J, 3) by one product a layer, in PyTorch."""
    import torch
    from torch.nn.functional import leaky_relu, pad

    def tensors(layer: Dense) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(layer.bias), torch.from_numpy(layer.weight)

    first, last = tensors(network.input), tensors(network.output)
    blocks = [(tensors(one), tensors(two)) for one, two in network.blocks]

    def hidden(x: Tensor, layer: tuple[Tensor, Tensor]) -> Tensor:
        return leaky_relu(torch.addmm(layer[0], x, layer[1]), network.slope)

    def forward(joints_norm: Tensor) -> Tensor:
        x = hidden(joints_norm.flatten(1), first)
        for one, two in blocks:
            y = hidden(hidden(x, one), two)
            x = x + y if network.residual else y
        joints = torch.addmm(last[0], x, last[1]).view(-1, network.joints, 3)
        return joints + pad(joints_norm[..., :2], (0, 1)) if network.add_input else joints

    return forward


def _in_torch(model: Callable[[Tensor], Tensor], inputs: np.ndarray) -> Way:
    import torch

    tensor = torch.from_numpy(inputs)

    def way() -> Any:
        with torch.inference_mode():
            return model(tensor)

    return way
