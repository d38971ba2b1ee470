"""The benchmark of lifting, on a small network: every way is measured, beside the reference and the limit."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "lifting.py"


def test_every_way_is_measured_beside_the_reference(tmp_path):
    flags = ["--small", "--rounds", "2", "--seconds", "0.01", "--threads", "1"]
    command = [sys.executable, SCRIPT, *flags, "-o", tmp_path / "lifting.json"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = json.loads((tmp_path / "lifting.json").read_text())["figures"]
    ways = ["reference", "float32", "float32, flip", "int8", "int8, flip"]
    assert [(row["contest"], row["way"]) for row in figures] == [
        (f"batch {n}", way) for n in (1, 200) for way in ways
    ]
    assert all(row["ratio"] == 1 for row in figures if row["way"] == "reference")
    assert all((row["of_limit"] is None) == (row["contest"] == "batch 1") for row in figures)
    assert all(f"{row['contest']}, {row['way']}" in printed for row in figures)
