"""What the machine is and what it could do: products of matrices, and memory."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from poselift.bench.rounds import Contest, Settings

_PACKAGES = ("poselift", "numpy", "onnxruntime", "openvino", "torch", "mediapipe")
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


def product_gflops(rows: int, *, seconds: float = 0.3) -> float:
    """Float32 GFLOP/s of products (rows, 1088) @ (1088, 1088), by numpy's library: the best of several."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(rows, WIDTH)).astype(np.float32)
    b = rng.normal(size=(WIDTH, WIDTH)).astype(np.float32)
    out = np.empty_like(a)
    best, start = np.inf, time.perf_counter()
    while time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        np.matmul(a, b, out=out)
        best = min(best, time.perf_counter() - begin)
    return 2e-9 * rows * WIDTH * WIDTH / best


def contests(settings: Settings) -> Iterator[Contest]:
    """Products by the libraries that are here, and copying memory."""
    for rows in BATCHES[:1] if settings.small else BATCHES:
        a = np.random.default_rng(0).normal(size=(rows, WIDTH)).astype(np.float32)
        b = np.random.default_rng(1).normal(size=(WIDTH, WIDTH)).astype(np.float32)
        ways = {"numpy float32": lambda a=a, b=b: a @ b}
        try:
            import torch
        except ImportError:
            pass
        else:
            x, w = torch.from_numpy(a), torch.from_numpy(b)
            x16, w16 = x.bfloat16(), w.bfloat16()
            ways["torch float32"] = lambda x=x, w=w: x @ w
            ways["torch bfloat16"] = lambda x=x16, w=w16: x @ w
        yield Contest(f"product ({rows}, {WIDTH}) @ ({WIDTH}, {WIDTH})", "GFLOP", 2e-9 * a.size * WIDTH, ways)
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
