"""What the machine is and what it could do: products of matrices, and memory."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from poselift.bench.rounds import Contest, Settings, Way

_PACKAGES = ("poselift", "numpy", "onnxruntime", "onnxruntime-gpu", "openvino", "torch", "mediapipe")
# The hidden layers of an LCN of 17 joints with 64 channels.
WIDTH = 17 * 64
BATCHES = (200, 4096)


def described() -> dict[str, str]:
    """Processor, cores and versions, for the head of a table."""
    found = {"processor": _processor(), "cores": str(os.cpu_count()), "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def products(rows: int, width: int = WIDTH, *, threads: int | None = None) -> dict[str, Way]:
    """The product (rows, width) @ (width, width) in float32, by the libraries that are here and obey `threads`."""
    a, b = (np.random.default_rng(0).normal(size=(n, width)).astype(np.float32) for n in (rows, width))
    ways: dict[str, Way] = {} if threads else {"numpy float32": lambda: a @ b}
    with suppress(ImportError):
        import torch

        x, w = torch.from_numpy(a), torch.from_numpy(b)
        ways["torch float32"] = lambda: x @ w
    return ways


def product_gflop(rows: int, width: int = WIDTH) -> float:
    """Arithmetic of such a product."""
    return 2e-9 * rows * width * width


def contests(settings: Settings) -> Iterator[Contest]:
    """Products by the libraries that are here, and copying memory."""
    for rows in BATCHES[:1] if settings.small else BATCHES:
        ways = products(rows)
        with suppress(ImportError):
            import torch

            x, w = torch.ones(rows, WIDTH).bfloat16(), torch.ones(WIDTH, WIDTH).bfloat16()
            ways["torch bfloat16"] = partial(torch.matmul, x, w)
        yield Contest(f"product ({rows}, {WIDTH}) @ ({WIDTH}, {WIDTH})", "GFLOP", product_gflop(rows), ways)
    source = np.ones((2 if settings.small else 64) * 2**20, dtype=np.float32)
    target = np.empty_like(source)
    yield Contest("copying memory", "GB", 2e-9 * source.nbytes, {"numpy": lambda: np.copyto(target, source)})


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
        return names[0]
    except (OSError, IndexError):
        return platform.processor() or platform.machine()
