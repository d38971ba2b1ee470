"""C3D files, which biomechanics programs read: OpenSim, Mokka, Visual3D, Vicon Nexus. By ezc3d (MIT licence).

After the C3D file format user guide (c3d.org). Millimetres; x to the camera's right, y ahead of it, z up, as the
world is. All people are in one file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import MissingExtraError
from poselift.export.markers import marker_names, one_file_each
from poselift.files import whole_file
from poselift.version import __version__
from poselift.world.placing import upright_mm

# What the format calls a point that was not seen.
_MISSING = -1.0


def write_c3d(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """Markers of everybody at the footage's nominal rate, from its first frame on; of several people named `2:RKnee`.

    Missing markers have the residual -1. The residual of the others is how far off nine of ten are, where known.

    Raises:
        MissingExtraError: ezc3d is not installed.
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints with a root position.
        OutputError: the file exists and `overwrite` is false, or cannot be written.
    """
    try:
        import ezc3d
    except ImportError:
        raise MissingExtraError("ezc3d", "c3d") from None
    scene = Scene.of(scene)
    tracks = [track for track, _ in one_file_each(scene, path)]
    names, places, residuals = [], [], []
    for track in tracks:
        clip, frames = track.clip, slice(track.first_frame, track.first_frame + len(track.clip))
        prefix = f"{track.id}:" if len(tracks) > 1 else ""
        names += [prefix + name for name in marker_names(clip.skeleton)]
        place = np.full((len(scene.footage), len(clip.skeleton), 3), np.nan)
        place[frames] = upright_mm(clip)
        residual = np.zeros(place.shape[:2])
        if clip.error_90_mm is not None:
            residual[frames] = np.nan_to_num(clip.error_90_mm)
        residual[~np.isfinite(place).all(axis=-1)] = _MISSING
        places.append(place)
        residuals.append(residual)
    file = ezc3d.c3d()
    parameters = file["parameters"]
    parameters["POINT"]["RATE"]["value"] = [float(scene.footage.fps)]
    parameters["POINT"]["LABELS"]["value"] = names
    parameters["POINT"]["UNITS"]["value"] = ["mm"]
    file.add_parameter("MANUFACTURER", "SOFTWARE", ["poselift"])
    file.add_parameter("MANUFACTURER", "VERSION_LABEL", [__version__])
    points = np.nan_to_num(np.concatenate(places, axis=1)).transpose(2, 1, 0)
    file["data"]["points"] = np.concatenate([points, np.ones((1, *points.shape[1:]))])
    file["data"]["meta_points"]["residuals"] = np.concatenate(residuals, axis=1).T[None]
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        file.write(str(temporary))
