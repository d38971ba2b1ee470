"""The graph of a folded network, built node by node: matrix products, additions and leaky ReLUs.

It is faster than what an exporter makes of the network, since it leaves out what masks leave out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from poselift.deploy.joint_groups import FLOAT32, Group, feeding_groups, joint_groups
from poselift.models.folded import Dense, FoldedNetwork


class FoldedGraph:
    """The nodes and weights of a folded network, collected in the order of computation.

    Between the layers each group of `deploy.joint_groups` has a tensor (B, joints of the group * C) of its own.
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
        shape = self._constant(np.array([0, net.joints, net.out_channels], dtype=np.int64), "output_shape")
        self._node("Reshape", [last, shape], "joints_out")
        sides = {"joints_norm": net.in_channels, "joints_out": net.out_channels}
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


class HalfGraph(FoldedGraph):
    """Matrices are stored as float16 and multiplied as float32."""

    def _matrix(self, weight: np.ndarray, name: str) -> str:
        from onnx import TensorProto

        stored = self._constant(weight.astype(np.float16), f"{name}_half")
        return self._node("Cast", [stored], name, to=TensorProto.FLOAT)


def _xy_picker(network: FoldedNetwork) -> np.ndarray:
    """The matrix (J * K, J * C) that takes x, y of each joint and zeros for what else comes out of it."""
    one_joint = np.eye(network.in_channels, network.out_channels, dtype=np.float32)
    one_joint[2:] = 0
    return np.kron(np.eye(network.joints, dtype=np.float32), one_joint)
