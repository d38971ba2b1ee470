"""The benchmark of streams on a small scale."""

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "streaming.py"


def test_networks_of_one_size_and_those_that_come_along_are_measured():
    run = subprocess.run(
        [sys.executable, SCRIPT, "--small", "--rounds", "1"], check=True, capture_output=True, text=True
    )
    lines = run.stdout.splitlines()
    assert len(lines) == 2 * (2 + 5)
    sizes = [float(size) for size in re.findall(r", (\S+) M ", run.stdout)]
    assert len(sizes) == 4
    assert max(sizes) - min(sizes) <= 0.01
    assert all(float(re.search(r"(\S+) ms/frame,", line)[1]) > 0 for line in lines)
