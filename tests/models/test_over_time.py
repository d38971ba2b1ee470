"""Windows by their settings, and layers that stride over them."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from poselift.data.windows import Window
from poselift.models.over_time import OverTimeConfig, StridedConfig, strided, strided_through


def test_settings_make_a_window():
    config = OverTimeConfig(step=2, fps=25.0, ends="mask")
    assert config.window_of(5, "all") == Window(frames=5, step=2, predicts="all", fps=25.0, ends="mask")
    assert StridedConfig(filter_widths=(3, 5)).window == Window(frames=15)
    assert StridedConfig(filter_widths=(3, 5), causal=True).window.predicts == "last"
    assert [StridedConfig().place(5), StridedConfig(causal=True).place(5)] == [2, 4]
    with pytest.raises(ValueError, match="odd numbers"):
        StridedConfig(filter_widths=(2,))


def test_frames_come_side_by_side_in_their_order():
    x = torch.arange(12.0).view(1, 6, 2)
    assert torch.equal(strided(x, 3)[0], torch.arange(12.0).view(2, 6))


def test_layers_take_all_frames_to_one():
    config = StridedConfig(filter_widths=(3, 3))
    layers = [nn.Linear(3 * 4, 5), nn.Linear(3 * 5, 7)]
    window = torch.randn(2, 9, 2, 2)
    by_hand = torch.cat([layers[0](window[:, i : i + 3].flatten(1)) for i in (0, 3, 6)], dim=1)
    torch.testing.assert_close(strided_through(layers, window, config), layers[1](by_hand))
    single = StridedConfig(filter_widths=(1,))
    assert strided_through([nn.Linear(4, 5)], window[:, 0], single).shape == (2, 5)
