"""How 2D joints enter a network, and what its output means: one file for each way."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Normalisation: TypeAlias = Literal["image_frame", "person_centred"]
NORMALISATIONS: tuple[str, ...] = get_args(Normalisation)
