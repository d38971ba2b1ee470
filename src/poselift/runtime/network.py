"""A network in onnxruntime, on as many threads as help: few poses share the threads, many are dealt out to them.

To deal out is faster where there are enough poses: threads do not wait for each other after each layer, and a part's
numbers stay in a core's own cache. Windows of frames are dealt out as poses are: it takes as many of them until the
weights, which are read once for each part, do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

import numpy as np
import onnxruntime

from poselift.errors import RecipeError, ShapeError
from poselift.runtime.session import CUDA, read_graph, session_of
from poselift.threads import usable_cores

Device = Literal["cpu", "cuda", "auto"]

# Poses or windows that a thread takes at once, at most; and how many are not worth dealing out.
_PART, _FEW = 128, 32
# A network holds its numbers for as many frames at once; this is for memory, and does not cost speed.
_FRAMES = 4096
# More threads than this wait for each other longer than they work, at so few poses.
_THREADS_OF_FEW = 4


class Network:
    """Runs the graph of a file. Threads may share it.

    Args:
        path: an .onnx file with the sides of `deploy.onnx`.
        threads: CPU threads. Default: the cores that this process may use.
        device: "cpu"; "cuda", by the package onnxruntime-gpu; or "auto", the latter where it starts.

    Raises:
        CheckpointError: onnxruntime cannot run the file.
        ShapeError: `threads` is less than 1.
        RecipeError: there is no such device, or it does not start.
    """

    def __init__(self, path: Path, threads: int | None = None, device: Device = "cpu") -> None:
        if threads is not None and threads < 1:
            raise ShapeError(f"threads: expected at least 1, got {threads}")
        self.path, self.threads, self.device = path, threads or usable_cores(), chosen_device(device)
        # Read once: the file may be gone or another one when the second session is made.
        self._graph: bytes | None = read_graph(path)
        few = partial(session_of, self._graph, path, min(self.threads, _THREADS_OF_FEW))
        try:
            self._few = few(self.device)
        except RecipeError:
            if device != "auto":
                raise
            self.device = "cpu"
            self._few = few(self.device)
        if self.threads == 1 or self.device != "cpu":
            self._graph = None
        self._lock = Lock()
        self._sides = [(side.name, side.shape[1:]) for side in (*self._few.get_inputs(), *self._few.get_outputs())]
        self._part = min(_PART, max(_FRAMES // _frames(self._sides[0][1]), 1))

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file says about itself."""
        metadata: dict[str, str] = self._few.get_modelmeta().custom_metadata_map
        return metadata

    @property
    def sides(self) -> list[tuple[str, list[int | str]]]:
        """Name and shape of one window, or pose, for each input and output."""
        return self._sides

    def run(self, inputs: np.ndarray) -> np.ndarray:
        """(N, T, J, K) float32 to (N, J, 3), or (N, T, J, 3) of a network that predicts all its window.

        Networks of single frames have no axis T; those that say how sure they are have 4 numbers in place of 3.
        """
        if len(inputs) < _FEW or self.device != "cpu":
            return _output(self._few, inputs)
        if self.threads == 1:
            return np.concatenate([_output(self._few, part) for part in _parts(inputs, self._part)])
        session, pool = self._many
        parts = _parts(inputs, min(-(-len(inputs) // self.threads), self._part))
        return np.concatenate(list(pool.map(lambda part: _output(session, part), parts)))

    @property
    def _many(self) -> tuple[onnxruntime.InferenceSession, ThreadPoolExecutor]:
        with self._lock:
            return self._sessions_of_many

    @cached_property
    def _sessions_of_many(self) -> tuple[onnxruntime.InferenceSession, ThreadPoolExecutor]:
        """Loaded when it is first needed: it doubles the memory, and some only lift single poses."""
        assert self._graph is not None
        session = session_of(self._graph, self.path, 1, self.device)
        self._graph = None
        return session, ThreadPoolExecutor(self.threads, "poselift-network")


def chosen_device(device: str) -> Literal["cpu", "cuda"]:
    """Where a network runs.

    Raises:
        RecipeError: there is no such device here.
    """
    if device not in get_args(Device):
        raise RecipeError(f"device: expected one of {', '.join(get_args(Device))}, got {device!r}")
    there = CUDA in onnxruntime.get_available_providers()
    if device == "cuda" and not there:
        raise RecipeError(
            "device 'cuda' is not available: this onnxruntime has no CUDA", "install onnxruntime-gpu in its place"
        )
    return "cuda" if there and device != "cpu" else "cpu"


def _frames(shape: list[int | str]) -> int:
    """T of an input (T, J, K), 1 of (J, K)."""
    return shape[0] if len(shape) == 3 and isinstance(shape[0], int) else 1


def _parts(inputs: np.ndarray, most: int) -> list[np.ndarray]:
    """Of nearly one size, none larger than `most`."""
    return np.array_split(inputs, -(-len(inputs) // most))


def _output(session: onnxruntime.InferenceSession, inputs: np.ndarray) -> np.ndarray:
    output: np.ndarray = session.run(["joints_out"], {"joints_norm": inputs})[0]
    return output
