"""One network of one or several experiments: trained if it is not yet, and measured for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poselift.data.store import DatasetStore, load_store
from poselift.evaluation.opening import opened_lifter
from poselift.experiments.measuring import Measured, measured
from poselift.experiments.plan import Plan, PlannedRun
from poselift.experiments.recipe import Measure
from poselift.experiments.results import Result, check_same, load_result, measures_of, recipe_of, save_result
from poselift.training.folder import RunFolder
from poselift.training.recipe import Recipe
from poselift.training.recipe_file import load_recipe, recipe_from

RESULT = "result.json"


@dataclass(frozen=True)
class Task:
    """What one process does in one go; plain values, so that it can be sent there.

    Attributes:
        name: for messages.
        recipe: nested settings.
        trained_in: folder of the training.
        wanted: what is measured, by the folder of the result.
    """

    name: str
    recipe: dict[str, Any]
    trained_in: Path
    wanted: dict[Path, dict[str, Measure]]
    device: str


def tasks_of(plans: list[Plan], runs: Path, device: str) -> list[Task]:
    """What is left to do of some experiments; a network that several of them measure is trained once.

    Raises:
        RecipeError: a run is there with other settings.
        DataFormatError: a result is damaged.
    """
    tasks: dict[Path, Task] = {}
    for plan in plans:
        for run in plan.runs:
            check_training(run.recipe, runs / run.trained_in)
            if is_measured(plan, run, runs):
                continue
            new = Task(str(run.trained_in), run.recipe.model_dump(mode="json"), runs / run.trained_in, {}, device)
            task = tasks.setdefault(run.trained_in, new)
            task.wanted[runs / run.folder] = plan.experiment.levelled
    return list(tasks.values())


def is_measured(plan: Plan, run: PlannedRun, runs: Path) -> bool:
    """Whether the result of a run is there. What is measured may have changed: then it is measured anew.

    Raises:
        RecipeError: it is there, of other settings.
    """
    result = load_result(runs / run.folder / RESULT)
    if result is None:
        return False
    check_same(runs / run.folder, recipe_from(result.recipe), run.recipe)
    return result.measures == measures_of(plan.experiment.levelled)


def check_training(recipe: Recipe, folder: Path) -> None:
    """Complain of a training that was begun with other settings."""
    place = RunFolder(folder)
    if place.recipe.exists():
        check_same(folder, load_recipe(place.recipe), recipe)


def perform(task: Task, stop: Callable[[], bool]) -> bool:
    """Train and measure; False if `stop` said so before the end. What was done of it is kept."""
    recipe = recipe_from(task.recipe)
    if not trained(recipe, task.trained_in, task.device, stop):
        return False
    store, network = load_store(recipe.data.store), RunFolder(task.trained_in).best
    size = sized(network)
    for folder, measures in task.wanted.items():
        if stop():
            return False
        found: dict[str, Measured] = {}
        for flip in {measure.flip for measure in measures.values()}:
            with opened_lifter(network, flip=flip, threads=1) as lifter:
                found |= {n: measured(lifter, store, n, m) for n, m in measures.items() if m.flip == flip}
        ordered = {name: found[name] for name in measures}
        result = Result(recipe_of(recipe), _data(store), *size, measures_of(measures), ordered)
        save_result(result, folder / RESULT)
    return True


def trained(recipe: Recipe, folder: Path, device: str, stop: Callable[[], bool]) -> bool:
    """Train, going on where an earlier training stopped; whether it came to its end."""
    from poselift.training.loop import train

    place = RunFolder(folder)
    if place.final.exists():
        return True
    if stop():
        return False
    return train(recipe, folder, resume=place.last.exists(), overwrite=True, device=device, stop=stop).finished


def sized(network: Path) -> tuple[int, int, int]:
    """Parameters, operations and frames of a trained network, see `models.size.Size`."""
    from poselift.models.checkpoint import load_checkpoint
    from poselift.models.size import size_of

    return size_of(load_checkpoint(network)[0])


def _data(store: DatasetStore) -> dict[str, int]:
    return {"frames": store.n_frames, "clips": len(store.clips)}
