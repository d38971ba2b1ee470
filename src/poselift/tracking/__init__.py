"""Detections to people over time: one file for each way to tell who is who."""

from __future__ import annotations

from poselift.data.detections import Detections
from poselift.data.scene import Scene
from poselift.lookup import look_up

# name -> "module:function", which makes a scene of detections; imported when used
TRACKERS: dict[str, str] = {
    "main": "poselift.tracking.main_person:main_person",
    "ids": "poselift.tracking.file_ids:by_file_ids",
}


def track(detections: Detections, strategy: str = "main") -> Scene:
    """The people of the detections.

    Args:
        strategy: a name of `TRACKERS`. "main" follows one person through everything; "ids" believes the ids that the
            file gives.

    Raises:
        RecipeError: there is no such strategy.
        ShapeError: as for the strategy.
    """
    scene: Scene = look_up(TRACKERS, strategy, "tracking")(detections)
    return scene
