"""A session of onnxruntime, on a processor or by CUDA, with errors of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime

from poselift.errors import CheckpointError, RecipeError

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


def read_graph(path: Path) -> bytes:
    """What the file holds.

    Raises:
        CheckpointError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror})", "check the path") from None


def session_of(
    graph: bytes,
    path: Path,
    threads: int = 1,
    device: str = "cpu",
    hint: str = "make one with `poselift export`",
) -> onnxruntime.InferenceSession:
    """A session, which threads may share.

    Args:
        path: where the graph came from, for errors.
        threads: how many work on one call.
        hint: how to get a file that runs.

    Raises:
        CheckpointError: onnxruntime cannot run the graph.
        RecipeError: CUDA is asked for and does not start.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads wait busily for each other within a call, which halves the time of a single pose; they rest after it,
    # for else they take the cores from the detector that feeds us.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 3  # what is wrong with a file is raised below
    # TF32, the default there, is no float32: it keeps 10 of 23 bits.
    providers: list[Any] = [(CUDA, {"use_tf32": "0"}), CPU] if device == "cuda" else [CPU]
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=providers)
    except Exception as error:  # onnxruntime's errors have no base class of their own
        raise CheckpointError(
            f"{path}: not a model that onnxruntime can run ({str(error).splitlines()[0]})", hint
        ) from error
    # Without a driver or its libraries onnxruntime goes on without CUDA, and says so in its log alone.
    if device == "cuda" and CUDA not in session.get_providers():
        raise RecipeError(
            "device 'cuda' is not available: onnxruntime could not start CUDA", "check the driver, cuDNN, or use cpu"
        )
    return session
