"""The graph of bytes: the layers of the blocks multiply them, the first and the last do not."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from poselift.deploy.int8_graph import ONNXRUNTIME, Int8Graph
from poselift.deploy.quantised import quantised
from poselift.models import create_model


def test_only_the_blocks_multiply_bytes():
    network = create_model("lcn", layers=2, channels=64, hops=1, add_input=False).eval().folded()
    inputs = np.random.default_rng(0).normal(size=(50, 17, 2)).astype(np.float32)
    made = Int8Graph(quantised(network, inputs))
    graph = made.build()
    products = [node for node in graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert {node.domain for node in products} == {ONNXRUNTIME}
    assert len(products) == 2 * 2 * len(made.groups)
    kinds = [node.op_type for node in graph.node]
    assert kinds.count("Gemm") == len(made.groups) + 1
    assert kinds.count("QuantizeLinear") == len(products)
    of_bytes = [weight.name for weight in graph.initializer if weight.data_type == TensorProto.INT8]
    assert sorted(of_bytes) == sorted(node.input[1] for node in products)
    assert all(name.startswith("block") for name in of_bytes)
