"""A trained network as one self-describing .onnx file, which runs anywhere without torch or poselift.

The graph is the folded network, built node by node: matrix products, additions and leaky ReLUs.
Input `joints_norm` (batch, J, K), output `joints_out` (batch, J, 3), both float32. The file's metadata holds the JSON
of `data.model_header` under the key `poselift`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np

from poselift.data.output import whole_file
from poselift.errors import MissingExtraError, RecipeError
from poselift.models import model_name
from poselift.models.checkpoint import model_header
from poselift.models.folded import Dense, FoldedNetwork

if TYPE_CHECKING:
    from torch import nn

Precision = Literal["float32", "float16_weights"]

# What the oldest onnxruntime that poselift admits can read.
OPSET = 17
IR_VERSION = 8

_OUTPUTS = {
    "person_centred": (
        "metres relative to the root, in camera axes (x right, y down, z forward) turned by the smallest rotation "
        "that brings the person onto the optical axis"
    ),
    "image_frame": (
        "x = px / width * 2 - 1; y = px / width * 2 - height / width; z = depth relative to the root, scaled to "
        "pixels by the root's box, / width * 2"
    ),
}
_INPUTS = {
    "person_centred": (
        "x, y of the rays to the joints, turned with the person onto the optical axis, at mean 0 and root mean "
        "square 1 over the visible joints; missing joints are 0"
    ),
    "image_frame": "x = px / width * 2 - 1; y = px / width * 2 - height / width",
}
_CONFIDENCE = {2: "no input", 3: "the third input channel, from 0 (missing) to 1"}


def export_onnx(
    model: nn.Module,
    about: Mapping[str, Any],
    path: Path,
    *,
    precision: Precision = "float32",
    overwrite: bool = False,
) -> None:
    """Write a model of `models.MODELS` as .onnx; the file appears whole or not at all.

    Args:
        about: provenance. Its entries `licence`, `training_data` (else `data`) and `errors` get places of their own.
        precision: "float16_weights" stores the matrices in half the bytes; arithmetic stays float32.

    Raises:
        RecipeError: the model is none of `MODELS`, or there is no such precision.
        CheckpointError: `about` is not JSON.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
        MissingExtraError: onnx is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtraError("onnx", "train") from None
    if precision not in get_args(Precision):
        raise RecipeError(f"precision: expected one of {get_args(Precision)}, got {precision!r}")
    model_name(model)  # complains about a foreign one
    text = _described(model, about, precision)
    graph = _Graph(cast(Any, model).folded(), half=precision == "float16_weights").build()
    made = onnx.helper.make_model(
        graph,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="poselift",
    )
    onnx.helper.set_model_props(made, {"poselift": text})
    onnx.checker.check_model(made)
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_bytes(made.SerializeToString(deterministic=True))


def _described(model: nn.Module, about: Mapping[str, Any], precision: str) -> str:
    config = cast(Any, model).config
    details = {
        "input": _INPUTS[config.normalisation],
        "output": _OUTPUTS[config.normalisation],
        "confidence": _CONFIDENCE[config.in_channels],
        "precision": precision,
        "licence": about.get("licence", "not stated"),
        "training_data": about.get("training_data", about.get("data", "not stated")),
        "errors": about.get("errors", {}),
    }
    rest = {key: value for key, value in about.items() if key not in {*details, "data"}}
    return model_header(model, rest, details).to_json()


class _Graph:
    """The nodes and weights of a folded network, collected in the order of computation."""

    def __init__(self, network: FoldedNetwork, *, half: bool) -> None:
        self.network, self.half = network, half
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def build(self) -> Any:
        from onnx import TensorProto, helper

        net = self.network
        entry = self._node("Flatten", ["joints_norm"], "joints_flat", axis=1)
        x = self._hidden(entry, net.input, "input")
        for number, (first, second) in enumerate(net.blocks):
            y = self._hidden(self._hidden(x, first, f"block{number}_first"), second, f"block{number}_second")
            x = self._node("Add", [x, y], f"block{number}") if net.residual else y
        x = self._dense(x, net.output, "output")
        if net.add_input:
            picked = self._node("MatMul", [entry, self._constant(_xy_picker(net), "xy_picker")], "input_xy")
            x = self._node("Add", [x, picked], "output_offset")
        # A 0 keeps that axis as it is, so that an empty batch works too.
        shape = self._constant(np.array([0, net.joints, 3], dtype=np.int64), "output_shape")
        self._node("Reshape", [x, shape], "joints_out")
        sides = {"joints_norm": net.in_channels, "joints_out": 3}
        entries = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", net.joints, size])
            for name, size in sides.items()
        ]
        return helper.make_graph(self.nodes, "poselift", entries[:1], entries[1:], self.weights)

    def _hidden(self, x: str, layer: Dense, name: str) -> str:
        x = self._dense(x, layer, name)
        if self.network.slope:
            return self._node("LeakyRelu", [x], f"{name}_active", alpha=self.network.slope)
        return self._node("Relu", [x], f"{name}_active")

    def _dense(self, x: str, layer: Dense, name: str) -> str:
        bias = self._constant(layer.bias, f"{name}_bias")
        return self._node("Gemm", [x, self._matrix(layer.weight, f"{name}_weight"), bias], name)

    def _matrix(self, weight: np.ndarray, name: str) -> str:
        if not self.half:
            return self._constant(weight, name)
        from onnx import TensorProto

        stored = self._constant(weight.astype(np.float16), f"{name}_half")
        return self._node("Cast", [stored], name, to=TensorProto.FLOAT)

    def _constant(self, array: np.ndarray, name: str) -> str:
        from onnx import numpy_helper

        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


def _xy_picker(network: FoldedNetwork) -> np.ndarray:
    """The matrix (J * K, J * 3) that takes x, y of each joint and adds a zero z."""
    one_joint = np.eye(network.in_channels, 3, dtype=np.float32)
    one_joint[2:] = 0
    return np.kron(np.eye(network.joints, dtype=np.float32), one_joint)
