"""How 2D joints enter a network, and what its output means: one file for each way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poselift.lookup import look_up

if TYPE_CHECKING:
    from poselift.normalisation.base import Normaliser

# name -> "module:object", which keeps the contract of `normalisation.base.Normaliser`
NORMALISATIONS: dict[str, str] = {
    "bones": "poselift.normalisation.bones:BONES",
    "image_frame": "poselift.normalisation.image_frame:IMAGE_FRAME",
    "person_centred": "poselift.normalisation.person_centred:PERSON_CENTRED",
    "person_rays": "poselift.normalisation.person_rays:PERSON_RAYS",
    "ray_depth": "poselift.normalisation.ray_depth:RAY_DEPTH",
    "ray_true_depth": "poselift.normalisation.ray_depth:RAY_TRUE_DEPTH",
}


def normaliser(name: str) -> Normaliser:
    """The normalisation of that name.

    Raises:
        RecipeError: there is none.
    """
    found: Normaliser = look_up(NORMALISATIONS, name, "normalisation")
    return found
