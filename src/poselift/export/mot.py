"""Motion files (.mot) of OpenSim: the coordinates of its full-body model (Rajagopal et al. 2016) over time.

After OpenSim's documentation, "Storage (.sto) and motion (.mot) files". Degrees and metres; x ahead of the camera, y
up, z to its right. All joints of the model turn Z-X-Y. Places of joints leave turns open: of a thigh and an upper arm
about themselves while knee or elbow is straight, and of the lumbar spine forward. A model needs all of them, so the
first are as in the frames before and after, or 0, and the pelvis leans as the trunk does.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.angles.axes import (
    Places,
    ankle_deg,
    elbow_deg,
    hip_swing_deg,
    knee_deg,
    pelvis_axes,
    shoulder_swing_deg,
    swing_deg,
    thigh_axes,
    trunk_axes,
    twist_deg,
    upper_arm_axes,
)
from poselift.angles.joint_angles import both_sides
from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import ShapeError, SkeletonError
from poselift.export.markers import one_file_each
from poselift.files import whole_file
from poselift.geometry.aiming import held
from poselift.geometry.rotation_over_time import zxy_angles_over_time
from poselift.world.placing import upright_mm

# The model's ground: its x, y, z are the world's y, z, x.
_GROUND = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
_NEEDED = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


def write_mot(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> list[Path]:
    """One file for each person, of the frames from their first to their last, at the footage's times.

    The first person by id has the name that is given, of others `_ID` is added: `walk_2.mot`. While somebody is
    absent the last pose is held. `pelvis_tx`, `_ty` and `_tz` are those of the middle of the hips.

    Returns:
        The files that were written.

    Raises:
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints with a root position, or not all of them in any frame.
        SkeletonError: somebody's skeleton has not the joints of arms and legs.
        OutputError: a file exists and `overwrite` is false, or cannot be written.
    """
    people = one_file_each(Scene.of(scene), path)
    with ExitStack() as files:
        for track, file in people:
            columns = _coordinates(track.clip)
            temporary = files.enter_context(whole_file(file, overwrite=overwrite))
            with open(temporary, "w", encoding="utf-8", newline="\n") as text:
                text.write(f"{file.stem}\nversion=1\nnRows={len(track.clip)}\nnColumns={1 + len(columns)}\n")
                text.write("inDegrees=yes\nendheader\n" + "\t".join(("time", *columns)) + "\n")
                line = "%.6f" + "\t%.5f" * len(columns) + "\n"
                rows = zip(track.clip.time_s.tolist(), np.stack(list(columns.values()), axis=1).tolist(), strict=True)
                text.writelines(line % (time_s, *row) for time_s, row in rows)
    return [file for _, file in people]


def _coordinates(clip: Clip) -> dict[str, np.ndarray]:
    skeleton, joints_mm = clip.skeleton, upright_mm(clip)
    if missing := [name for name in _NEEDED if f"right_{name}" not in skeleton.joints]:
        raise SkeletonError(f"{skeleton.name}: has no {missing[0]}, which a body of OpenSim has", "lift in body21")
    known = np.isfinite(joints_mm).all(axis=(1, 2))
    if not known.any():
        raise ShapeError("no frame holds all 3D joints of somebody, and their place", "lift the scene again")
    places, mirrored = both_sides(held(joints_mm, known, joints_mm[0]), skeleton)
    pelvis = pelvis_axes(places)
    turns = np.degrees(zxy_angles_over_time(_GROUND.T @ pelvis))
    columns = dict(zip(("pelvis_tilt", "pelvis_list", "pelvis_rotation"), turns.T, strict=True))
    middle_m = (places["right_hip"] + places["left_hip"]) / 2e3 @ _GROUND
    columns.update(zip(("pelvis_tx", "pelvis_ty", "pelvis_tz"), middle_m.T, strict=True))
    for side, of_side in (("r", places), ("l", mirrored)):
        columns.update({f"{name}_{side}": values for name, values in _leg(of_side).items()})
    trunk = trunk_axes(places)
    columns["lumbar_extension"] = np.zeros(len(clip))
    columns["lumbar_bending"] = swing_deg(pelvis, trunk[..., 1])[1]
    columns["lumbar_rotation"] = _continued(twist_deg(pelvis, trunk))
    for side, of_side in (("r", places), ("l", mirrored)):
        columns.update({f"{name}_{side}": values for name, values in _arm(of_side).items()})
    return columns


def _leg(places: Places) -> dict[str, np.ndarray]:
    flexion, adduction = hip_swing_deg(places)
    found = {
        "hip_flexion": _continued(flexion),
        "hip_adduction": adduction,
        "hip_rotation": _continued(twist_deg(pelvis_axes(places), thigh_axes(places))),
        "knee_angle": knee_deg(places),
    }
    return found | ({"ankle_angle": ankle_deg(places)} if {"right_toe", "right_heel"} <= set(places) else {})


def _arm(places: Places) -> dict[str, np.ndarray]:
    flexion, adduction = shoulder_swing_deg(places)
    return {
        "arm_flex": _continued(flexion),
        "arm_add": adduction,
        "arm_rot": _continued(twist_deg(trunk_axes(places), upper_arm_axes(places))),
        "elbow_flex": elbow_deg(places),
    }


def _continued(angle_deg: Float[np.ndarray, " frames"]) -> Float[np.ndarray, " frames"]:
    """Without jumps of a whole turn; where nobody knows, on a line between those before and after."""
    known = np.isfinite(angle_deg)
    if not known.any():
        return np.zeros_like(angle_deg)
    frames = np.arange(len(angle_deg))
    return np.asarray(np.interp(frames, frames[known], np.unwrap(angle_deg[known], period=360)))
