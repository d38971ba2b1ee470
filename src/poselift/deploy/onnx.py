"""A trained network as one self-describing .onnx file, which runs anywhere without torch or poselift.

The graph is the folded network, built node by node: matrix products, additions and leaky ReLUs.
Input `joints_norm` (batch, J, K), output `joints_out` (batch, J, 3), both float32. The file's metadata holds the JSON
of `data.model_header` under the key `poselift`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from jaxtyping import Float

from poselift.deploy.joint_groups import FLOAT32, INT8, Group, feeding_groups, joint_groups
from poselift.deploy.quantised import QuantisedNetwork, quantised, rounded_weight
from poselift.errors import MissingExtraError, RecipeError
from poselift.files import whole_file
from poselift.models import model_name
from poselift.models.checkpoint import model_header
from poselift.models.folded import Dense, FoldedNetwork

if TYPE_CHECKING:
    from poselift.models.base import LiftingNetwork

Precision = Literal["float32", "float16_weights", "int8"]

# What the oldest onnxruntime that poselift admits can read.
OPSET = 17
IR_VERSION = 8
_ONNXRUNTIME = "com.microsoft"
_EXAMPLES = 32

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
    model: LiftingNetwork,
    about: Mapping[str, Any],
    path: Path,
    *,
    precision: Precision = "float32",
    calibration: Float[np.ndarray, "poses joints channels"] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a model of `models.MODELS` as .onnx; the file appears whole or not at all.

    Args:
        about: provenance. Its entries `licence`, `training_data` (else `data`) and `errors` get places of their own.
        precision: "float16_weights" stores the matrices in half the bytes; arithmetic stays float32. "int8" computes
            the layers of the blocks with bytes, the first and the last layer in float32.
        calibration: normalised inputs such as the network will meet, from which int8 learns its ranges; for it alone.

    Raises:
        RecipeError: the model is none of `MODELS`, there is no such precision, or int8 without calibration.
        ShapeError: the calibration inputs are not of the network's shape, or not finite.
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
    folded = model.folded()
    if folded is None:
        raise RecipeError(f"{model_name(model)} has no folded form")
    graph = _graph(folded, precision, calibration).build()
    text = _described(model, about, precision, calibration)
    opsets = {"": OPSET, _ONNXRUNTIME: 1} if precision == "int8" else {"": OPSET}
    made = onnx.helper.make_model(
        graph,
        opset_imports=[onnx.helper.make_opsetid(name, number) for name, number in opsets.items()],
        ir_version=IR_VERSION,
        producer_name="poselift",
    )
    onnx.helper.set_model_props(made, {"poselift": text})
    onnx.checker.check_model(made)
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_bytes(made.SerializeToString(deterministic=True))


def _described(
    model: LiftingNetwork, about: Mapping[str, Any], precision: str, calibration: np.ndarray | None
) -> str:
    config = model.config
    details = {
        "input": _INPUTS[config.normalisation],
        "output": _OUTPUTS[config.normalisation],
        "confidence": _CONFIDENCE[config.in_channels],
        "precision": precision,
        "licence": about.get("licence", "not stated"),
        "training_data": about.get("training_data", about.get("data", "not stated")),
        "errors": about.get("errors", {}),
    }
    if calibration is not None:  # by which other machines tell whether their bytes are right
        details["example_inputs"] = np.round(calibration[:: -(-len(calibration) // _EXAMPLES)], 4).tolist()
    rest = {key: value for key, value in about.items() if key not in {*details, "data"}}
    return model_header(model, rest, details).to_json()


def _graph(network: FoldedNetwork, precision: Precision, calibration: np.ndarray | None) -> _Graph:
    if (precision == "int8") != (calibration is not None):
        raise RecipeError(
            f"calibration: int8 needs it and nothing else does, precision is {precision}",
            "it is the network's inputs for some thousand poses",
        )
    if calibration is not None:
        return _Int8Graph(quantised(network, calibration))
    return _HalfGraph(network) if precision == "float16_weights" else _Graph(network)


class _Graph:
    """The nodes and weights of a folded network, collected in the order of computation.

    Between the layers each group of `blocks.joint_groups` has a tensor (B, joints of the group * C) of its own.
    """

    costs = FLOAT32

    def __init__(self, network: FoldedNetwork) -> None:
        self.network = network
        self.feeds = network.feeds()
        self.channels = network.input.weight.shape[1] // len(self.feeds)
        self.groups = joint_groups(self.feeds, self.channels, self.costs)
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def build(self) -> Any:
        from onnx import TensorProto, helper

        net = self.network
        entry = self._node("Flatten", ["joints_norm"], "joints_flat", axis=1)
        x = {group: self._first(entry, group) for group in self.groups}
        for number, (first, second) in enumerate(net.blocks):
            y = self._layer(self._layer(x, first, f"block{number}_first"), second, f"block{number}_second")
            x = self._added(x, y, f"block{number}") if net.residual else y
        joined = self._side_by_side(x, self.groups, "output_in")
        last = self._dense(joined, self._part(net.output, self.groups, None), "output")
        if net.add_input:
            picked = self._node("MatMul", [entry, self._constant(_xy_picker(net), "xy_picker")], "input_xy")
            last = self._node("Add", [last, picked], "output_offset")
        # A 0 keeps that axis as it is, so that an empty batch works too.
        shape = self._constant(np.array([0, net.joints, 3], dtype=np.int64), "output_shape")
        self._node("Reshape", [last, shape], "joints_out")
        sides = {"joints_norm": net.in_channels, "joints_out": 3}
        entries = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", net.joints, size])
            for name, size in sides.items()
        ]
        return helper.make_graph(self.nodes, "poselift", entries[:1], entries[1:], self.weights)

    def _first(self, entry: str, group: Group) -> str:
        name = self._named("input", group)
        return self._active(self._dense(entry, self._part(self.network.input, None, group), name), name)

    def _layer(self, x: Mapping[Group, str], layer: Dense, name: str) -> dict[Group, str]:
        x = self._entering(x, name)
        inputs: dict[tuple[Group, ...], str] = {}
        y = {}
        for group in self.groups:
            feeding = feeding_groups(group, self.groups, self.feeds)
            if tuple(feeding) not in inputs:
                inputs[tuple(feeding)] = self._side_by_side(x, feeding, f"{name}_in{len(inputs)}")
            own = self._named(name, group)
            product = self._product(inputs[tuple(feeding)], self._part(layer, feeding, group), own, name)
            y[group] = self._active(product, own)
        return y

    def _entering(self, x: Mapping[Group, str], layer: str) -> Mapping[Group, str]:
        """The groups' numbers in the form in which a layer of the blocks takes them."""
        return x

    def _product(self, x: str, part: Dense, name: str, layer: str) -> str:
        """One group's part of a layer of the blocks."""
        return self._dense(x, part, name)

    def _added(self, x: Mapping[Group, str], y: Mapping[Group, str], name: str) -> dict[Group, str]:
        return {group: self._node("Add", [x[group], y[group]], self._named(name, group)) for group in x}

    def _side_by_side(self, x: Mapping[Group, str], groups: Sequence[Group], name: str) -> str:
        if len(groups) == 1:
            return x[groups[0]]
        return self._node("Concat", [x[group] for group in groups], name, axis=1)

    def _named(self, name: str, group: Group) -> str:
        return name if len(self.groups) == 1 else f"{name}_joints" + "_".join(map(str, group))

    def _part(self, layer: Dense, inputs: Sequence[Group] | None, outputs: Group | None) -> Dense:
        """Some groups' rows and one group's columns of a layer; all where it is None."""
        rows = slice(None) if inputs is None else self._channels_of([j for group in inputs for j in group])
        columns = slice(None) if outputs is None else self._channels_of(outputs)
        return Dense(layer.weight[rows][:, columns], layer.bias[columns])

    def _channels_of(self, joints: Sequence[int]) -> np.ndarray:
        return np.concatenate([np.arange(self.channels) + joint * self.channels for joint in joints])

    def _active(self, x: str, name: str) -> str:
        if self.network.slope:
            return self._node("LeakyRelu", [x], f"{name}_active", alpha=self.network.slope)
        return self._node("Relu", [x], f"{name}_active")

    def _dense(self, x: str, layer: Dense, name: str) -> str:
        bias = self._constant(layer.bias, f"{name}_bias")
        return self._node("Gemm", [x, self._matrix(layer.weight, f"{name}_weight"), bias], name)

    def _matrix(self, weight: np.ndarray, name: str) -> str:
        return self._constant(weight, name)

    def _constant(self, array: np.ndarray, name: str) -> str:
        from onnx import numpy_helper

        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


class _HalfGraph(_Graph):
    """Matrices are stored as float16 and multiplied as float32."""

    def _matrix(self, weight: np.ndarray, name: str) -> str:
        from onnx import TensorProto

        stored = self._constant(weight.astype(np.float16), f"{name}_half")
        return self._node("Cast", [stored], name, to=TensorProto.FLOAT)


class _Int8Graph(_Graph):
    """The layers of the blocks multiply bytes; between them numbers are float32.

    The product is onnxruntime's own: it finds the standard's QuantizeLinear and DequantizeLinear around a Gemm only
    where no activation follows, and runs ten times slower otherwise.
    """

    costs = INT8

    def __init__(self, quantised_network: QuantisedNetwork) -> None:
        super().__init__(quantised_network.network)
        self.ranges = {
            f"block{number}_{place}": byte_range
            for number, pair in enumerate(quantised_network.ranges)
            for place, byte_range in zip(("first", "second"), pair, strict=True)
        }

    def _entering(self, x: Mapping[Group, str], layer: str) -> Mapping[Group, str]:
        stored_as = [
            self._constant(np.array(self.ranges[layer].scale, dtype=np.float32), f"{layer}_in_scale"),
            self._constant(np.array(self.ranges[layer].zero_point, dtype=np.uint8), f"{layer}_in_zero"),
        ]
        return {
            group: self._node("QuantizeLinear", [name, *stored_as], f"{layer}_{name}_bytes")
            for group, name in x.items()
        }

    def _product(self, x: str, part: Dense, name: str, layer: str) -> str:
        weight = rounded_weight(part.weight)
        inputs = [
            x,
            self._constant(weight.values, f"{name}_weight"),
            f"{layer}_in_scale",
            self._constant(weight.scale, f"{name}_scale"),
            f"{layer}_in_zero",
            "",  # the weights' zero point: none
            self._constant(part.bias, f"{name}_bias"),
        ]
        return self._node("MatMulIntegerToFloat", inputs, name, domain=_ONNXRUNTIME)


def _xy_picker(network: FoldedNetwork) -> np.ndarray:
    """The matrix (J * K, J * 3) that takes x, y of each joint and adds a zero z."""
    one_joint = np.eye(network.in_channels, 3, dtype=np.float32)
    one_joint[2:] = 0
    return np.kron(np.eye(network.joints, dtype=np.float32), one_joint)
