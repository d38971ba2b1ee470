"""The made-up Human3.6M of the scale benchmark, scaled down."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from poselift.data.store import load_store

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "h36m_scale.py"


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory as Unix does")
def test_every_step_is_measured_on_as_many_frames_as_asked(tmp_path):
    command = [sys.executable, SCRIPT, "--frames", "1700", "--folder", tmp_path, "--json", tmp_path / "scale.json"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    results = json.loads((tmp_path / "scale.json").read_text())
    assert (
        list(results)
        == [line.split()[0] for line in printed.splitlines()]
        == [*("prepare", "open", "train", "predict", "evaluate")]
    )
    assert all(0 < r["seconds"] < 60 and 10 < r["peak_mb"] < 2000 and r["added_mb"] >= 0 for r in results.values())
    store = load_store(tmp_path / "h36m.safetensors")
    assert (store.n_frames, len(store.clips)) == (1700, 840)
    assert {"joints_px.gt_distorted", "joints_px.cpn"} < set(store.arrays)
