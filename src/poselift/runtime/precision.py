"""Which file of a model to run: the exact one, or the one that computes with bytes where this machine gains by it."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import onnxruntime

from poselift.data.model_header import header_from_json
from poselift.errors import CheckpointError, OutputError, RecipeError
from poselift.files import cache_folder, whole_file
from poselift.runtime.network import Device, Network, chosen_device
from poselift.runtime.shipped import SHIPPED, WITH_INT8, model_file
from poselift.version import __version__

Precision = Literal["float32", "int8", "auto"]

DEFAULT_MODEL = model_file("default")

# Bytes must be faster by this much, and must not move joints by more than this share of the output's spread: on CPUs
# without instructions for bytes products are slower, and may overflow.
_LEAST_GAIN, _MOST_CHANGE = 1.2, 0.02
_POSES, _ROUNDS = 200, 5


def int8_path(model: Path) -> Path:
    """Where the int8 file of a model is: beside it, `video.int8.onnx` for `video.onnx`."""
    return model.with_suffix(".int8.onnx")


def network_of(model: Path | str, precision: Precision, threads: int | None, device: Device = "cpu") -> Network:
    """The network of a model's name or file, or of the int8 file beside it.

    Raises:
        RecipeError: there is no such precision or device, or int8 is asked for elsewhere than on a processor.
        CheckpointError: a file that is needed is missing or no model.
        ShapeError: `threads` is less than 1.
    """
    if precision not in get_args(Precision):
        raise RecipeError(f"precision: expected one of {get_args(Precision)}, got {precision!r}")
    if model == DEFAULT_MODEL and not DEFAULT_MODEL.is_file():
        hint = "this installation has no default model; name one made by `poselift export`"
        raise CheckpointError(f"{model}: no such model", hint)
    named, model = str(model) in SHIPPED, model_file(model)
    fast = int8_path(model)
    if precision == "int8" and device == "auto":
        device = "cpu"
    if chosen_device(device) != "cpu":
        if precision == "int8":
            raise RecipeError("precision int8 is for processors, the device is cuda", "leave out one of both")
        return Network(model, threads, device)
    if precision == "auto":
        precision = chosen_precision(model, threads) if fast.is_file() else "float32"
    if precision == "int8" and not fast.is_file():
        write = "write it with `poselift export --precision int8 --calibrate DATASET`"
        raise CheckpointError(f"{fast}: no such model", f"take {' or '.join(WITH_INT8)}" if named else write)
    return Network(fast if precision == "int8" else model, threads)


def chosen_precision(model: Path, threads: int | None) -> Literal["float32", "int8"]:
    """What suits this machine, by a measurement of a second that is kept in the user's cache folder."""
    key = _key(model, threads)
    path = cache_folder() / f"precision-{key}.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["precision"]
        if known in ("float32", "int8"):
            return "int8" if known == "int8" else "float32"
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not measured yet, or not a file of ours
    found = measured(Network(model, threads), Network(int8_path(model), threads))
    suits = found["gain"] >= _LEAST_GAIN and found["change"] <= _MOST_CHANGE
    _keep(path, {"precision": "int8" if suits else "float32", **found})
    return "int8" if suits else "float32"


def measured(exact: Network, fast: Network) -> dict[str, float]:
    """`gain`: how many times faster `fast` is, the median of rounds; `change`: the mean distance by which it moves a
    joint, over the mean distance of joints from their mean place.

    Raises:
        CheckpointError: `fast` is no int8 model.
    """
    examples = header_from_json(fast.metadata.get("poselift"), fast.path).as_dict().get("example_inputs")
    if examples is None:
        raise CheckpointError(f"{fast.path}: expected an int8 model, it has no example_inputs", "export it again")
    inputs = np.resize(np.array(examples, dtype=np.float32), (_POSES, *np.shape(examples)[1:]))
    truth, given = exact.run(inputs)[..., :3], fast.run(inputs)[..., :3]
    change = np.linalg.norm(given - truth, axis=-1).mean()
    spread = np.linalg.norm(truth - truth.mean(axis=0), axis=-1).mean()
    gains = [_seconds(exact, inputs) / _seconds(fast, inputs) for _ in range(_ROUNDS)]
    return {"gain": float(np.median(gains)), "change": float(change / max(spread, 1e-12))}


def _seconds(network: Network, inputs: np.ndarray) -> float:
    start = time.perf_counter()
    network.run(inputs)
    return time.perf_counter() - start


def _key(model: Path, threads: int | None) -> str:
    files = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (model, int8_path(model))]
    parts = [*files, _processor(), onnxruntime.__version__, __version__, str(threads)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    told = sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))})
    return "\n".join([platform.machine(), platform.processor(), *told])


def _keep(path: Path, record: dict[str, Any]) -> None:
    """Write what was found; without a cache that can be written it is measured again next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path, overwrite=True) as temporary:
            temporary.write_text(json.dumps(record) + "\n", encoding="utf-8")
    except (OSError, OutputError):
        pass
