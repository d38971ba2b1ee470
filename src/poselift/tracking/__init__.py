"""Detections to people over time: one file for each way to tell who is who."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poselift.lookup import look_up
from poselift.tracking.who import EVERYBODY, Who

if TYPE_CHECKING:
    from poselift.data.detections import Detections
    from poselift.data.scene import Scene

# name -> "module:function", which makes a scene of detections; imported when used
TRACKERS: dict[str, str] = {
    "people": "poselift.tracking.everybody:everybody",
    "ids": "poselift.tracking.file_ids:by_file_ids",
}


def track(detections: Detections, strategy: str = "people", who: Who = EVERYBODY) -> Scene:
    """The people of the detections who are wanted.

    Args:
        strategy: a name of `TRACKERS`. "people" finds out who is who; "ids" believes the ids that the file gives.
        who: whose tracks are wanted.

    Raises:
        RecipeError: there is no such strategy.
        ShapeError: as for the strategy.
    """
    from poselift.tracking.wanted import wanted

    scene: Scene = look_up(TRACKERS, strategy, "tracking")(detections)
    return wanted(scene, who)
