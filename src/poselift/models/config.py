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
        uncertainty: a fourth number comes out for each joint: the natural logarithm of how far off the network
            expects it to be, in the output's unit. To be trained by the loss "likelihood".
    """

    section: ClassVar[str] = "model"

    skeleton: str | dict[str, Any] = "h36m17"
    in_channels: Literal[2, 3] = 2
    normalisation: Annotated[str, OneOf(NORMALISATIONS)] = "image_frame"
    uncertainty: bool = False

    @property
    def out_channels(self) -> int:
        """Numbers that come out for each joint: x, y, z, and with `uncertainty` one more."""
        return 4 if self.uncertainty else 3

    @field_validator("skeleton", mode="before")
    @classmethod
    def _whole_skeleton(cls, value: Any) -> Any:
        # Not the path: models and run folders travel without that file.
        return skeleton_setting(value)
