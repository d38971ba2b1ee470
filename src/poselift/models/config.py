"""The settings that every network has."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import field_validator

from poselift.normalisation import NORMALISATIONS
from poselift.settings import OneOf, Settings
from poselift.skeleton import skeleton_setting


class NetworkConfig(Settings):
    """What fixes a network but its weights; each network adds its own.

    Attributes:
        skeleton: what goes in and comes out: the name of a known skeleton, a .toml file, or such a file's table.
        in_channels: 2 for x, y; 3 adds the confidence.
        normalisation: how 2D joints enter and what comes out; a name of `normalisation.NORMALISATIONS`.
    """

    section: ClassVar[str] = "model"

    skeleton: str | dict[str, Any] = "h36m17"
    in_channels: Literal[2, 3] = 2
    normalisation: Annotated[str, OneOf(NORMALISATIONS)] = "image_frame"

    @field_validator("skeleton", mode="before")
    @classmethod
    def _whole_skeleton(cls, value: Any) -> Any:
        # Not the path: models and run folders travel without that file.
        return skeleton_setting(value)
