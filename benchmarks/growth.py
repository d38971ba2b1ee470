"""How cost grows: lifting by batch, threads, channels, hops, joints and clip length.

    python benchmarks/growth.py [--json growth.json] [--picture growth.png] [--rounds 5] [--small]

Nothing should grow faster than its arithmetic. Each curve is measured in alternating rounds; medians are drawn. The
dashed line is the arithmetic that the mask leaves, through the point on the right.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from poselift import Camera, Clip, Lifter
from poselift.bench.lifting import CONFIG, used_gflop
from poselift.bench.machine import described
from poselift.bench.rounds import Contest, Settings, measured
from poselift.deploy.onnx import export_onnx
from poselift.models import create_model
from poselift.skeleton import H36M_17, SKELETONS, Skeleton

BATCH = 1024


@dataclass(frozen=True)
class Curve:
    """Poses per second at each value, and the GFLOP of a pose there; None where it does not depend on the value."""

    title: str
    values: list[float]
    poses_per_s: list[float]
    gflop: list[float] | None


def lifter_of(folder: Path, *, threads: int | None = None, **config: object) -> tuple[Lifter, float]:
    """A freshly drawn network and the arithmetic of a pose."""
    torch.manual_seed(0)
    model = create_model("lcn", **{**CONFIG, **config}).eval()
    path = folder / f"{len(list(folder.iterdir()))}.onnx"
    export_onnx(model, {}, path)
    return Lifter(path, flip=False, threads=threads), used_gflop(model)


def lifted(lifter: Lifter, poses: int) -> Callable[[], object]:
    joints = len(lifter.skeleton)
    inputs = np.random.default_rng(0).normal(size=(poses, joints, 3)).astype(np.float32)
    return lambda: lifter.network_output(inputs)


def chain(joints: int) -> str:
    """The name of a skeleton of so many joints: limbs of up to eight joints that hang on a pelvis."""
    names = ("pelvis", *(f"joint{i}" for i in range(1, joints)))
    bones = tuple((names[i - 1] if i % 8 != 1 else "pelvis", names[i]) for i in range(1, joints))
    name = f"limbs{joints}"
    SKELETONS[name] = Skeleton(name, names, bones, ("pelvis",), (), ())
    return name


def raced(title: str, ways: dict[float, tuple[Callable[[], object], int]], settings: Settings) -> list[float]:
    """Medians of poses per second; each way lifts its own number of poses in a call."""
    contest = Contest(title, "calls", 1, {str(value): way for value, (way, _) in ways.items()})
    results = measured(contest, settings)
    return [result.median * poses for result, (_, poses) in zip(results, ways.values(), strict=True)]


def curves(settings: Settings, folder: Path) -> Iterator[Curve]:
    small = settings.small
    lifter, _ = lifter_of(folder)
    batches = [1, 8] if small else [1, 4, 16, 64, 200, 1024, 4096, 16384]
    ways = {float(n): (lifted(lifter, n), n) for n in batches}
    yield Curve("poses at a time", list(ways), raced("batch", ways, settings), None)
    threads = {float(n): (lifted(lifter_of(folder, threads=n)[0], BATCH), BATCH) for n in (1, 2)}
    yield Curve("threads", list(threads), raced("threads", threads, settings), None)
    for title, values in (
        ("channels", [8, 16] if small else [16, 32, 64, 128, 256]),
        ("hops", [1, 2] if small else [1, 2, 3, 4, 5, 6]),
        ("joints", [17, 25] if small else [17, 26, 33, 70, 133]),
    ):
        made = {n: lifter_of(folder, **({"skeleton": chain(n)} if title == "joints" else {title: n})) for n in values}
        ways = {float(n): (lifted(lifter, BATCH), BATCH) for n, (lifter, _) in made.items()}
        yield Curve(title, list(ways), raced(title, ways, settings), [gflop for _, gflop in made.values()])
    lengths = [10, 20] if small else [10, 100, 1000, 10000]
    ways = {float(n): (partial(lifter.lift, clip(n)), n) for n in lengths}
    yield Curve("frames of a clip, camera to root", list(ways), raced("clip", ways, settings), None)


def clip(frames: int) -> Clip:
    joints_px = np.random.default_rng(0).uniform(300, 800, (frames, 17, 2))
    return Clip(H36M_17, 30, joints_px=joints_px, camera=Camera.guessed((1080, 1080)))


def draw(found: list[Curve], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6), layout="constrained")
    for axes, curve in zip(figure.subplots(2, 3).flat, found, strict=True):
        axes.plot(curve.values, curve.poses_per_s, "o-")
        if curve.gflop:
            bound = [curve.poses_per_s[-1] * curve.gflop[-1] / gflop for gflop in curve.gflop]
            axes.plot(curve.values, bound, "--", color="0.5", label="as the arithmetic")
            axes.legend(frameon=False)
        axes.set_xlabel(curve.title)
        axes.set_ylabel("poses/s")
        if curve.values[-1] > 10 * curve.values[0] or curve.gflop:
            axes.set_xscale("log", base=2)
            axes.set_yscale("log")
        axes.set_xticks(curve.values, [f"{value:g}" for value in curve.values], fontsize=7)
        axes.xaxis.minorticks_off()
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    settings = Settings(options.rounds, 0.01 if options.small else 0.3, options.small)
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for curve in curves(settings, Path(folder)):
            found.append(curve)
            print(curve.title)
            for value, rate in zip(curve.values, curve.poses_per_s, strict=True):
                print(f"  {value:8g} {rate:12,.0f} poses/s")
    if options.json:
        figures = {"machine": described(), "curves": [vars(curve) for curve in found]}
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    if options.picture:
        draw(found, options.picture)


if __name__ == "__main__":
    main()
