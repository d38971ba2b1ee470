"""The benchmark of training on a small scale."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "training.py"


def test_every_way_to_train_is_measured(tmp_path):
    command = [sys.executable, SCRIPT, "--quick", "--threads", "1", "--json", tmp_path / "training.json"]
    subprocess.run(command, check=True, capture_output=True)
    results = json.loads((tmp_path / "training.json").read_text())["results"]
    ways = ["plain PyTorch", "faithful", "fast", "faithful, bfloat16", "fast, bfloat16"]
    assert [result["way"] for result in results] == ways
    assert all(result["median"] > 0 and result["of_limit"] > 0 for result in results)
