"""The parts that networks share."""

from __future__ import annotations

import torch

from poselift.models.layers import ChannelBatchNorm, in_evaluation


def test_the_moving_variance_is_that_of_the_batch_itself():
    """TensorFlow does not correct it for the size of the batch, torch would: a factor of 3 / 2 here."""
    norm, x = ChannelBatchNorm(1).train(), torch.tensor([[0.0], [1.0], [5.0]])
    norm(x)
    torch.testing.assert_close(norm.moving_mean, torch.tensor([0.01 * 2.0]))
    torch.testing.assert_close(norm.moving_variance, torch.tensor([0.99 + 0.01 * 14 / 3]))


def test_channels_are_normalised_over_poses_and_joints_alike():
    x = torch.randn(4, 5 * 3, generator=torch.Generator().manual_seed(0))
    rows = ChannelBatchNorm(3).train()(x).view(-1, 3)
    torch.testing.assert_close(rows.mean(dim=0), torch.zeros(3), rtol=0, atol=1e-5)
    torch.testing.assert_close(rows.var(dim=0, unbiased=False), torch.ones(3), rtol=0, atol=5e-3)


@torch.no_grad()
def test_scale_and_shift_are_what_evaluation_does():
    norm, x = ChannelBatchNorm(3).eval(), torch.randn(4, 3)
    for tensor in norm.state_dict().values():
        tensor.copy_(torch.rand(3) + 0.2)
    scale, shift = in_evaluation(norm).scale_and_shift()
    torch.testing.assert_close(norm(x), (x.double() * scale + shift).float())
