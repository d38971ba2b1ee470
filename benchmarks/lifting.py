"""How fast is lifting, beside the reference model and beside the machine's product of matrices?

    python benchmarks/lifting.py [--rounds 7] [--seconds 0.3] [--small] [-o lifting.json]

The reference is the dense model in PyTorch, which clips and masks its weights on every call, at as many threads. The
limit is what float32 products of (batch, 1088) with (1088, 1088) would allow, the faster of numpy's and PyTorch's, if
nothing but the arithmetic that the mask leaves took time. All of them take turns; ratios are medians over the rounds.
What int8 costs in accuracy depends on trained weights: `poselift evaluate lcn_wild.onnx cmu.safetensors` and the same
with `lcn_wild.int8.onnx`; the model's card has the figures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path

import numpy as np
import torch

from poselift import Lifter
from poselift.bench.lifting import CONFIG, used_gflop
from poselift.bench.machine import WIDTH, described
from poselift.bench.rounds import Contest, Result, Settings, Way, measured
from poselift.export.onnx import export_onnx
from poselift.models import create_model

BATCHES = (1, 200, 4096)
REFERENCE = "reference"
PRODUCTS = ("product by numpy", "product by torch")


def inputs_of(poses: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(poses, 17, CONFIG["in_channels"])).astype(np.float32)


def reference(model: torch.nn.Module, inputs: np.ndarray) -> Way:
    tensor = torch.from_numpy(inputs)

    def way() -> object:
        with torch.inference_mode():
            return model(tensor)

    return way


def products(rows: int) -> dict[str, Way]:
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(n, WIDTH)).astype(np.float32) for n in (rows, WIDTH))
    x, w = torch.from_numpy(a), torch.from_numpy(b)
    return dict(zip(PRODUCTS, (lambda: a @ b, lambda: x @ w), strict=True))


def contest(model: torch.nn.Module, folder: Path, batch: int, threads: int) -> Contest:
    inputs = inputs_of(batch)
    ways = {REFERENCE: reference(model, inputs)}
    for precision in ("float32", "int8"):
        for flip in (False, True):
            lifter = Lifter(folder / "m.onnx", flip=flip, threads=threads, precision=precision)
            name = f"{precision}{', flip' if flip else ''}"
            ways[name] = lambda lifter=lifter: lifter.network_output(inputs)
    return Contest(f"batch {batch}", "poses", batch, {**ways, **(products(batch) if batch > 1 else {})})


def rows_of(results: list[Result], gflop: float) -> list[dict[str, object]]:
    """The figures of the lifters and the reference, with their share of the products that took turns with them."""
    found = {result.way: result for result in results}
    per_product = 2e-9 * WIDTH * WIDTH / gflop
    limits = [found[name].per_second for name in PRODUCTS if name in found]
    rows = []
    for name, result in found.items():
        if name in PRODUCTS:
            continue
        share = None
        if limits:
            best = [per_product * max(values) for values in zip(*limits, strict=True)]
            share = statistics.median(a / b for a, b in zip(result.per_second, best, strict=True))
        rows.append({**result.as_dict(), "of_limit": share})
    return rows


def table(rows: list[dict[str, object]]) -> str:
    lines = [
        "| what | poses/s: median, least, greatest | ratio to the reference | of the float32 limit | p50, p99 (ms) |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        share = "" if row["of_limit"] is None else f"{100 * row['of_limit']:.0f} %"
        rates = ", ".join(f"{row[key]:,.0f}" for key in ("median", "least", "greatest"))
        times = f"{row['p50_ms']:.2f}, {row['p99_ms']:.2f}"
        lines.append(f"| {row['contest']}, {row['way']} | {rates} | {row['ratio']:.1f} | {share} | {times} |")
    return "\n".join(lines)


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.3, help="of a turn, at least")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--small", action="store_true", help="a small network and batch, to see that everything runs")
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    arguments = parser.parse_args(words)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = create_model("lcn", **{**CONFIG, **({"channels": 4} if arguments.small else {})}).eval()
    settings = Settings(arguments.rounds, arguments.seconds)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export_onnx(model, {}, folder / "m.onnx")
        export_onnx(model, {}, folder / "m.int8.onnx", precision="int8", calibration=inputs_of(1000, seed=1))
        for batch in BATCHES[:2] if arguments.small else BATCHES:
            rows += rows_of(measured(contest(model, folder, batch, arguments.threads), settings), used_gflop(model))
    machine = {**described(), "threads": str(arguments.threads)}
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(table(rows))
    if arguments.output:
        arguments.output.write_text(json.dumps({"machine": machine, "figures": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
