"""What networks say of their joints is so: to exchange joints there exchanges them in the input and the output."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.models import MODELS, create_model
from poselift.skeleton import H36M_17, Skeleton

SMALL = {
    "lcn": {"channels": 4, "layers": 1},
    "lcn_fast": {"channels": 4, "layers": 1},
    "simple_baseline": {"linear_size": 12, "layers": 1},
    "videopose3d": {"channels": 6, "filter_widths": [3, 1]},
}
WITH_AXES = [name for name in MODELS if name in SMALL]


def in_another_order(skeleton, order):
    table = {**skeleton.as_dict(), "name": "shuffled", "joints": [skeleton.joints[j] for j in order]}
    return Skeleton.from_dict(table)


@torch.no_grad()
@pytest.mark.parametrize("name", WITH_AXES)
def test_joints_exchanged_in_the_weights_are_exchanged_in_what_is_seen_and_predicted(settled, name):
    order = np.random.default_rng(0).permutation(17)
    model = settled(create_model(name, **SMALL[name]))
    other = create_model(name, skeleton=in_another_order(H36M_17, order), **SMALL[name]).eval()
    state = {}
    for key, tensor in model.joint_state().items():
        for axis in model.joint_axes().get(key, ()):
            parts = tensor.movedim(axis.axis, 0)
            parts = parts.reshape(axis.outer, 17, -1, *parts.shape[1:])[:, order].reshape(parts.shape)
            tensor = parts.movedim(0, axis.axis)
        state[key] = tensor
    other.load_joint_state(state)
    seen = torch.randn(5, model.window.frames, 17, 2)
    torch.testing.assert_close(other(seen[:, :, order]), model(seen)[:, order])


@torch.no_grad()
@pytest.mark.parametrize("name", WITH_AXES)
def test_a_state_joint_by_joint_is_the_network(settled, name):
    model, other = settled(create_model(name, **SMALL[name])), create_model(name, **SMALL[name]).eval()
    other.load_joint_state(model.joint_state())
    seen = torch.randn(5, model.window.frames, 17, 2)
    torch.testing.assert_close(other(seen), model(seen))
