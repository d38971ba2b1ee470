"""The people of a scene who are wanted."""

from __future__ import annotations

from pathlib import Path

from poselift.data.clip import Keypoints
from poselift.data.scene import Scene
from poselift.errors import NoPersonError
from poselift.tracking.bodies import Bodies
from poselift.tracking.chosen import Chooser, Placed
from poselift.tracking.who import EVERYBODY, Who


def wanted(scene: Scene, who: Who) -> Scene:
    """The scene with the tracks of those who are wanted: the same whom a `PeopleTracker` tells of.

    Raises:
        ShapeError: somebody has no 2D joints.
    """
    if who == EVERYBODY:
        return scene
    chooser = Chooser(who, scene.footage.size_px)
    chosen = [p for frame in range(len(scene.footage)) for p in chooser.push(_placed(scene, frame))]
    ids = {person for placed in [*chosen, *chooser.finish()] for person in placed.people}
    return scene.replaced(tracks=tuple(track for track in scene.tracks if track.id in ids))


def check_somebody(scene: Scene, source: Path | str, who: Who) -> None:
    """Raises NoPersonError where nobody is left who was wanted."""
    if scene.tracks:
        return
    if who == EVERYBODY:
        raise NoPersonError(f"{source}: nobody is seen long enough in {len(scene.footage)} frames to be a person")
    raise NoPersonError(
        f"{source}: the person who is wanted is in none of {len(scene.footage)} frames",
        "lift everybody first, and name one of the ids of the result",
    )


def _placed(scene: Scene, frame: int) -> Placed:
    here = [t for t in scene.tracks if t.first_frame <= frame < t.first_frame + len(t.clip)]
    here = [t for t in here if t.clip.valid[frame - t.first_frame]]
    found = [Keypoints(*(array[frame - t.first_frame] for array in t.clip.keypoints)) for t in here]
    bodies = Bodies.of(found)
    return Placed(frame, float(scene.footage.time_s[frame]), {t.id: n for n, t in enumerate(here)}, bodies)
