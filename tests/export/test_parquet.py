"""Parquet files, read back by pandas, hold the rows of the table in text."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import MissingExtraError, OutputError
from poselift.export.parquet import write_parquet
from poselift.export.tables import write_csv
from poselift.skeleton import BODY_21, H36M_17

pytest.importorskip("pyarrow")


def clip(skeleton, frames, first=0):
    rng = np.random.default_rng(len(skeleton))
    values = {"joints_root_mm": rng.normal(0, 300, (frames, len(skeleton), 3))}
    values |= {"joints_px": rng.uniform(0, 900, (frames, len(skeleton), 2)), "root_cam_mm": np.full((frames, 3), 3e3)}
    status = rng.integers(0, 3, (frames, len(skeleton)), dtype=np.uint8)
    time_s = np.arange(first, first + frames) / 25
    return Clip(skeleton, 25.0, valid=np.arange(frames) != 2, time_s=time_s, joint_status=status, **values)


def test_it_holds_what_the_table_in_text_holds(tmp_path):
    people = Track(5, 3, clip(H36M_17, 4, first=3)), Track(2, 0, clip(BODY_21, 6))
    scene = Scene(Footage.regular(8, 25), people)
    write_parquet(scene, tmp_path / "a.parquet")
    write_csv(scene, tmp_path / "a.csv")
    found, expected = pd.read_parquet(tmp_path / "a.parquet"), pd.read_csv(tmp_path / "a.csv")
    assert list(found.columns) == list(expected.columns)
    assert len(found) == 6 * 21 + 4 * 17
    for name in found.columns:
        if name in ("joint", "status"):
            assert found[name].astype(str).tolist() == expected[name].tolist()
        else:
            np.testing.assert_allclose(found[name].astype(float), expected[name], atol=0.006, rtol=1e-4)


def test_nobody_is_a_table_without_rows(tmp_path):
    write_parquet(Scene(Footage.regular(3, 25)), tmp_path / "a.parquet")
    found = pd.read_parquet(tmp_path / "a.parquet")
    assert len(found) == 0
    assert {"frame", "joint", "z_world_mm", "status"} <= set(found.columns)


def test_an_older_file_stays_and_a_missing_library_is_said(tmp_path, monkeypatch):
    (tmp_path / "a.parquet").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        write_parquet(clip(H36M_17, 3), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").read_text() == "mine"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="pyarrow is not installed"):
        write_parquet(clip(H36M_17, 3), tmp_path / "b.parquet")
