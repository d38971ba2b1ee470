"""How the layers of a folded network stand to each other, by a network whose folded form is known."""

from __future__ import annotations

import numpy as np

from poselift.models import create_model


def test_layers_say_how_many_frames_they_take_and_how_often_they_are_applied():
    network = create_model("temporal_lcn", filter_widths=[3, 5, 3], channels=4).eval().folded()
    assert network.frames == 45
    layers = network.layers()
    assert [(layer.width, layer.rows) for layer in layers] == [(3, 15), (5, 3), (1, 3), (3, 1), (1, 1), (1, 1)]
    for layer, entering in zip(layers, [2, 4, 4, 4, 4, 4], strict=True):
        assert len(layer.dense.weight) == layer.width * 17 * entering
    assert (network.hidden, network.out_channels) == (17 * 4, 3)
    assert (network.place(5), create_model("temporal_lcn", causal=True).eval().folded().place(5)) == (2, 4)


def test_who_feeds_whom_is_read_off_the_weights():
    model = create_model("temporal_lcn", filter_widths=[1, 3], channels=4, hops=2, frame_hops=1)
    network = model.eval().folded()
    for width in (1, 3):
        np.testing.assert_array_equal(network.feeds(width), model.feeds(width))
    uneven = create_model("simple_baseline", linear_size=30, layers=1).eval().folded()
    assert uneven.feeds().shape == (1, 1)
    assert not uneven.feeds(3).any()
