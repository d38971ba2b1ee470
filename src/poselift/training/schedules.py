"""How the learning rate changes: pure functions of the step."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from poselift.settings import Settings


class _Schedule(Settings):
    section: ClassVar[str] = "optim.schedule"


class Constant(_Schedule):
    """The learning rate stays.

    Attributes:
        kind: the learning rate stays as it is.
    """

    kind: Literal["constant"] = "constant"


class Exponential(_Schedule):
    """The learning rate falls continuously; defaults as in the LCN paper.

    Attributes:
        kind: the learning rate falls by the same factor in every step.
        rate: what it is multiplied by, every `steps` steps.
        steps: in how many steps it falls by `rate`.
    """

    kind: Literal["exponential"] = "exponential"
    rate: float = Field(default=0.96, gt=0, le=1)
    steps: int = Field(default=32000, ge=1)


class Piecewise(_Schedule):
    """The learning rate falls at certain steps.

    Steps count from 0, and the step of the boundary still has the earlier factor, as in TensorFlow.

    Attributes:
        kind: the learning rate falls at certain steps.
        boundaries: the steps after which it changes, counted from 0.
        factors: what it is multiplied by after each of them, in place of the factor before.
    """

    kind: Literal["piecewise"] = "piecewise"
    boundaries: tuple[int, ...]
    factors: tuple[float, ...]

    @model_validator(mode="after")
    def _paired(self) -> Piecewise:
        if len(self.boundaries) != len(self.factors) or list(self.boundaries) != sorted(set(self.boundaries)):
            got = f"{list(self.boundaries)} and {list(self.factors)}"
            raise ValueError(f"expected rising boundaries and one factor for each, got {got}")
        return self


class Cosine(_Schedule):
    """The learning rate falls along half a cosine.

    Attributes:
        kind: the learning rate falls along half a cosine, to the last step.
        final: what is left of it there.
    """

    kind: Literal["cosine"] = "cosine"
    final: float = Field(default=0.01, ge=0, le=1)


Schedule: TypeAlias = Annotated[Constant | Exponential | Piecewise | Cosine, Field(discriminator="kind")]


def schedule_factor(schedule: Schedule, step: int, steps: int) -> float:
    """What the schedule multiplies the learning rate by in step `step` (from 0) of `steps`."""
    if isinstance(schedule, Constant):
        return 1.0
    if isinstance(schedule, Exponential):
        return float(schedule.rate ** (step / schedule.steps))
    if isinstance(schedule, Piecewise):
        past = [f for b, f in zip(schedule.boundaries, schedule.factors, strict=True) if step > b]
        return past[-1] if past else 1.0
    done = min(1.0, step / max(1, steps - 1))
    return schedule.final + (1 - schedule.final) * (1 + math.cos(math.pi * done)) / 2
