"""The folder of a run.

recipe.toml          the resolved recipe; trains the same run again
run.json             version of poselift and torch, and what the dataset is
metrics.csv          the log, and TensorBoard's event files
last.safetensors     everything that is needed to resume
best.safetensors     the model with the lowest validation error
final.safetensors    the model after the last step
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poselift.errors import CheckpointError, RecipeError
from poselift.files import whole_file, writable_folder
from poselift.training.recipe import Recipe
from poselift.training.recipe_file import load_recipe, recipe_to_toml

# Settings that may change when a run is resumed: they decide how long it runs and what it writes, not what it learns
# in a step. The schedule of the learning rate may stretch with train.steps; that is the user's wish.
_FREE = {"steps", "epochs", "val_every", "checkpoint_every", "threads", "workers"}


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run."""

    path: Path

    @property
    def recipe(self) -> Path:
        return self.path / "recipe.toml"

    @property
    def last(self) -> Path:
        return self.path / "last.safetensors"

    @property
    def best(self) -> Path:
        return self.path / "best.safetensors"

    @property
    def final(self) -> Path:
        return self.path / "final.safetensors"

    def begin(self, recipe: Recipe, about: dict[str, Any], *, overwrite: bool) -> None:
        """Make the folder, clear what an older run left if `overwrite`, and write what the run is.

        Raises:
            OutputError: the folder has files in it and `overwrite` is false, or it is not writable.
        """
        writable_folder(self.path, overwrite=overwrite)
        for pattern in ("metrics.csv", "events.out.tfevents.*", "last.safetensors", "best.safetensors", "final.*"):
            for old in self.path.glob(pattern):
                old.unlink()
        self._describe(recipe, about)

    def resume(self, recipe: Recipe, about: dict[str, Any]) -> None:
        """Check that the folder holds this very run, and note the settings that may change.

        Raises:
            CheckpointError: there is nothing to resume.
            RecipeError: the recipe is another one; the message names the first setting that differs.
        """
        if not self.last.exists() or not self.recipe.exists():
            raise CheckpointError(
                f"{self.path}: no run to resume: no {self.last.name}", "leave out --resume to start it"
            )
        before = _flat(load_recipe(self.recipe).model_dump(mode="json"))
        after = _flat(recipe.model_dump(mode="json"))
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key) and key not in {f"train.{name}" for name in _FREE}:
                raise RecipeError(
                    f"{self.path}: was begun with {key} = {before.get(key)}, the recipe has {after.get(key)}",
                    f"resume with the run's own recipe, {self.recipe}, or begin another run",
                )
        self._describe(recipe, about)

    def _describe(self, recipe: Recipe, about: dict[str, Any]) -> None:
        with whole_file(self.recipe, overwrite=True) as temporary:
            temporary.write_text(recipe_to_toml(recipe), encoding="utf-8")
        with whole_file(self.path / "run.json", overwrite=True) as temporary:
            temporary.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings by their dotted names."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat
