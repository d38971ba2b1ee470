"""What a run must remember to go on as if it had never stopped, in one safetensors file.

Batches and dropout are functions of the seed and the step, so there is no generator to save.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from poselift.errors import CheckpointError, TrainingError
from poselift.files import whole_file
from poselift.models.base import LiftingNetwork
from poselift.training.optim import MovingAverage

FORMAT = "poselift-training-state"
VERSION = 2


@dataclass
class TrainingState:
    """A run between two steps.

    Attributes:
        model: the network that is trained.
        optimizer: what moves its weights.
        average: the moving average of its weights, if the recipe asks for one.
        losses: the losses of the last steps, (train.log_every,), step s at s % log_every; NaN before there were any.
        loss_ema: exponential moving average of the loss, from 0 on.
        step: how many steps were taken.
        best: the lowest validation error so far, in what train.best_by names.
    """

    model: LiftingNetwork
    optimizer: torch.optim.Optimizer
    average: MovingAverage | None
    losses: Tensor
    loss_ema: Tensor
    step: int = 0
    best: float = float("inf")

    @property
    def delivered(self) -> LiftingNetwork:
        """The model that is validated and saved: the average where there is one."""
        return self.average.model if self.average else self.model

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the state by name, sharing memory with it."""
        named = {f"model.{name}": tensor for name, tensor in self.model.state_dict().items()}
        if self.average:
            named |= {f"average.{name}": tensor for name, tensor in self.average.model.state_dict().items()}
        for name, parameter in self.model.named_parameters():
            remembered = self.optimizer.state[parameter].items()
            named |= {f"optimizer.{name}.{key}": tensor for key, tensor in remembered if isinstance(tensor, Tensor)}
        return {**named, "losses": self.losses, "loss_ema": self.loss_ema}


def save_state(state: TrainingState, path: Path) -> None:
    """Replace the state on disk; it is there whole, the old one or the new one.

    Raises:
        TrainingError: some weight is not finite; the state on disk stays.
        OutputError: the disk refuses.
    """
    broken = [name for name, p in state.model.state_dict().items() if not torch.isfinite(p).all()]
    if broken:
        raise TrainingError(
            f"after step {state.step} the weights {broken[0]} are not finite; the last good state was kept",
            "lower optim.lr or set optim.clip_norm",
        )
    header = {"format": FORMAT, "version": VERSION, "step": state.step, "best": state.best}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.tensors().items()}
    with whole_file(path, overwrite=True) as temporary:
        save_file(tensors, temporary, metadata={"poselift": json.dumps(header)})


@torch.no_grad()
def restore_state(state: TrainingState, path: Path) -> None:
    """Put a saved state into a freshly made one of the same recipe.

    Raises:
        CheckpointError: the file is missing, cut, no training state, or of another model or recipe.
    """
    header, saved = _read(path)
    _make_room(state, saved, path)
    expected = state.tensors()
    if expected.keys() != saved.keys():
        odd = sorted(expected.keys() ^ saved.keys())
        raise CheckpointError(f"{path}: made by another recipe: {len(odd)} tensors differ, such as {odd[0]}")
    for name, tensor in expected.items():
        if tensor.shape != saved[name].shape:
            raise CheckpointError(
                f"{path}: {name}: expected shape {tuple(tensor.shape)}, found {tuple(saved[name].shape)}"
            )
        tensor.copy_(saved[name])
    state.step, state.best = header["step"], header["best"]


def _make_room(state: TrainingState, saved: dict[str, Tensor], path: Path) -> None:
    """A new optimiser remembers nothing yet: let it have tensors such as were saved."""
    found: dict[frozenset[str], str] = {}
    for name, parameter in state.model.named_parameters():
        prefix = f"optimizer.{name}."
        keys = {key.removeprefix(prefix): key for key in saved if key.startswith(prefix)}
        if not keys:  # it has had no gradient
            continue
        found.setdefault(frozenset(keys), name)
        room = {key: torch.empty_like(saved[full], device=parameter.device) for key, full in keys.items()}
        state.optimizer.state[parameter] = room
    if len(found) > 1:
        odd = " and ".join(found.values())
        raise CheckpointError(f"{path}: damaged: the optimiser remembers different things of {odd}")


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safe_open(path, "pt") as file:
            header = json.loads((file.metadata() or {}).get("poselift", "{}"))
            if (header.get("format"), header.get("version")) != (FORMAT, VERSION):
                raise CheckpointError(f"{path}: expected {FORMAT} version {VERSION}, found {header.get('format')}")
            return header, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{path}: no state to resume from ({error})", "leave out --resume to start the run anew"
        ) from None
