"""How fast is `poselift lift`, and how much memory does it take? Two checkouts in alternating rounds.

    git worktree add /tmp/before v0.2
    python benchmarks/lift_speed.py --before /tmp/before [--two pose2sim/cam04.mp4] [--rounds 3]

Every run is a process of its own. A rate is that of the whole process, imports and models included, and beside it
what the command itself says, which leaves them out. Ratios are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processes import HERE, Run, busy_neighbours, lifted

from poselift.files import whole_file

DEMO = HERE / "examples" / "balance.mp4"
PLAIN = ("--no-overlay", "--no-viewer")
EVERYBODY = ("--people", "all")


@dataclass(frozen=True)
class Case:
    """What is lifted.

    Attributes:
        before, now: arguments of `poselift lift` in each of the two checkouts.
        neighbours: busy processes meanwhile.
    """

    video: Path
    before: tuple[str, ...] = PLAIN
    now: tuple[str, ...] = PLAIN
    neighbours: int = 0


def cases(demo: Path, two: Path | None, larger: Mapping[str, Path]) -> dict[str, Case]:
    one = ("--people", "1")
    found = {
        "one person": Case(demo, now=(*PLAIN, *one)),
        "with overlay": Case(demo, ("--no-viewer",), ("--no-viewer", *one)),
        "beside a busy process": Case(demo, now=(*PLAIN, *one), neighbours=1),
    }
    if two is not None:
        found["two people"] = Case(two, now=(*PLAIN, *EVERYBODY))
    return found | {name: Case(video, now=(*PLAIN, *one)) for name, video in larger.items()}


def turns(case: Case, checkouts: Mapping[str, Path], rounds: int) -> dict[str, list[Run]]:
    """Runs of each checkout, which take turns after one each that does not count."""
    arguments = {"before": case.before, "now": case.now}
    runs: dict[str, list[Run]] = {name: [] for name in checkouts}
    with tempfile.TemporaryDirectory() as folder, busy_neighbours(case.neighbours):
        for number in range(rounds + 1):
            for name, checkout in checkouts.items():
                run = lifted(case.video, Path(folder) / name, arguments[name], checkout)
                if number:
                    runs[name].append(run)
    return runs


def figures(runs: Mapping[str, Sequence[Run]]) -> dict[str, dict[str, float]]:
    """Medians by checkout, and `ratio` to the one before: of rates of whole processes, of what they say, of CPU."""
    ways: dict[str, Callable[[Run], float]] = {
        "per_s": lambda run: run.per_s,
        "said_per_s": lambda run: run.said_per_s,
        "cpu_ms_per_frame": lambda run: 1000 * run.cpu_s / run.frames,
    }
    found = {
        name: {
            **{way: statistics.median(map(figure, of)) for way, figure in ways.items()},
            "peak_mb": max(run.peak_mb for run in of),
        }
        for name, of in runs.items()
    }
    if "before" in runs:
        pairs = list(zip(runs["now"], runs["before"], strict=True))
        found["ratio"] = {
            way: statistics.median(figure(now) / figure(before) for now, before in pairs)
            for way, figure in ways.items()
        }
    return found


def measured(chosen: Mapping[str, Case], before: Path | None, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    checkouts = {"now": HERE} if before is None else {"before": before, "now": HERE}
    found = {}
    for name, case in chosen.items():
        found[name] = figures(turns(case, checkouts, rounds))
        print("\n".join(lines(name, found[name])), flush=True)
    return found


def lines(name: str, found: Mapping[str, Mapping[str, float]]) -> list[str]:
    rows = [
        f"{name:24} {way:7} {row['per_s']:6.1f} frames/s, says {row['said_per_s']:6.1f}, "
        f"{row['cpu_ms_per_frame']:6.1f} ms of CPU a frame, {row['peak_mb']:5.0f} MB"
        for way, row in found.items()
        if way != "ratio"
    ]
    if ratio := found.get("ratio"):
        rows.append(
            f"{name:24} {'ratio':7} {ratio['per_s']:6.2f}         , says {ratio['said_per_s']:6.2f}, "
            f"{ratio['cpu_ms_per_frame']:6.2f}"
        )
    return rows


def named_video(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    return name, Path(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="another checkout, to compare with")
    parser.add_argument("--demo", type=Path, default=DEMO)
    parser.add_argument("--two", type=Path, help="a video of two people")
    parser.add_argument("--also", type=named_video, action="append", default=[], metavar="NAME=VIDEO")
    parser.add_argument("--only", action="append", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", "-o", type=Path, help="where the figures go, as JSON")
    options = parser.parse_args()
    chosen = cases(options.demo, options.two, dict(options.also))
    chosen = {name: case for name, case in chosen.items() if not options.only or name in options.only}
    found = measured(chosen, options.before, options.rounds)
    if options.output:
        with whole_file(options.output, overwrite=True) as temporary:
            temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
