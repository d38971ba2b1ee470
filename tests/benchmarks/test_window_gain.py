"""The benchmark of windows on a small scale."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "window_gain.py"
SMALL = ("model.channels=8", "train.steps=2", "train.batch_size=4", "train.threads=1", "data.val_poses=4")


def test_both_networks_see_as_many_poses_and_the_same_clips(mocap_store, tmp_path):
    settings = [word for setting in SMALL for word in ("--set", setting)]
    command = [sys.executable, SCRIPT, mocap_store, tmp_path, "--split", "val", *settings]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert [line.split(",")[0] for line in lines if "poses seen" in line] == [
        "1 frame: 8 poses seen",
        "27 frames: 8 poses seen",
    ]
    table = [line for line in lines if line.startswith("val, ")]
    assert [line.split()[1] for line in table] == ["true", "true", "detector", "detector"]
    # What is whole is not trained again.
    again = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "step" not in again
    assert [line for line in again.splitlines() if line.startswith("val, ")] == table
