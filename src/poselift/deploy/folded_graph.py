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

    Between the layers each group of `deploy.joint_groups` has a tensor (rows, joints of the group * C) of its own;
    rows are the frames that are left of all windows.
    """

    costs = FLOAT32

    def __init__(self, network: FoldedNetwork) -> None:
        self.network = network
        self.feeds = {width: network.feeds(width) for width in {1, *network.widths[1:]}}
        self.joints = self.feeds[1].shape[1]
        self.channels = network.hidden // self.joints
        # A call serves all frames that are left of a window, at first so many.
        rows = network.frames // network.widths[0]
        costs = self.costs._replace(call=self.costs.call / rows)
        self.groups = joint_groups(self.feeds[1], self.channels, costs)
        self.nodes: list[Any] = []
        self.weights: dict[str, Any] = {}

    def build(self) -> Any:
        from onnx import TensorProto, helper

        net = self.network
        entry = self._entry()
        x = {group: self._first(entry, group) for group in self.groups}
        for number, ((first, second), width) in enumerate(zip(net.blocks, net.widths[1:], strict=True)):
            name = f"block{number}"
            if width == 1:
                y = self._layer(x, first, f"{name}_first")
            else:
                frames = self._frames(x, width, name)
                y = self._layer_over_time(frames, width, first, f"{name}_first")
                x = {group: self._kept(frames, width, group, name) for group in self.groups}
            y = self._layer(y, second, f"{name}_second")
            x = self._added(x, y, name) if net.residual else y
        joined = self._side_by_side(x, self.groups, "output_in")
        last = self._dense(joined, self._part(net.output, _of_groups(self.groups), None), "output")
        if net.add_input:
            picked = self._node("MatMul", [entry, self._constant(_xy_picker(net), "xy_picker")], "input_xy")
            last = self._node("Add", [last, picked], "output_offset")
        # A 0 keeps that axis as it is, so that an empty batch works too.
        self._reshaped(last, [0, net.joints, net.out_channels], "joints_out")
        frames_axis = [net.frames] if net.frames > 1 else []
        sides = {
            "joints_norm": [*frames_axis, net.joints, net.in_channels],
            "joints_out": [net.joints, net.out_channels],
        }
        entries = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape]) for name, shape in sides.items()
        ]
        return helper.make_graph(self.nodes, "poselift", entries[:1], entries[1:], list(self.weights.values()))

    def _entry(self) -> str:
        """What the first layer takes, the joints of a few frames in a row."""
        net = self.network
        if net.frames == 1:
            return self._node("Flatten", ["joints_norm"], "joints_flat", axis=1)
        return self._reshaped("joints_norm", [-1, net.widths[0] * net.joints * net.in_channels], "joints_flat")

    def _first(self, entry: str, group: Group) -> str:
        name = self._named("input", group)
        return self._active(self._dense(entry, self._part(self.network.input, None, group), name), name)

    def _layer(self, x: Mapping[Group, str], layer: Dense, name: str) -> dict[Group, str]:
        x = {group: self._entering(numbers, name) for group, numbers in x.items()}
        inputs: dict[tuple[Group, ...], str] = {}
        y = {}
        for group in self.groups:
            feeding = tuple(feeding_groups(group, self.groups, self.feeds[1]))
            if feeding not in inputs:
                inputs[feeding] = self._side_by_side(x, feeding, f"{name}_in{len(inputs)}")
            y[group] = self._part_of_layer(inputs[feeding], layer, _of_groups(feeding), group, name)
        return y

    def _part_of_layer(self, x: str, layer: Dense, joints: Sequence[int], group: Group, name: str) -> str:
        """One group's part of a layer, of the joints that enter it, which are counted over its frames."""
        own = self._named(name, group)
        return self._active(self._product(x, self._part(layer, joints, group), own, name), own)

    def _frames(self, x: Mapping[Group, str], width: int, name: str) -> str:
        """(rows, joints of `width` frames, C): all there is of a few frames, with joints in the order of groups."""
        joined = self._side_by_side(x, self.groups, f"{name}_joined")
        return self._reshaped(joined, [-1, width * self.joints, self.channels], f"{name}_frames")

    def _layer_over_time(self, frames: str, width: int, layer: Dense, name: str) -> dict[Group, str]:
        """Here a group takes exactly the joints that feed it: few of those of other frames do."""
        entering, feeds = self._entering(frames, name), self.feeds[width]
        feeding = {group: np.flatnonzero(feeds[:, list(group)].any(axis=1)).tolist() for group in self.groups}
        return {
            group: self._part_of_layer(
                self._picked(entering, joints, width, f"{self._named(name, group)}_in"), layer, joints, group, name
            )
            for group, joints in feeding.items()
        }

    def _kept(self, frames: str, width: int, group: Group, name: str) -> str:
        """A group's numbers of the frame that a block is about."""
        place = self.network.place(width) * self.joints
        return self._picked(frames, [place + joint for joint in group], width, f"{self._named(name, group)}_kept")

    def _picked(self, frames: str, joints: Sequence[int], width: int, name: str) -> str:
        """Some joints' channels side by side, out of all that `_frames` gave."""
        order = np.argsort(_of_groups(self.groups))
        rows = [joint // self.joints * self.joints + int(order[joint % self.joints]) for joint in joints]
        chosen = self._constant(np.array(rows, dtype=np.int64), f"{name}_joints")
        picked = self._node("Gather", [frames, chosen], f"{name}_of", axis=1)
        return self._reshaped(picked, [-1, len(rows) * self.channels], name)

    def _entering(self, numbers: str, layer: str) -> str:
        """Numbers in the form in which a layer of the blocks takes them."""
        return numbers

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

    def _part(self, layer: Dense, inputs: Sequence[int] | None, outputs: Group | None) -> Dense:
        """Some joints' rows and one group's columns of a layer; all where it is None."""
        rows = slice(None) if inputs is None else self._channels_of(inputs)
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

    def _reshaped(self, x: str, shape: Sequence[int], name: str) -> str:
        return self._node("Reshape", [x, self._constant(np.array(shape, dtype=np.int64), f"{name}_shape")], name)

    def _constant(self, array: np.ndarray, name: str) -> str:
        from onnx import numpy_helper

        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
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


def _of_groups(groups: Sequence[Group]) -> list[int]:
    """The joints of groups, one after the other."""
    return [joint for group in groups for joint in group]


def _xy_picker(network: FoldedNetwork) -> np.ndarray:
    """The matrix (J * K, J * C) that takes x, y of each joint and zeros for what else comes out of it."""
    one_joint = np.eye(network.in_channels, network.out_channels, dtype=np.float32)
    one_joint[2:] = 0
    return np.kron(np.eye(network.joints, dtype=np.float32), one_joint)
