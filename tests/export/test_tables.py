"""The table holds the scene, a row for each joint."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import OutputError
from poselift.export.tables import write_csv
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import COCO_17, H36M_17, Skeleton

CAMERA = Camera(np.full(2, 900.0), np.full(2, 500.0), axis_rotation("X", 1.7), np.array([0, 0, 1500.0]))


def clip_of(frames=4, **changes) -> Clip:
    rng = np.random.default_rng(0)
    values = {
        "joints_px": rng.normal(500, 200, (frames, 17, 2)),
        "confidence": rng.random((frames, 17)),
        "joints_root_mm": rng.normal(0, 500, (frames, 17, 3)),
        "root_cam_mm": rng.normal(0, 3000, (frames, 3)),
        "error_90_mm": rng.uniform(20, 200, (frames, 17)),
    }
    values = {name: array.astype(np.float32) for name, array in values.items()}
    valid = np.arange(frames) != 2
    for array in values.values():
        array[~valid] = np.nan
    values["confidence"][~valid] = 0
    flags = {"valid": valid, "filled": np.arange(frames) == 1, "camera": CAMERA}
    return Clip(H36M_17, 30.0, **{**values, **flags, **changes})


def read(path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def column(rows, name) -> np.ndarray:
    return np.array([float(row[name] or "nan") for row in rows])


def test_every_value_stands_in_the_row_of_its_joint(tmp_path):
    clip = clip_of()
    write_csv(clip, tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert [(row["frame"], row["joint"]) for row in rows] == [(str(f), j) for f in range(4) for j in H36M_17.joints]
    np.testing.assert_allclose(column(rows, "time_s"), np.repeat(np.arange(4) / 30, 17), atol=1e-6)
    expected = {"confidence": clip.confidence, "error_90_mm": clip.error_90_mm}
    for array, frame, axes in (
        (clip.joints_world_mm, "world_mm", "xyz"),
        (clip.joints_root_mm, "root_mm", "xyz"),
        (clip.joints_px, "px", "xy"),
    ):
        expected |= {f"{axis}_{frame}": array[..., n] for n, axis in enumerate(axes)}
    assert set(rows[0]) == {"frame", "time_s", "person", "joint", "status", *expected}
    for name, values in expected.items():
        np.testing.assert_allclose(column(rows, name), values.ravel(), rtol=1e-3, atol=0.06, err_msg=name)


def test_each_joint_says_how_it_came_about(tmp_path):
    confidence = clip_of().confidence.copy()
    confidence[0, 3] = 0
    write_csv(clip_of(confidence=confidence), tmp_path / "a.csv")
    status = np.array([row["status"] for row in read(tmp_path / "a.csv")]).reshape(4, 17)
    assert [set(row) for row in status[1:]] == [{"filled"}, {"absent"}, {"seen"}]
    assert status[0].tolist() == ["seen"] * 3 + ["guessed"] + ["seen"] * 13


def test_what_is_not_known_is_an_empty_cell(tmp_path):
    write_csv(clip_of(camera=None, joints_px=None, confidence=None, error_90_mm=None), tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert rows[0]["x_root_mm"] != ""
    unknown = ("x_world_mm", "x_px", "confidence", "error_90_mm")
    assert [rows[0][name] for name in unknown] == [""] * 4
    assert rows[2 * 17]["x_root_mm"] == ""
    assert "nan" not in (tmp_path / "a.csv").read_text()


def test_several_people_have_rows_of_their_own(tmp_path):
    times = np.array([0, 0.1, 0.5, 0.6])
    short = Clip(COCO_17, 10.0, joints_px=np.ones((2, 17, 2)), time_s=times[2:])
    scene = Scene(Footage(times), (Track(9, 0, clip_of(time_s=times)), Track(4, 2, short)))
    write_csv(scene, tmp_path / "a.csv")
    found = [(row["frame"], row["time_s"], row["person"]) for row in read(tmp_path / "a.csv")[::17]]
    assert found == [
        ("0", "0.000000", "9"),
        ("1", "0.100000", "9"),
        ("2", "0.500000", "9"),
        ("2", "0.500000", "4"),
        ("3", "0.600000", "9"),
        ("3", "0.600000", "4"),
    ]


def test_names_of_joints_may_hold_anything(tmp_path):
    odd = Skeleton("odd", ("nan", 'a,"b"', "100 %s"), (("nan", 'a,"b"'),), ("nan",), (), ())
    write_csv(Clip(odd, 30.0, joints_root_mm=np.ones((1, 3, 3))), tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert [row["joint"] for row in rows] == list(odd.joints)
    assert [row["x_root_mm"] for row in rows] == ["1.00"] * 3


def test_nobody_and_no_frames_are_a_table_without_rows(tmp_path):
    write_csv(Scene(Footage.regular(5, 30)), tmp_path / "a.csv")
    write_csv(clip_of(frames=0), tmp_path / "b.csv")
    assert read(tmp_path / "a.csv") == read(tmp_path / "b.csv") == []
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()


def test_a_file_is_kept_unless_told_otherwise(tmp_path):
    write_csv(clip_of(), tmp_path / "a.csv")
    with pytest.raises(OutputError, match="exists"):
        write_csv(clip_of(), tmp_path / "a.csv")
    write_csv(clip_of(frames=1), tmp_path / "a.csv", overwrite=True)
    assert len(read(tmp_path / "a.csv")) == 17
