"""Where the joints are in a network's tensors, so that one network can start from another of other joints."""

from __future__ import annotations

from typing import NamedTuple


class JointAxis(NamedTuple):
    """An axis of a tensor that is laid out as (outer, joints, the rest).

    Attributes:
        axis: which axis.
        outer: how often the joints come, such as once in each frame.
        enters: what belongs to a joint there is multiplied by what comes from it; otherwise it goes to it.
    """

    axis: int
    outer: int = 1
    enters: bool = False
