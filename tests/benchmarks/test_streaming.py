"""The benchmark of streams on a small scale."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "streaming.py"


def test_both_networks_are_measured_and_of_one_size():
    run = subprocess.run(
        [sys.executable, SCRIPT, "--small", "--rounds", "1"], check=True, capture_output=True, text=True
    )
    lines = [line.split() for line in run.stdout.splitlines()]
    assert len(lines) == 4
    sizes = {float(words[words.index("M") - 1]) for words in lines}
    assert max(sizes) - min(sizes) <= 0.01
    assert all(float(words[words.index("ms/frame,") - 1]) > 0 for words in lines)
