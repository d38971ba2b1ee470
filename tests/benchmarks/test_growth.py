"""The growth benchmark on a small scale."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "growth.py"


def test_every_curve_is_measured_and_drawn(tmp_path):
    outputs = ["--json", tmp_path / "growth.json", "--picture", tmp_path / "growth.png"]
    subprocess.run([sys.executable, SCRIPT, "--small", "--rounds", "2", *outputs], check=True, capture_output=True)
    curves = json.loads((tmp_path / "growth.json").read_text())["curves"]
    titles = ["poses at a time", "threads", "channels", "hops", "joints", "frames of a clip, camera to root"]
    assert [curve["title"] for curve in curves] == titles
    assert all(rate > 0 for curve in curves for rate in curve["poses_per_s"])
    # The arithmetic that the mask leaves grows with channels, hops and joints.
    assert all(curve["gflop"] == sorted(curve["gflop"]) for curve in curves if curve["gflop"])
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
