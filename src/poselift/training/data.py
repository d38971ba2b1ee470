"""What a recipe trains and validates on: virtual views of motion capture, or recordings."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from poselift.data.converted import converted_recordings
from poselift.data.selection import selected
from poselift.data.sources.batch import NetworkInput
from poselift.data.sources.epochs import RecordedBatches
from poselift.data.sources.recorded_windows import load_recorded_windows
from poselift.data.sources.recordings import load_recorded
from poselift.data.sources.share import drawn_share
from poselift.data.sources.views import ViewBatches, load_poses
from poselift.data.store import ClipInfo, DatasetStore, load_store
from poselift.errors import RecipeError, SkeletonError
from poselift.models.base import LiftingNetwork
from poselift.normalisation import normaliser
from poselift.skeleton import H36M_17, Skeleton, skeleton_of
from poselift.training.batches import Batches, MadeBatches, ResidentBatches
from poselift.training.recipe import Recipe
from poselift.training.validation import ValidationSet, validation_recordings, validation_views

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Batches to train on, and a fixed set of poses to validate on."""

    batches: Batches
    held_out: ValidationSet


def training_store(recipe: Recipe) -> DatasetStore:
    """The recipe's store, with those clips in its splits that count.

    Raises:
        DataFormatError: it cannot be read, or no clip counts.
        RecipeError: `data.only` or `data.without` name what it does not have.
    """
    return selected(load_store(recipe.data.store), recipe.data.only, recipe.data.without)


def training_clips(recipe: Recipe, store: DatasetStore) -> tuple[ClipInfo, ...]:
    """The clips to train on.

    Raises:
        DataFormatError: the store lacks a split.
    """
    return drawn_share(store.clips_of(recipe.data.train), recipe.data.share, recipe.train.seed)


def epoch_steps(recipe: Recipe, store: DatasetStore) -> float:
    """Batches in which every training pose is seen once, mirror images included where the recipe has them.

    Raises:
        DataFormatError: the store lacks a split.
    """
    clips = training_clips(recipe, store)
    poses = sum(int(store.valid_frames(clip)[:: recipe.data.stride].sum()) for clip in clips)
    return poses * (2 if recipe.data.flip else 1) / recipe.train.batch_size


def planned_steps(recipe: Recipe, store: DatasetStore) -> int:
    """How many steps the recipe asks for.

    Raises:
        DataFormatError: the store lacks a split.
        RecipeError: the epochs are fewer than one batch.
    """
    if recipe.train.steps:
        return recipe.train.steps
    steps = int(recipe.train.epochs * epoch_steps(recipe, store))
    if steps < 1:
        raise RecipeError(f"train.epochs: {recipe.train.epochs:g} epochs are less than one batch", "ask for more")
    return steps


def network_input(model: LiftingNetwork) -> NetworkInput:
    """How what is seen becomes a model's input."""
    return NetworkInput(normaliser(model.config.normalisation), model.config.in_channels, model.window)


def training_data(recipe: Recipe, store: DatasetStore, model: LiftingNetwork, device: torch.device) -> TrainingData:
    """Read what the recipe names into memory; single frames of recordings go to the device at once.

    Raises:
        DataFormatError: the store lacks a split or the detections.
        RecipeError: recordings do not convert to the network's skeleton.
        SkeletonError: motion capture does not convert to the network's skeleton.
    """
    make = _recorded if store.kind == "recordings" else _virtual
    return make(recipe, store, model, device)


def training_joints(recipe: Recipe, store: DatasetStore) -> np.ndarray:
    """Poses (N, J, 3) to train on: of recordings in the normalised image frame, as the original's, else in the world.

    Raises:
        DataFormatError, SkeletonError: as for `training_data`.
    """
    if store.kind == "recordings":
        skeleton = recipe.model.config.get("skeleton")
        store = store if skeleton is None else _in_skeleton(store, skeleton_of(skeleton))
        clips = training_clips(recipe, store)
        return load_recorded(store, clips, "gt", channels=2, stride=recipe.data.stride).targets
    skeleton = skeleton_of(recipe.model.config.get("skeleton", H36M_17))
    clips = training_clips(recipe, store)
    return load_poses(store, recipe.data.train, skeleton, stride=recipe.data.stride, clips=clips).joints_world_mm


def _virtual(recipe: Recipe, store: DatasetStore, model: LiftingNetwork, device: torch.device) -> TrainingData:
    data, settings, network = recipe.data, recipe.train, network_input(model)
    load = partial(load_poses, store, skeleton=model.skeleton, stride=data.stride, window=model.window)
    poses = load(splits=data.train, balance=data.balance, clips=training_clips(recipe, store))
    held_out = load(splits=(data.select_on,))
    logger.info("%d poses to train on, %d to select on", len(poses), len(held_out))
    batches = ViewBatches(poses, recipe.augment, recipe.views, settings.batch_size, settings.seed, network)
    views = validation_views(held_out, data.val_poses, recipe.views, network, device=device)
    return TrainingData(MadeBatches(batches, device, settings.workers), views)


def _recorded(recipe: Recipe, store: DatasetStore, model: LiftingNetwork, device: torch.device) -> TrainingData:
    data, settings, network = recipe.data, recipe.train, network_input(model)
    store = _in_skeleton(store, model.skeleton)
    clips, chosen = training_clips(recipe, store), store.clips_of((data.select_on,))
    held_out = load_recorded_windows(store, chosen, data.detections, network, stride=data.stride)
    selection = validation_recordings(held_out, data.val_poses, device=device)
    if network.window.frames > 1:
        windows = load_recorded_windows(store, clips, data.detections, network, stride=data.stride)
        logger.info("%d windows to train on, %d to select on", len(windows), len(held_out))
        made = RecordedBatches(windows, settings.batch_size, settings.seed, data.flip)
        return TrainingData(MadeBatches(made, device, settings.workers), selection)
    recorded = load_recorded(
        store, clips, data.detections, channels=network.channels, stride=data.stride, normaliser=network.normaliser
    )
    logger.info("%d poses to train on, %d to select on", len(recorded), len(held_out))
    made = RecordedBatches(recorded, settings.batch_size, settings.seed, data.flip)
    # On a processor they are made ahead instead, for mirror images would take as much memory again.
    on_processor = device.type == "cpu"
    batches: Batches = MadeBatches(made, device) if on_processor else ResidentBatches(made, recorded, device)
    return TrainingData(batches, selection)


def _in_skeleton(store: DatasetStore, skeleton: Skeleton) -> DatasetStore:
    try:
        return converted_recordings(store, skeleton)
    except SkeletonError:
        raise RecipeError(
            f"model.skeleton: the recordings are of {store.skeleton.name}, the network is of {skeleton.name}",
            f"set model.skeleton to {store.skeleton.name}, or to the file of another with its joints and root",
        ) from None
