"""Motion files, read back by pandas and played on a body whose joints turn as OpenSim's do, by scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

from poselift.data.clip import Clip
from poselift.errors import ShapeError, SkeletonError
from poselift.export.mot import write_mot
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21, Skeleton

LEVEL = Camera(np.ones(2), np.zeros(2), axis_rotation("X", np.pi / 2), np.array([0, 0, 1.0]))


def clip_of(joints_world_mm, skeleton=BODY_21, **changes):
    joints = LEVEL.world_to_camera(joints_world_mm)
    root = skeleton.root_position(joints)
    values = {"joints_root_mm": joints - root, "root_cam_mm": root[:, 0], "camera": LEVEL}
    return Clip(skeleton, 25.0, **{**values, **changes})


@pytest.fixture
def poses(standing):
    """40 poses (F, 21, 3) of somebody who turns round and moves arms and legs."""
    rng = np.random.default_rng(1)
    time = np.arange(40)[:, None, None] / 25
    moved = standing(BODY_21) + 150 * np.sin(3 * time + rng.uniform(0, 6, (1, 21, 3)))
    return moved @ np.swapaxes(axis_rotation("Z", 4 * time[:, 0, 0]), -1, -2)


def read(path):
    lines = path.read_text().splitlines()
    assert lines[:3] == [path.stem, "version=1", f"nRows={len(lines) - 7}"]
    assert lines[4:6] == ["inDegrees=yes", "endheader"]
    table = pd.read_csv(path, sep="\t", skiprows=6)
    assert lines[3] == f"nColumns={table.shape[1]}"
    return table


def turned(table, *names):
    return Rotation.from_euler("ZXY", table[list(names)].to_numpy(), degrees=True)


def test_a_model_that_turns_so_holds_its_limbs_so(poses, tmp_path):
    write_mot(clip_of(poses), tmp_path / "walk.mot")
    table = read(tmp_path / "walk.mot")
    np.testing.assert_allclose(table["time"], np.arange(40) / 25)
    ground = poses[..., [1, 2, 0]] / 1e3  # x ahead, y up, z to the right
    at = {name: ground[:, joint] for joint, name in enumerate(BODY_21.joints)}
    pelvis = turned(table, "pelvis_tilt", "pelvis_list", "pelvis_rotation")
    middle = table[["pelvis_tx", "pelvis_ty", "pelvis_tz"]].to_numpy()
    np.testing.assert_allclose(middle, (at["left_hip"] + at["right_hip"]) / 2, atol=1e-5)
    trunk = pelvis * turned(table, "lumbar_extension", "lumbar_bending", "lumbar_rotation")
    for side, mirror in (("r", 1), ("l", -1)):
        name = {"r": "right", "l": "left"}[side]

        def limb(parent, flex, add, rot, side=side, mirror=mirror):
            # Of the left side, turns about x and y have the other sign.
            angles = table[[f"{flex}_{side}", f"{add}_{side}", f"{rot}_{side}"]].to_numpy() * [1, mirror, mirror]
            return parent * Rotation.from_euler("ZXY", angles, degrees=True)

        thigh = limb(pelvis, "hip_flexion", "hip_adduction", "hip_rotation")
        shank = thigh * Rotation.from_euler("Z", -table[[f"knee_angle_{side}"]].to_numpy(), degrees=True)
        arm = limb(trunk, "arm_flex", "arm_add", "arm_rot")
        forearm = arm * Rotation.from_euler("Z", table[[f"elbow_flex_{side}"]].to_numpy(), degrees=True)
        told = {"knee": table[f"knee_angle_{side}"] > 20, "elbow": table[f"elbow_flex_{side}"] > 20}
        for segment, start, end, known in (
            (thigh, "knee", "hip", told["knee"] | True),
            (shank, "ankle", "knee", told["knee"]),
            (arm, "elbow", "shoulder", told["elbow"] | True),
            (forearm, "wrist", "elbow", told["elbow"]),
        ):
            bone = at[f"{name}_{end}"] - at[f"{name}_{start}"]
            bone /= np.linalg.norm(bone, axis=-1, keepdims=True)
            assert known.sum() > 5
            np.testing.assert_allclose(segment.apply([0, 1, 0])[known], bone[known], atol=1e-3)


def test_nothing_jumps_and_nothing_is_missing(poses, tmp_path):
    valid = np.ones(40, dtype=bool)
    valid[10:20] = False
    write_mot(clip_of(poses, valid=valid), tmp_path / "walk.mot")
    table = read(tmp_path / "walk.mot")
    assert np.isfinite(table.to_numpy()).all()
    assert np.abs(np.diff(table["pelvis_rotation"])).max() < 150
    assert np.ptp(table["pelvis_rotation"]) > 300
    assert (table.iloc[10:20, 1:7] == table.iloc[9, 1:7]).all().all()


def test_limbs_that_stay_straight_are_not_turned(standing, tmp_path):
    joints = standing(BODY_21).astype(float)
    for side in ("left", "right"):
        shoulder, elbow, wrist = BODY_21.indices([f"{side}_{part}" for part in ("shoulder", "elbow", "wrist")])
        joints[wrist] = 2 * joints[elbow] - joints[shoulder]
    write_mot(clip_of(joints[None]), tmp_path / "stand.mot")
    assert read(tmp_path / "stand.mot")[["arm_rot_r", "arm_rot_l"]].to_numpy().tolist() == [[0, 0]]


def test_what_is_no_body_and_who_is_never_whole_is_said(poses, tmp_path):
    stick = Skeleton("stick", ("a", "b"), (("a", "b"),), left=(), right=(), root=("a",))
    with pytest.raises(SkeletonError, match="stick: has no hip"):
        write_mot(clip_of(poses[:, :2], stick), tmp_path / "a.mot")
    with pytest.raises(ShapeError, match="no frame holds all 3D joints"):
        write_mot(clip_of(poses, valid=np.zeros(40, dtype=bool)), tmp_path / "a.mot")
    assert not list(tmp_path.iterdir())
