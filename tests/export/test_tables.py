"""The table holds the clip."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import OutputError
from poselift.export.tables import write_csv
from poselift.skeleton import COCO_17, H36M_17


def clip_of(frames=4, **changes) -> Clip:
    rng = np.random.default_rng(0)
    values = {
        "joints_px": rng.normal(500, 200, (frames, 17, 2)),
        "confidence": rng.random((frames, 17)),
        "joints_root_mm": rng.normal(0, 500, (frames, 17, 3)),
        "root_cam_mm": rng.normal(0, 3000, (frames, 3)),
    }
    values = {name: array.astype(np.float32) for name, array in values.items()}
    valid = np.arange(frames) != 2
    for array in values.values():
        array[~valid] = np.nan
    values["confidence"][~valid] = 0
    return Clip(H36M_17, 30.0, **{**values, "valid": valid, "filled": np.arange(frames) == 1, **changes})


def read(path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def column(rows, name) -> np.ndarray:
    return np.array([float(row[name] or "nan") for row in rows])


def test_every_value_stands_under_its_name(tmp_path):
    clip = clip_of()
    write_csv(clip, tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    expected = {f"root_{axis}_mm": clip.root_cam_mm[:, i] for i, axis in enumerate("xyz")}
    for j, joint in enumerate(H36M_17.joints):
        expected[f"{joint}_confidence"] = clip.confidence[:, j]
        for i, axis in enumerate("xyz"):
            expected[f"{joint}_{axis}_mm"] = clip.joints_root_mm[:, j, i]
        for i, axis in enumerate("xy"):
            expected[f"{joint}_{axis}_px"] = clip.joints_px[:, j, i]
    assert set(rows[0]) == {"frame", "time_s", "person", "valid", "filled", *expected}
    for name, values in expected.items():
        np.testing.assert_allclose(column(rows, name), values, rtol=1e-5, err_msg=name)


def test_frames_have_numbers_times_and_flags(tmp_path):
    write_csv(clip_of(), tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert [row["frame"] for row in rows] == ["0", "1", "2", "3"]
    np.testing.assert_allclose(column(rows, "time_s"), np.arange(4) / 30, atol=1e-6)
    assert [row["person"] for row in rows] == ["1"] * 4
    assert [row["valid"] for row in rows] == ["1", "1", "0", "1"]
    assert [row["filled"] for row in rows] == ["0", "1", "0", "0"]


def test_what_is_not_a_number_is_an_empty_cell(tmp_path):
    joints_px = clip_of().joints_px.copy()
    joints_px[0, 0, 0] = np.inf
    write_csv(clip_of(joints_px=joints_px), tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert rows[0]["pelvis_x_px"] == rows[2]["head_x_mm"] == rows[2]["root_z_mm"] == ""
    assert "nan" not in (tmp_path / "a.csv").read_text()


@pytest.mark.parametrize(
    ("missing", "gone"),
    [
        ({"joints_px": None, "confidence": None}, ("_px", "_confidence")),
        ({"joints_root_mm": None, "root_cam_mm": None}, ("_mm",)),
        ({"root_cam_mm": None}, ("root_x_mm",)),
    ],
)
def test_arrays_that_are_not_there_have_no_columns(tmp_path, missing, gone):
    write_csv(clip_of(**missing), tmp_path / "a.csv")
    names = read(tmp_path / "a.csv")[0]
    assert not [name for name in names if name.endswith(gone)]
    assert [name for name in names if name.endswith(("_x_px", "head_x_mm"))]


def test_several_people_have_rows_of_their_own(tmp_path):
    """Who has a column less than others leaves it empty; who is not there has no row."""
    times = np.array([0, 0.1, 0.5, 0.6])
    short = Clip(COCO_17, 10.0, joints_px=np.ones((2, 17, 2)), time_s=times[2:])
    scene = Scene(Footage(times), (Track(9, 0, clip_of(time_s=times)), Track(4, 2, short)))
    write_csv(scene, tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    found = [(row["frame"], row["time_s"], row["person"]) for row in rows]
    assert found == [
        ("0", "0.000000", "9"),
        ("1", "0.100000", "9"),
        ("2", "0.500000", "9"),
        ("2", "0.500000", "4"),
        ("3", "0.600000", "9"),
        ("3", "0.600000", "4"),
    ]
    assert (rows[3]["nose_x_px"], rows[3]["pelvis_x_px"], rows[3]["nose_x_mm"]) == ("1", "", "")
    np.testing.assert_allclose(float(rows[4]["pelvis_x_mm"]), clip_of().joints_root_mm[3, 0, 0], rtol=1e-5)


def test_nobody_is_a_table_without_rows(tmp_path):
    write_csv(Scene(Footage.regular(5, 30)), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "frame,time_s,person,valid,filled\n"


def test_a_clip_without_frames_is_a_table_without_rows(tmp_path):
    write_csv(clip_of(frames=0), tmp_path / "a.csv")
    write_csv(clip_of(), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text().splitlines() == (tmp_path / "b.csv").read_text().splitlines()[:1]


def test_a_file_is_kept_unless_told_otherwise(tmp_path):
    write_csv(clip_of(), tmp_path / "a.csv")
    with pytest.raises(OutputError, match="exists"):
        write_csv(clip_of(), tmp_path / "a.csv")
    write_csv(clip_of(frames=1), tmp_path / "a.csv", overwrite=True)
    assert len(read(tmp_path / "a.csv")) == 1
