"""The benchmark of `poselift lift`: how its figures come about, and one small run."""

from __future__ import annotations

import sys
from pathlib import Path

import lift_speed
import numpy as np
import processes
import pytest

from poselift import Clip, save
from poselift.skeleton import H36M_17

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))


def _run(wall_s: float, cpu_s: float = 2.0, peak_mb: float = 300.0) -> object:
    return processes.Run(wall_s, cpu_s, peak_mb, frames=100, said_per_s=120 / wall_s)


def test_a_ratio_is_the_median_over_the_rounds():
    now, before = [_run(1.0), _run(2.0), _run(1.0)], [_run(4.0, 8.0), _run(4.0), _run(3.0)]
    found = lift_speed.figures({"before": before, "now": now})
    assert found["now"]["per_s"] == 100
    assert found["now"]["said_per_s"] == 120
    assert found["ratio"]["per_s"] == 3
    assert found["ratio"]["cpu_ms_per_frame"] == 1
    assert found["before"]["cpu_ms_per_frame"] == 20


def test_memory_is_the_most_of_all_rounds():
    found = lift_speed.figures({"now": [_run(1, peak_mb=200), _run(1, peak_mb=350), _run(1, peak_mb=210)]})
    assert found["now"]["peak_mb"] == 350
    assert "ratio" not in found


def test_what_lift_says_is_read():
    said = "note: x\n1 frame, 1 with a person (0 of them filled), 3.5 frames/s\n  poses.npz"
    assert processes.summary(said) == (1, 3.5)
    assert processes.summary("1000 frames, 990 with 2 people (10 of them filled), 93.1 frames/s; more") == (
        1000,
        93.1,
    )
    with pytest.raises(ValueError, match="no line"):
        processes.summary("error: nobody")


def test_what_a_process_takes_is_measured(tmp_path):
    joints_px = np.random.default_rng(0).uniform(200, 800, (30, 17, 2))
    save(Clip(H36M_17, 25, joints_px=joints_px, size_px=(1000, 1000)), tmp_path / "seen.npz")
    run = processes.lifted(tmp_path / "seen.npz", tmp_path / "out", ["--no-viewer"])
    assert run.frames == 30
    assert 0 < run.per_s < run.said_per_s
    assert run.cpu_s > 0
    assert 20 < run.peak_mb < 20_000
    with pytest.raises(RuntimeError, match="ended with 2"):
        processes.lifted(tmp_path / "missing.npz", tmp_path / "out")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says what a process held at most")
def test_memory_is_that_of_the_process_and_not_of_whoever_started_it(tmp_path):
    joints_px = np.random.default_rng(0).uniform(200, 800, (30, 17, 2))
    save(Clip(H36M_17, 25, joints_px=joints_px, size_px=(1000, 1000)), tmp_path / "seen.npz")
    held = np.ones(100_000_000)
    run = processes.lifted(tmp_path / "seen.npz", tmp_path / "out", ["--no-viewer"])
    assert run.peak_mb < held.nbytes / 1e6


def test_neighbours_end_with_the_block():
    with processes.busy_neighbours(2) as neighbours:
        assert [neighbour.poll() for neighbour in neighbours] == [None, None]
    assert all(neighbour.poll() is not None for neighbour in neighbours)
