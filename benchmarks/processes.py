"""`poselift` as a user runs it: a process of its own, with what it took."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[1]
# At its end the process says what the system knows of it. What `wait4` says of its memory will not do: on Linux it is
# at least what the process held that started it.
_COMMAND = """
import atexit, os
status = "/proc/self/status"
atexit.register(lambda: os.path.exists(status) and print(open(status).read()))
from poselift.cli.main import main
main()
"""
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_SUMMARY = re.compile(r"^(\d+) frames?, .*?([\d.]+) frames/s", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """One process that lifted a video.

    Attributes:
        wall_s: from its start to its end, imports and loading of models included.
        cpu_s: of all its threads.
        peak_mb: the most memory that it held.
        frames, said_per_s: what it printed: frames, and frames per second without imports and loading.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    frames: int
    said_per_s: float

    @property
    def per_s(self) -> float:
        """Frames per second of the whole process."""
        return self.frames / self.wall_s


def summary(output: str) -> tuple[int, float]:
    """Frames and frames per second, of what `poselift lift` prints.

    Raises:
        ValueError: there is no such line.
    """
    found = _SUMMARY.search(output)
    if found is None:
        raise ValueError(f"no line 'N frames, ..., M frames/s' in {output!r}")
    return int(found[1]), float(found[2])


def lifted(video: Path, output: Path, arguments: Sequence[str] = (), checkout: Path = HERE) -> Run:
    """Run `poselift lift` of a checkout, by this Python.

    Raises:
        RuntimeError: it failed.
    """
    command = ["lift", str(video), "--output", str(output), "--overwrite", *arguments]
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, *command],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(checkout.resolve() / "src")},
        )
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise RuntimeError(f"poselift {' '.join(command)} in {checkout} ended with {process.returncode}:\n{text}")
    peak = _PEAK.search(text)
    peak_bytes = 1024 * int(peak[1]) if peak else used.ru_maxrss  # which macOS counts in bytes
    return Run(wall_s, used.ru_utime + used.ru_stime, peak_bytes / 1e6, *summary(text))


@contextmanager
def busy_neighbours(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Other processes that use a core each meanwhile."""
    neighbours = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield neighbours
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()
