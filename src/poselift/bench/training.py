"""Steps of training, faithful and fast, beside the plain PyTorch step and what products of matrices alone would take.

The network and the batch are the paper's: 64 channels, 3 blocks, 3 hops, 200 poses. The reference is written with
PyTorch's own operations: dense weights, clipped and masked in every step, and torch.optim.Adam as it comes. All take
one batch again and again, from the same first weights; that they go the same way is tests/models/test_*.py's matter.
Where there is a CUDA device, the same once more there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from poselift.bench.lifting import used_gflop
from poselift.bench.machine import product_gflop, products
from poselift.bench.rounds import Contest, Settings, Way
from poselift.models import create_model
from poselift.training.optim import prepare_step
from poselift.training.optimisers.adam import Adam
from poselift.training.replay import Replayed

BATCH = 200
# On a device, which works on while Python has returned: steps until it is waited for.
STEPS_ON_DEVICE = 20
# Of a product forward; backward it takes one for the input and one for the weights.
PRODUCTS = 3


class PlainLayer(nn.Module):
    """A layer of the LCN, as one writes it down."""

    def __init__(self, joint_mask: Tensor, in_channels: int, out_channels: int, *, hidden: bool) -> None:
        super().__init__()
        joints = len(joint_mask)
        self.weight = nn.Parameter(torch.randn(joints * in_channels, joints * out_channels) * 0.04)
        self.bias = nn.Parameter(torch.zeros(joints * out_channels))
        self.mask: Tensor
        self.register_buffer("mask", torch.kron(joint_mask, torch.ones(in_channels, out_channels)))
        self.norm = nn.BatchNorm1d(out_channels, eps=1e-3, momentum=0.01) if hidden else None

    def forward(self, x: Tensor) -> Tensor:
        norm = self.weight.square().sum().sqrt()
        y = x @ (self.weight / torch.clamp(norm, min=1.0) * self.mask) + self.bias
        if self.norm is None:
            return y
        y = self.norm(y.view(-1, self.norm.num_features)).view_as(y)
        return functional.dropout(functional.leaky_relu(y, 0.2), 0.25, self.training)


class PlainLCN(nn.Module):
    """(B, J, 2) to (B, J, 3)."""

    def __init__(self, joint_mask: Tensor, channels: int, layers: int) -> None:
        super().__init__()
        self.input = PlainLayer(joint_mask, 2, channels, hidden=True)
        self.hidden = nn.ModuleList(
            PlainLayer(joint_mask, channels, channels, hidden=True) for _ in range(2 * layers)
        )
        self.output = PlainLayer(joint_mask, channels, 3, hidden=False)

    def forward(self, joints_norm: Tensor) -> Tensor:
        x = self.input(joints_norm.flatten(1))
        for first, second in zip(self.hidden[::2], self.hidden[1::2], strict=True):
            x = x + second(first(x))
        y = cast(Tensor, self.output(x)).view(*joints_norm.shape[:2], 3)
        return y + functional.pad(joints_norm, (0, 1))


@dataclass(frozen=True)
class Place:
    """Where and how steps are taken; `replayed` as the training loop does on a CUDA device."""

    device: str = "cpu"
    bfloat16: bool = False
    replayed: bool = False


ON_CPU = Place()


def step_of(model: Any, optimizer: torch.optim.Optimizer, before: Callable[[], None], place: Place) -> Way:
    """One step of training on a fixed batch; on a device, several."""
    draw = torch.Generator().manual_seed(0)
    batch = [torch.randn(BATCH, 17, axes, generator=draw).to(place.device) for axes in (2, 3)]

    def backward(inputs: Tensor, target: Tensor) -> Tensor:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(place.device, torch.bfloat16, enabled=place.bfloat16):
            predicted = model(inputs)
        value = functional.mse_loss(predicted.float(), target)
        value.backward()  # type: ignore[no-untyped-call]
        return value.detach()

    gradients = Replayed(backward, model.buffers()) if place.replayed else backward

    def step() -> None:
        before()
        gradients(*batch)
        optimizer.step()

    def steps() -> None:
        for _ in range(STEPS_ON_DEVICE):
            step()
        torch.cuda.synchronize()

    return step if place.device == "cpu" else steps


def ours(name: str, config: dict[str, Any], place: Place = ON_CPU) -> Way:
    """A step as the training loop takes it."""
    torch.manual_seed(0)
    model, recipe = create_model(name, **config).train(), Adam(epsilon_placement="tensorflow")
    optimizer = recipe.create(model.to(place.device))
    return step_of(model, optimizer, lambda: prepare_step(optimizer, recipe, 0, 1), place)


def plain(config: dict[str, Any], device: str = "cpu") -> Way:
    torch.manual_seed(0)
    reference: Any = create_model("lcn", **config)
    mask = reference.joint_mask()
    model = PlainLCN(mask, config["channels"], config["layers"]).train().to(device)
    return step_of(model, torch.optim.Adam(model.parameters(), lr=1e-3), lambda: None, Place(device))


def contests(settings: Settings) -> Iterator[Contest]:
    """A contest of all ways to train on the processor, and one on a CUDA device."""
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    config = {"channels": 4 if settings.small else 64, "layers": 3, "hops": 3, "in_channels": 2, "dropout": 0.25}
    bfloat16 = Place(bfloat16=True)
    ways = {
        "plain PyTorch": plain(config),
        "faithful": ours("lcn", config),
        "fast": ours("lcn_fast", config),
        "faithful, bfloat16": ours("lcn", config, bfloat16),
        "fast, bfloat16": ours("lcn_fast", config, bfloat16),
    }
    step_gflop = PRODUCTS * BATCH * used_gflop(create_model("lcn", **config))
    title = f"training, {BATCH} poses a step"
    yield Contest(
        title, "steps", 1, ways, products(BATCH, threads=settings.threads), product_gflop(BATCH) / step_gflop
    )
    if torch.cuda.is_available():
        yield _on_cuda(config)


def _on_cuda(config: dict[str, Any]) -> Contest:
    called, replayed = Place("cuda"), Place("cuda", replayed=True)
    ways = {
        "plain PyTorch": plain(config, "cuda"),
        "faithful, kernel by kernel": ours("lcn", config, called),
        "faithful": ours("lcn", config, replayed),
        "fast": ours("lcn_fast", config, replayed),
        "faithful, bfloat16": ours("lcn", config, replace(replayed, bfloat16=True)),
    }
    title = f"training on {torch.cuda.get_device_name()}, {BATCH} poses a step"
    return Contest(title, "steps", STEPS_ON_DEVICE, ways)
