"""What can be chosen about lifting, whoever asks: the command line, the library, a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from poselift.lifting.seconds import checked_cutoff, checked_seconds
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lookup import checked_name
from poselift.world.options import WorldOptions


@dataclass(frozen=True)
class LiftOptions:
    """How 2D joints over time become 3D joints over time. Checked on construction.

    Attributes:
        max_gap_s: the longest gap that is filled, in seconds; see `lifting.gaps`.
        smoothing: how the 3D joints are smoothed, a name of `lifting.smoothing.SMOOTHERS`.
        cutoff_hz: which movements to and fro are smoothed away: of this frequency 71 % is left (-3 dB), see
            `lifting.smoothing`.
        world: how people are put into a world; None leaves them as each moment was lifted, in camera axes.

    Raises:
        ShapeError: a time is negative or not finite, or the cut-off not positive.
        RecipeError: there is no such smoothing.

    >>> LiftOptions(smoothing="none").max_gap_s
    0.5
    """

    max_gap_s: float = 0.5
    smoothing: str = "butterworth"
    cutoff_hz: float = 6.0
    world: WorldOptions | None = field(default_factory=WorldOptions)

    def __post_init__(self) -> None:
        checked_seconds(self.max_gap_s, "max_gap_s")
        checked_cutoff(self.cutoff_hz)
        checked_name(SMOOTHERS, self.smoothing, "smoothing")


DEFAULTS = LiftOptions()
