"""The graph of a folded network whose blocks multiply bytes."""

from __future__ import annotations

import numpy as np

from poselift.deploy.folded_graph import FoldedGraph
from poselift.deploy.joint_groups import INT8
from poselift.deploy.quantised import QuantisedNetwork, rounded_weight
from poselift.models.folded import Dense

# The domain of the operators that are onnxruntime's own.
ONNXRUNTIME = "com.microsoft"


class Int8Graph(FoldedGraph):
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

    def _entering(self, numbers: str, layer: str) -> str:
        form = self.ranges[layer]
        stored_as = [
            self._constant(np.array(form.scale, dtype=np.float32), f"{layer}_in_scale"),
            self._constant(np.array(form.zero_point, dtype=np.uint8), f"{layer}_in_zero"),
        ]
        return self._node("QuantizeLinear", [numbers, *stored_as], f"{layer}_{numbers}_bytes")

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
        return self._node("MatMulIntegerToFloat", inputs, name, domain=ONNXRUNTIME)
