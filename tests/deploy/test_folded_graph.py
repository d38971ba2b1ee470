"""The graph that is built by hand: its nodes are plain, and no more is multiplied than its groups of joints need."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, numpy_helper

from poselift.deploy.folded_graph import FoldedGraph, HalfGraph
from poselift.deploy.joint_groups import feeding_groups
from poselift.models import create_model


def folded(**config):
    return create_model("lcn", **{"layers": 2, "channels": 64, "hops": 1, **config}).eval().folded()


def matrices(graph) -> list:
    return [weight for weight in graph.initializer if len(weight.dims) == 2 and "picker" not in weight.name]


@pytest.mark.parametrize("residual", [True, False])
def test_there_is_one_product_for_each_group_of_each_layer(residual):
    network = folded(residual=residual, add_input=False)
    made = FoldedGraph(network)
    graph = made.build()
    kinds = [node.op_type for node in graph.node]
    assert len(made.groups) > 1
    assert kinds.count("Gemm") == (1 + 2 * 2) * len(made.groups) + 1
    assert kinds.count("Add") == (2 * len(made.groups) if residual else 0)
    assert set(kinds) <= {"Flatten", "Gemm", "LeakyRelu", "Concat", "Add", "Reshape"}


def test_a_group_multiplies_what_feeds_it_alone():
    network = folded()
    made = FoldedGraph(network)
    graph = made.build()
    for group in made.groups:
        name = "block0_first_joints" + "_".join(map(str, group)) + "_weight"
        weight = next(numpy_helper.to_array(w) for w in graph.initializer if w.name == name)
        feeding = [joint for other in feeding_groups(group, made.groups, made.feeds[1]) for joint in other]
        assert weight.shape == (len(feeding) * 64, len(group) * 64)
        whole = network.blocks[0][0].weight.reshape(17, 64, 17, 64)[:, :, list(group)]
        assert np.square(weight).sum() == pytest.approx(np.square(whole).sum(), rel=1e-5)


def test_over_time_a_group_multiplies_exactly_the_joints_that_feed_it():
    network = create_model("temporal_lcn", filter_widths=[1, 3], channels=64, hops=1, frame_hops=1).eval().folded()
    made = FoldedGraph(network)
    graph = made.build()
    assert len(made.groups) > 1
    for group in made.groups:
        name = "block0_first_joints" + "_".join(map(str, group)) + "_weight"
        weight = next(numpy_helper.to_array(w) for w in graph.initializer if w.name == name)
        whole = network.blocks[0][0].weight.reshape(3 * 17, 64, 17, 64)[:, :, list(group)]
        feeding = (whole != 0).any(axis=(1, 2, 3))
        # Of the frames before and after, a joint alone feeds itself.
        assert feeding.sum() == made.feeds[1][:, list(group)].any(axis=1).sum() + 2 * len(group)
        assert weight.shape == (feeding.sum() * 64, len(group) * 64)
        assert np.square(weight).sum() == pytest.approx(np.square(whole).sum(), rel=1e-5)


def test_half_of_the_bytes_are_stored_and_all_are_multiplied():
    full, half = FoldedGraph(folded()).build(), HalfGraph(folded()).build()
    assert {weight.data_type for weight in matrices(full)} == {TensorProto.FLOAT}
    assert {weight.data_type for weight in matrices(half)} == {TensorProto.FLOAT16}
    casts = [node for node in half.node if node.op_type == "Cast"]
    assert len(casts) == len(matrices(half))
    assert all(node.attribute[0].i == TensorProto.FLOAT for node in casts)
