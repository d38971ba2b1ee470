"""What is no calibration is refused with what would be one."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest

from poselift.data.calibrations import CALIBRATIONS
from poselift.data.calibrations.calibration import Calibration
from poselift.data.calibrations.reading import read_calibration
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera


def test_something_else_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("walk")
    for path in (tmp_path / "a.txt", tmp_path):
        with pytest.raises(DataFormatError, match="expected calibrated cameras") as error:
            read_calibration(path)
        assert all(name in str(error.value) for name in CALIBRATIONS)
    with pytest.raises(DataFormatError, match=r"b\.toml: cannot be read"):
        read_calibration(tmp_path / "b.toml")


def test_a_new_format_is_a_row_of_the_table(tmp_path, monkeypatch):
    """The smallest there is: a focal length and a centre in a file of its own ending."""
    module = ModuleType("a_new_calibration")
    module.recognises = lambda path, head: path.suffix == ".focal"
    module.read = lambda path: Calibration(
        path, (Camera(np.full(2, float(path.read_text())), np.zeros(2)),), placed=False
    )
    monkeypatch.setitem(sys.modules, "a_new_calibration", module)
    monkeypatch.setitem(CALIBRATIONS, "focal", "a_new_calibration")
    (tmp_path / "a.focal").write_text("1680")
    assert read_calibration(tmp_path / "a.focal").cameras[0].focal_px.tolist() == [1680, 1680]
