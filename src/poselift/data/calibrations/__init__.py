"""Calibrated cameras in the files of other tools: one file for each format."""

from __future__ import annotations

# name -> the module of the format, imported when used. It has two functions: `recognises(path, head)` tells from the
# path and the first bytes whether it is one of these, and `read(path)` gives its `Calibration`.
CALIBRATIONS: dict[str, str] = {
    "colmap": "poselift.data.calibrations.colmap",
    "qualisys": "poselift.data.calibrations.qualisys",
    "toml": "poselift.data.calibrations.toml_tables",
    "opencv": "poselift.data.calibrations.opencv",
}
