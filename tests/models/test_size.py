"""What a network costs: only what its output depends on."""

from __future__ import annotations

import torch

from poselift.models import create_model
from poselift.models.size import size_of

CONNECTED = {"layers": 1, "linear_size": 32}


def test_a_fully_connected_network_is_what_its_layers_say():
    model = create_model("simple_baseline", **CONNECTED)
    size = size_of(model)
    products = 34 * 32 + 2 * 32 * 32 + 32 * 51
    assert size == (products + 3 * 32 + 51, 2 * products, 1)


def test_weights_that_two_sides_share_count_once():
    shared, own = (
        size_of(create_model("lcn", channels=4, layers=1, share=s, max_norm=False)) for s in ("symmetric", "none")
    )
    assert shared.flops == own.flops
    assert shared.parameters < 0.6 * own.parameters


def test_what_a_mask_leaves_out_costs_nothing():
    few, many, all_of_them = (size_of(create_model("lcn", channels=4, layers=1, hops=hops)) for hops in (1, 3, 6))
    assert few.parameters < many.parameters < all_of_them.parameters
    assert few.flops < many.flops < all_of_them.flops
    assert all_of_them.flops == 2 * 17 * 17 * (2 * 4 + 2 * 4 * 4 + 4 * 3)


def test_of_a_window_all_frames_are_counted():
    small, large = (size_of(create_model("videopose3d", channels=8, filter_widths=w)) for w in ((3,), (3, 3)))
    assert small.flops < large.flops
    assert (small.window, large.window) == (3, 9)


def test_the_model_stays_as_it_is():
    model = create_model("lcn", channels=4, layers=1).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert size_of(model) == size_of(model)
    assert model.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
