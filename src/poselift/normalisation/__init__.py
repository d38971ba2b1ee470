"""How 2D joints enter a network, and what its output means: one file for each way."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from poselift.errors import RecipeError

if TYPE_CHECKING:
    from poselift.normalisation.base import Normaliser

# name -> "module:object", which keeps the contract of `normalisation.base.Normaliser`
NORMALISATIONS: dict[str, str] = {
    "image_frame": "poselift.normalisation.image_frame:IMAGE_FRAME",
    "person_centred": "poselift.normalisation.person_centred:PERSON_CENTRED",
}


def normaliser(name: str) -> Normaliser:
    """The normalisation of that name.

    Raises:
        RecipeError: there is none.
    """
    if name not in NORMALISATIONS:
        raise RecipeError(f"unknown normalisation {name!r}", f"known: {', '.join(NORMALISATIONS)}")
    module, place = NORMALISATIONS[name].split(":")
    found: Normaliser = getattr(import_module(module), place)
    return found
