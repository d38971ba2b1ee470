"""A trained network as one self-describing .onnx file, which runs anywhere without torch or poselift.

A network that folds becomes the hand-built graph of `deploy.folded_graph`, any other what torch's exporter makes of
it, see `deploy.traced`. Input `joints_norm` (batch, T, J, K), output `joints_out` (batch, J, 3), or (batch, T, J, 3)
where the window predicts all; without T for networks of single frames; both float32. Networks with `uncertainty` give
a fourth number for each joint. The file's metadata holds the
JSON of `data.model_header` under the key `poselift`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from poselift.deploy.against_torch import check_against_torch
from poselift.deploy.folded_graph import FoldedGraph, HalfGraph
from poselift.deploy.int8_graph import ONNXRUNTIME, Int8Graph
from poselift.deploy.quantised import quantised
from poselift.deploy.traced import traced_model
from poselift.errors import MissingExtraError, RecipeError
from poselift.files import whole_file
from poselift.models import model_name
from poselift.models.checkpoint import model_header
from poselift.models.folded import FoldedNetwork
from poselift.normalisation import normaliser

if TYPE_CHECKING:
    from poselift.models.base import LiftingNetwork

Precision = Literal["float32", "float16_weights", "int8"]

# What the oldest onnxruntime that poselift admits can read.
OPSET = 17
IR_VERSION = 8
_EXAMPLES = 32


def export_onnx(
    model: LiftingNetwork,
    about: Mapping[str, Any],
    path: Path,
    *,
    precision: Precision = "float32",
    calibration: Float[np.ndarray, "poses joints channels"] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a model of `models.MODELS` as .onnx; the file appears whole and right, or not at all.

    Args:
        about: provenance. Its entries `licence`, `training_data` (else `data`) and `errors` get places of their own.
        precision: "float16_weights" stores the matrices in half the bytes; arithmetic stays float32. "int8" computes
            the layers of the blocks with bytes, the first and the last layer in float32; for networks that fold.
        calibration: normalised inputs such as the network will meet, from which int8 learns its ranges; for it alone.

    Raises:
        RecipeError: the model is none of `MODELS`, there is no such precision, or int8 without calibration or for a
            network that does not fold.
        ShapeError: the calibration inputs are not of the network's shape, or not finite.
        CheckpointError: `about` is not JSON, or what was written is not the network.
        ExternalToolError: torch's exporter cannot write the network.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
        MissingExtraError: onnx, or onnxscript for a network that does not fold, is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtraError("onnx", "train") from None
    if precision not in get_args(Precision):
        raise RecipeError(f"precision: expected one of {get_args(Precision)}, got {precision!r}")
    name = model_name(model)  # complains about a foreign one
    made = _model(model, precision, calibration)
    text = _described(model, about, precision, calibration)
    made.ir_version, made.producer_name = IR_VERSION, "poselift"
    onnx.helper.set_model_props(made, {"poselift": text})
    onnx.checker.check_model(made)
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_bytes(made.SerializeToString(deterministic=True))
        if precision != "int8":  # which is another function, and says itself how far it is off
            check_against_torch(temporary, model, f"{path}: {name}", precision)


def _described(
    model: LiftingNetwork, about: Mapping[str, Any], precision: str, calibration: np.ndarray | None
) -> str:
    details = {
        **normaliser(model.config.normalisation).description(model.config.in_channels),
        "precision": precision,
        "licence": about.get("licence", "not stated"),
        "training_data": about.get("training_data", about.get("data", "not stated")),
        "errors": about.get("errors", {}),
    }
    if calibration is not None:  # by which other machines tell whether their bytes are right
        details["example_inputs"] = np.round(calibration[:: -(-len(calibration) // _EXAMPLES)], 4).tolist()
    rest = {key: value for key, value in about.items() if key not in {*details, "data"}}
    return model_header(model, rest, details).to_json()


def _model(model: LiftingNetwork, precision: Precision, calibration: np.ndarray | None) -> Any:
    """The network as an onnx.ModelProto, but for what it says about itself."""
    from onnx import helper

    folded = model.folded()
    if folded is None and precision == "int8":
        raise RecipeError(
            f"precision int8: its byte products are those of folded blocks, and {model_name(model)} has none",
            "export it as float32 or float16_weights",
        )
    if (precision == "int8") != (calibration is not None):
        raise RecipeError(
            f"calibration: int8 needs it and nothing else does, precision is {precision}",
            "it is the network's inputs for some thousand poses",
        )
    if folded is None:
        return traced_model(model, half=precision == "float16_weights")
    graph = _graph(folded, precision, calibration).build()
    opsets = {"": OPSET, ONNXRUNTIME: 1} if precision == "int8" else {"": OPSET}
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid(name, number) for name, number in opsets.items()]
    )


def _graph(network: FoldedNetwork, precision: Precision, calibration: np.ndarray | None) -> FoldedGraph:
    if calibration is not None:
        return Int8Graph(quantised(network, calibration))
    return HalfGraph(network) if precision == "float16_weights" else FoldedGraph(network)
