"""Whether a recipe fits the store that it trains on."""

from __future__ import annotations

from poselift.data.sources.augment import PoseAugmentConfig
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import DatasetStore
from poselift.errors import RecipeError
from poselift.training.recipe import Recipe


def check_fits(recipe: Recipe, store: DatasetStore) -> None:
    """A setting that this kind of data does not know must not look as if it did something.

    Raises:
        RecipeError: the recipe has such a setting.
    """
    if store.kind == "recordings":
        data, hint = "recordings", "leave it out, or train on a store of motion capture"
        idle = {"augment": recipe.augment != PoseAugmentConfig(), "views": recipe.views != ViewConfig()}
        idle["data.balance"] = recipe.data.balance != "frames"
    else:
        data, hint = "motion capture", "leave it out, or train on a store of recordings"
        idle = {"data.detections": recipe.data.detections != "gt", "data.flip": recipe.data.flip}
    for name, set_here in idle.items():
        if set_here:
            raise RecipeError(f"{recipe.data.store}: {name} has no effect on {data}", hint)
