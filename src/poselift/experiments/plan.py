"""Which networks an experiment trains: every variant, at each value of the grid, with each seed."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poselift.errors import RecipeError
from poselift.experiments.recipe import Experiment, Value, experiment_path, level_name, load_experiment
from poselift.lookup import checked_name
from poselift.training.recipe import Recipe
from poselift.training.recipe_file import override, put, recipe_from, recipe_values


@dataclass(frozen=True)
class Network:
    """A network that is trained, once with each seed.

    Attributes:
        name: of the network among those of its experiment.
        line: the same without the value of the grid: what lines of a plot are named by.
        x: the value of the grid, if there is one.
    """

    name: str
    line: str
    x: Value | None


@dataclass(frozen=True)
class PlannedRun:
    """One training.

    Attributes:
        trained_in: where the training lies, below the folder of all experiments.
        folder: where its result for this experiment lies, there too.
    """

    network: Network
    seed: int
    recipe: Recipe
    trained_in: Path
    folder: Path


@dataclass(frozen=True)
class Plan:
    """An experiment and all of its runs."""

    name: str
    experiment: Experiment
    runs: tuple[PlannedRun, ...]

    @property
    def networks(self) -> tuple[Network, ...]:
        return tuple(dict.fromkeys(run.network for run in self.runs))


def plan(name: str, settings: Sequence[str] = ()) -> Plan:
    """Read an experiment and all recipes that follow from it.

    Args:
        name: of an experiment, or the path of its file.
        settings: such as "data.store=mine.safetensors", which override those of every run.

    Raises:
        RecipeError: there is no such experiment, or a recipe is not what it may be; the message names the network.
    """
    path = experiment_path(name)
    experiment, own = load_experiment(path), path.stem
    if not experiment.networks:
        return Plan(own, experiment, _runs(path, own, own, experiment, settings))
    trainer = load_experiment(_beside(path, experiment.networks))
    if trainer.networks:
        raise RecipeError(f"{path}: networks: {experiment.networks} trains none itself", f"name {trainer.networks}")
    runs = _runs(_beside(path, experiment.networks), experiment.networks, own, trainer, settings)
    for wanted in experiment.only:
        checked_name({run.network.line: run for run in runs}, wanted, "network")
    kept = tuple(run for run in runs if not experiment.only or run.network.line in experiment.only)
    return Plan(own, experiment, kept)


def _beside(path: Path, name: str) -> Path:
    return path.parent / f"{name}.toml"


def _runs(
    path: Path, trainer: str, own: str, experiment: Experiment, settings: Sequence[str]
) -> tuple[PlannedRun, ...]:
    base = recipe_values(path.parent / experiment.base)
    runs = []
    for network, values in _networks(experiment):
        for seed in experiment.seeds:
            recipe = _recipe(base, {**experiment.set, **values}, seed, settings, f"{path}: {network.name}")
            place = Path(network.name) / f"seed-{seed}"
            runs.append(PlannedRun(network, seed, recipe, trainer / place, own / place))
    return tuple(runs)


def _networks(experiment: Experiment) -> list[tuple[Network, dict[str, Any]]]:
    variants, axis = experiment.variants or {"": {}}, experiment.grid
    if axis is None:
        return [(Network(name, name, None), values) for name, values in variants.items()]
    return [
        (Network(level_name(name, axis, value), name, value), {**values, axis.setting: value})
        for name, values in variants.items()
        for value in axis.values
    ]


def _recipe(base: dict[str, Any], values: dict[str, Any], seed: int, settings: Sequence[str], source: str) -> Recipe:
    nested = deepcopy(base)
    # Tables first: they take the place of whole tables, single settings then go into them.
    for key, value in sorted(values.items(), key=lambda item: not isinstance(item[1], dict)):
        put(nested, key, value)
    for setting in settings:
        override(nested, setting)
    put(nested, "train.seed", seed)
    # Several trainings share a machine, each in a process that may have no processes of its own; and numbers must not
    # depend on how many there are.
    put(nested, "train.threads", 1)
    put(nested, "train.workers", 0)
    return recipe_from(nested, source=source)
