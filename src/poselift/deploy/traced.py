"""Any network as a graph, by the exporter of torch: what its forward does to tensors, recorded without values.

Dropout is gone and batch norm is folded into convolutions, as torch does it in evaluation mode.
"""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from poselift.deploy.against_torch import Sided
from poselift.errors import ExternalToolError, MissingExtraError
from poselift.models import model_name
from poselift.models.base import LiftingNetwork

# The first that torch's exporter writes without conversion; onnxruntime reads it since 1.14.
OPSET = 18
_OLDEST_TORCH = (2, 8)
# What is smaller is not worth a node of its own.
_LEAST_HALVED = 256
_LOGGERS = ("torch", "torch.__trace", "onnxscript", "onnx_ir")


def traced_model(model: LiftingNetwork, *, half: bool = False) -> Any:
    """An onnx.ModelProto with the sides of `deploy.onnx`, and nothing in it that tells where it was made.

    Args:
        half: store large weights as float16; they are computed with as float32.

    Raises:
        MissingExtraError: onnxscript, which torch's exporter needs, is not installed.
        ExternalToolError: torch is too old, or cannot write this network.
    """
    made = _exported(model)
    for telling in ("metadata_props", "producer_version"):
        made.ClearField(telling)
    _make_plain(made.graph)
    for function in made.functions:
        _make_plain(function)
    if half:
        _store_halved(made.graph)
    return made


def _exported(model: LiftingNetwork) -> Any:
    try:
        import onnxscript  # noqa: F401
    except ImportError:
        raise MissingExtraError("onnxscript", "train") from None
    if tuple(map(int, torch.__version__.split(".")[:2])) < _OLDEST_TORCH:
        raise ExternalToolError(
            f"torch {torch.__version__} cannot write {model_name(model)} as .onnx, 2.8 and newer can",
            "pip install --upgrade torch",
        )
    sided = Sided(copy.deepcopy(model).cpu()).eval()
    with _silence():
        try:
            # In two steps: from a network torch 2.8 goes on, if this fails, with what it saw it do to one input.
            recorded = torch.export.export(
                sided,
                (torch.zeros(2, *sided.input_shape),),
                dynamic_shapes=({0: torch.export.Dim("batch", min=0)},),
                strict=False,
            )
            program = torch.onnx.export(
                recorded,
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=["joints_norm"],
                output_names=["joints_out"],
            )
        except Exception as error:  # whatever goes wrong in there, it is the network that cannot be written
            raise ExternalToolError(
                f"torch cannot write {model_name(model)} as .onnx: {_reason(error)}",
                "what its forward does may depend on shapes, but not on the values of tensors",
            ) from error
    assert program is not None
    return program.model_proto


def _reason(error: BaseException) -> str:
    """The first line of the error at the bottom; those above it say what to report to whom."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def _silence() -> Iterator[None]:
    """The exporter warns of its own deprecated calls, and logs which packages it would rather have."""
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _make_plain(graph: Any) -> None:
    """Drop what the exporter notes down about each node: lines of source code, and the paths of their files."""
    graph.ClearField("metadata_props")
    graph.ClearField("value_info")
    sides = () if not hasattr(graph, "initializer") else (*graph.initializer, *graph.input, *graph.output)
    for part in (*graph.node, *sides):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for attribute in (attribute for node in graph.node for attribute in node.attribute):
        for inner in (attribute.g, *attribute.graphs):
            if inner.node:
                _make_plain(inner)


def _store_halved(graph: Any) -> None:
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size >= _LEAST_HALVED:
            name = weight.name
            with np.errstate(over="ignore"):  # what becomes infinite does not pass the check against torch
                weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            casts.append(helper.make_node("Cast", [weight.name], [name], name=name, to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    graph.ClearField("node")
    graph.node.extend(nodes)
