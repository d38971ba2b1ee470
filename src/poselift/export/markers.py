"""Joints as the markers that biomechanics programs know: their names, and a file for each person."""

from __future__ import annotations

from pathlib import Path

from poselift.data.scene import Scene, Track
from poselift.errors import NoPersonError, ShapeError
from poselift.skeleton import Skeleton

# As in the models of Pose2Sim for OpenSim, which follow Halpe-26.
_NAMES = {"pelvis": "Hip", "mid_hip": "Hip", "thorax": "Neck", "toe": "BigToe"}


def marker_names(skeleton: Skeleton) -> list[str]:
    """A name for each joint: `right_big_toe` is RBigToe."""
    return [_marker(joint) for joint in skeleton.joints]


def _marker(joint: str) -> str:
    side = next((side for side in ("left", "right") if joint.startswith(f"{side}_")), "")
    part = joint.removeprefix(f"{side}_")
    words = _NAMES.get(part) or "".join(word[:1].upper() + word[1:] for word in part.split("_"))
    return side[:1].upper() + words


def one_file_each(scene: Scene, path: Path | str) -> list[tuple[Track, Path]]:
    """A file for each person: the first by id has the name that is given, of others `_ID` is added: `walk_2.trc`.

    Raises:
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints with a root position.
    """
    if not len(scene):
        raise NoPersonError("nobody is in this scene, so there are no markers to write")
    for track in scene.tracks:
        if track.clip.joints_root_mm is None or track.clip.root_cam_mm is None:
            raise ShapeError(f"person {track.id} has no 3D joints with a root position", "lift the scene first")
    first, path = True, Path(path)
    files = []
    for track in sorted(scene.tracks, key=lambda track: track.id):
        files.append((track, path if first else path.with_stem(f"{path.stem}_{track.id}")))
        first = False
    return files
