"""Tables of angles, read back by pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from poselift.angles.joint_angles import joint_angles
from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import OutputError
from poselift.export.angle_table import write_angles
from poselift.skeleton import BODY_21, H36M_17


def clip(skeleton, frames, first=0):
    joints = np.random.default_rng(len(skeleton)).normal(0, 300, (frames, len(skeleton), 3))
    values = {"joints_root_mm": joints, "root_cam_mm": np.full((frames, 3), 3000.0)}
    return Clip(skeleton, 25.0, valid=np.arange(frames) != 2, time_s=np.arange(first, first + frames) / 25, **values)


def test_each_person_has_a_row_for_each_frame(tmp_path):
    people = clip(BODY_21, 6), clip(H36M_17, 4, first=3)
    scene = Scene(Footage.regular(8, 25), (Track(5, 3, people[1]), Track(2, 0, people[0])))
    names = write_angles(scene, tmp_path / "a.csv")
    table = pd.read_csv(tmp_path / "a.csv")
    assert list(table.columns) == ["person", "frame", "time_s", *(f"{name}_deg" for name in names)]
    assert table["person"].tolist() == [2] * 6 + [5] * 4
    assert table["frame"].tolist() == [*range(6), *range(3, 7)]
    np.testing.assert_allclose(table["time_s"], table["frame"] / 25)
    for number, person in ((2, people[0]), (5, people[1])):
        found, rows = joint_angles(person), table[table["person"] == number]
        for name in names:
            expected = found[name] if name in found.names else np.nan
            np.testing.assert_allclose(rows[f"{name}_deg"], expected, atol=0.006)
    assert table["left_ankle_dorsiflexion_deg"].isna().sum() == 1 + 4


def test_an_older_table_stays(tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        write_angles(clip(BODY_21, 3), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "mine"
