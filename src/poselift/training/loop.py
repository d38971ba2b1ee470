"""The one training loop."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from poselift.data.plausible import check_plausible
from poselift.data.store import DatasetStore
from poselift.errors import RecipeError, TrainingError
from poselift.models import create_model, model_class
from poselift.models.base import LiftingNetwork
from poselift.models.checkpoint import save_checkpoint
from poselift.models.statistics import settle_statistics
from poselift.training.batches import TensorBatch
from poselift.training.data import epoch_steps, planned_steps, training_data, training_joints, training_store
from poselift.training.fits import check_fits
from poselift.training.folder import RunFolder
from poselift.training.log import Row, RunLog
from poselift.training.loss import half_squares, joint_weights, training_loss
from poselift.training.optim import LOSS_EMA_DECAY, MovingAverage, learning_rate, prepare_step
from poselift.training.recipe import Recipe
from poselift.training.replay import Replayed
from poselift.training.start import initial_model, start_from
from poselift.training.state import TrainingState, restore_state, save_state
from poselift.training.validation import Validation, validate
from poselift.version import __version__

logger = logging.getLogger(__name__)

# What the statistics of a model that a run starts from are measured on.
_SETTLED_WINDOWS, _SETTLED_BATCHES = 4096, 32


@dataclass(frozen=True)
class RunResult:
    """How a run ended: after its last step, or earlier because it was asked to stop.

    Attributes:
        best: the lowest validation error so far, in what the recipe's train.best_by names.
    """

    folder: Path
    step: int
    steps: int
    best: float

    @property
    def finished(self) -> bool:
        return self.step >= self.steps


def train(
    recipe: Recipe,
    folder: Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    report: Callable[[Row], None] = lambda row: None,
    stop: Callable[[], bool] = lambda: False,
) -> RunResult:
    """Follow a recipe and leave the models, the log and a state to resume from in `folder`.

    Args:
        resume: go on from the folder's last state; on a CPU the result is that of an uninterrupted run, bit by bit.
        overwrite: replace an older run in the folder.
        device: "cpu", "cuda", "mps", or "auto" for the best there is.
        report: called with each row of the log.
        stop: asked after each step; when it says yes the state is saved and the run ends.

    Raises:
        RecipeError: a setting is wrong, or the device is not there.
        DataFormatError: the store cannot be read or lacks the splits.
        OutputError: the folder is in use.
        CheckpointError: there is nothing to resume.
        TrainingError: the loss is not finite; the message names the step.
    """
    fabric = _fabric(device, recipe.train.precision)
    store = training_store(recipe)
    check_fits(recipe, store)
    if not recipe.data.trusted:
        check_plausible(store, recipe.data.train, recipe.data.store)
    threads = torch.get_num_threads()
    torch.set_num_threads(recipe.train.threads or threads)
    try:
        run = _Run(recipe, store, fabric, report)
        if recipe.init and not resume:
            run.start(recipe.init)
        about = run.about()
        place = RunFolder(folder)
        if resume:
            place.resume(recipe, about)
            restore_state(run.state, place.last)
        else:
            place.begin(recipe, about, overwrite=overwrite)
        with RunLog(folder, step=run.state.step) as log:
            run.follow(place, log, stop)
        return RunResult(folder, run.state.step, run.steps, run.state.best)
    finally:
        torch.set_num_threads(threads)


def _fabric(device: str, precision: Literal["32-true", "bf16-mixed"]) -> Fabric:
    present = {"auto": True, "cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present.get(device, False):
        names = ", ".join(name for name, there in present.items() if there)
        raise RecipeError(f"device {device!r} is not available here", f"available: {names}")
    return Fabric(accelerator=device, devices=1, precision=precision)


def _model(recipe: Recipe, store: DatasetStore) -> LiftingNetwork:
    kind = model_class(recipe.model.name)
    config = kind.completed(recipe.model.config, lambda: training_joints(recipe, store))
    return create_model(recipe.model.name, **config)


class _Run:
    """A run in memory: the state, and the fixed things around it."""

    def __init__(self, recipe: Recipe, store: DatasetStore, fabric: Fabric, report: Callable[[Row], None]) -> None:
        self.recipe, self.fabric, self.report, self.store = recipe, fabric, report, store
        torch.manual_seed(recipe.train.seed)
        model = _model(recipe, store)
        self.steps = planned_steps(recipe, store)
        self.val_every = recipe.train.val_every or max(1, int(epoch_steps(recipe, store)))
        optimizer = recipe.optim.create(model.to(fabric.device))
        self.model, self.optimizer = fabric.setup(model, optimizer)
        average = MovingAverage(model, recipe.optim.ema_decay) if recipe.optim.ema_decay else None
        losses = torch.full((recipe.train.log_every,), float("nan"), device=fabric.device)
        self.state = TrainingState(model, optimizer, average, losses, torch.zeros((), device=fabric.device))
        self.weights = joint_weights(recipe.loss, model.skeleton).to(fabric.device)
        self.data = training_data(recipe, store, model, fabric.device)
        on_cuda = fabric.device.type == "cuda"
        self._gradients = Replayed(self._backward, model.buffers()) if on_cuda else self._backward

    def start(self, init: str) -> None:
        """Start from a model that was trained before."""
        model, batch_size = self.state.model, self.recipe.train.batch_size
        start_from(model, initial_model(init), init)
        seen = self.data.batches.between(0, min(_SETTLED_BATCHES, -(-_SETTLED_WINDOWS // batch_size)))
        with closing(seen) as batches:
            settle_statistics(model, (inputs for inputs, _ in batches))
        if self.state.average:
            self.state.average.begin()

    def about(self) -> dict[str, Any]:
        """Where the model comes from, for the run folder and the checkpoints."""
        recipe = self.recipe.model_dump(mode="json")
        recipe["data"]["store"] = self.recipe.data.store.name  # where it lay is nobody's business
        recipe["init"] = self.recipe.init and Path(self.recipe.init).name
        return {
            "poselift": __version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "device": str(self.fabric.device),
            "recipe": recipe,
            "data": dict(self.store.about),
        }

    def follow(self, place: RunFolder, log: RunLog, stop: Callable[[], bool]) -> None:
        """Take the steps that are left."""
        state, settings = self.state, self.recipe.train
        if self.recipe.init and state.step == 0:
            self._log_start(log, self._validated(place))
        since, counted = time.perf_counter(), state.step
        self.model.train()
        with closing(self.data.batches.between(state.step, self.steps)) as batches:
            for batch in batches:
                self._step(batch)
                last = state.step == self.steps
                stopped = not last and stop()
                validation = self._validated(place) if last or state.step % self.val_every == 0 else None
                if validation or state.step % settings.log_every == 0:
                    now = time.perf_counter()
                    self._log(log, validation, (state.step - counted) / (now - since))
                    since, counted = now, state.step
                if last:
                    self._save_model(place.final, validation)
                if last or stopped or state.step % settings.checkpoint_every == 0:
                    self._mean_loss()
                    save_state(state, place.last)
                if stopped:
                    return

    def _step(self, batch: TensorBatch) -> None:
        """One step. Nothing here waits for the device."""
        recipe, state = self.recipe, self.state
        # Dropout draws from the global generator; seeding each step makes it a function of the step.
        torch.manual_seed(_step_seed(recipe.train.seed, state.step))
        prepare_step(self.optimizer, recipe.optim, state.step, self.steps)
        value = self._gradients(*batch)
        if recipe.optim.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), recipe.optim.clip_norm)
        self.optimizer.step()
        if state.average:
            state.average.update(state.step)
        state.losses[state.step % len(state.losses)] = value
        state.loss_ema.lerp_(value, 1 - LOSS_EMA_DECAY)
        state.step += 1

    def _backward(self, inputs: Tensor, target: Tensor) -> Tensor:
        """The loss of a batch, whose gradients are left with the parameters."""
        self.optimizer.zero_grad(set_to_none=True)
        value = self._loss(self.model(inputs), target)
        if self.recipe.optim.l2:
            value = value + self.recipe.optim.l2 * half_squares(self.model)
        self.fabric.backward(value)
        return value.detach()

    def _loss(self, predicted: Tensor, target: Tensor) -> Tensor:
        return training_loss(self.recipe.loss.terms, predicted, target, self.weights)

    def _mean_loss(self) -> float:
        """Mean of the last losses, once they are known to be finite."""
        state = self.state
        count = min(state.step, len(state.losses))
        steps = np.arange(state.step - count, state.step)
        losses = state.losses.cpu().numpy()[steps % len(state.losses)]
        bad = ~np.isfinite(losses)
        if bad.any():
            raise TrainingError(
                f"the loss is {losses[bad][0]} at step {steps[bad][0] + 1}",
                "lower optim.lr or set optim.clip_norm; what was saved before is intact",
            )
        return float(losses.mean())

    def _validated(self, place: RunFolder) -> Validation:
        """Validate, and keep the model if it is the best so far."""
        if self.state.step:
            self._mean_loss()
        validation = validate(self.state.delivered, self.data.held_out, self._loss)
        error = validation.loss if self.recipe.train.best_by == "loss" else validation.mpjpe_mm
        if error < self.state.best:
            self.state.best = error
            self._save_model(place.best, validation)
        return validation

    def _log_start(self, log: RunLog, validation: Validation) -> None:
        """The row of the model that the run starts from, whose loss is that of validation."""
        errors = {f"val_{name}": value for name, value in asdict(validation).items()}
        row = Row(0, validation.loss, 0.0, learning_rate(self.recipe.optim, 0, self.steps), 0.0, **errors)
        log.write(row)
        self.report(row)

    def _log(self, log: RunLog, validation: Validation | None, rate: float) -> None:
        step = self.state.step
        lr = learning_rate(self.recipe.optim, step - 1, self.steps)
        errors = {f"val_{name}": value for name, value in asdict(validation).items()} if validation else {}
        row = Row(step, self._mean_loss(), float(self.state.loss_ema), lr, rate, **errors)
        log.write(row)
        self.report(row)

    def _save_model(self, path: Path, validation: Validation | None) -> None:
        errors = {f"val_{name}": value for name, value in asdict(validation).items()} if validation else {}
        about = {**self.about(), "step": self.state.step, **errors}
        save_checkpoint(path, self.state.delivered, name=self.recipe.model.name, about=about, overwrite=True)


def _step_seed(seed: int, step: int) -> int:
    return int(np.random.SeedSequence((seed, step)).generate_state(1, np.uint64)[0])
