"""What a run of an experiment found, one JSON file for each, which is there whole or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from poselift.errors import DataFormatError, RecipeError
from poselift.experiments.measuring import Measured
from poselift.experiments.recipe import Measure
from poselift.files import whole_file
from poselift.training.recipe import Recipe

_FORMAT = "poselift-experiment-result"
# What may differ between two runs that are the same: nothing that is learned or measured depends on it.
_FREE = {"data.store", "train.threads", "train.workers", "train.log_every", "train.checkpoint_every"}


@dataclass(frozen=True)
class Result:
    """A run that is finished. Times are not in it: the same run gives the same file.

    Attributes:
        recipe: nested settings; of the place of the data the name of the file alone.
        data: how many frames and clips the store has.
        parameters, flops, window: see `models.size.Size`.
        measures: what was measured, by name, as plain settings.
        measured: what came out.
    """

    recipe: dict[str, Any]
    data: dict[str, int]
    parameters: int
    flops: int
    window: int
    measures: dict[str, dict[str, Any]]
    measured: dict[str, Measured]


def recipe_of(recipe: Recipe) -> dict[str, Any]:
    """A recipe as it stands in a result."""
    nested = recipe.model_dump(mode="json")
    nested["data"]["store"] = recipe.data.store.name  # where it lay is nobody's business
    return nested


def measures_of(measures: dict[str, Measure]) -> dict[str, dict[str, Any]]:
    """Measures as they stand in a result."""
    return {name: measure.model_dump(mode="json") for name, measure in measures.items()}


def check_same(place: Path, before: Recipe, now: Recipe) -> None:
    """Refuse to mix runs of different settings.

    Raises:
        RecipeError: they differ; the message names the first setting that does.
    """
    was, is_now = _settings(before), _settings(now)
    for key in sorted(was.keys() | is_now.keys()):
        if was.get(key) != is_now.get(key):
            raise RecipeError(
                f"{place}: was made with {key} = {was.get(key)}, the experiment has {is_now.get(key)}",
                "name another folder with --runs, or remove this one",
            )


def _settings(recipe: Recipe) -> dict[str, Any]:
    """By their dotted names, as far as they matter to what comes out."""
    return {key: value for key, value in _flat(recipe.model_dump(mode="json")).items() if key not in _FREE}


def save_result(result: Result, path: Path) -> None:
    """Write or replace a result; errors as for `whole_file`."""
    text = json.dumps({"format": _FORMAT, **asdict(result)}, indent=1, sort_keys=True)
    with whole_file(path, overwrite=True) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def load_result(path: Path) -> Result | None:
    """A result, or None where there is none yet.

    Raises:
        DataFormatError: the file is something else.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("format") != _FORMAT:
            raise ValueError("it says so itself")
        measured = {name: Measured(**found) for name, found in values.pop("measured").items()}
        return Result(**values, measured=measured)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise DataFormatError(f"{path}: no result of an experiment ({error})", "remove it to run it anew") from None


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat
