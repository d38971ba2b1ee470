import math

import pytest
import torch

from poselift.training.losses.likelihood import likelihood

ONES = torch.ones(4, 1)


def test_the_best_expected_error_is_the_mean_distance():
    torch.manual_seed(0)
    target = torch.zeros(5000, 4, 3)
    joints = torch.randn(5000, 4, 3) * torch.tensor([0.01, 0.1, 1.0, 3.0])[:, None]
    log_expected = torch.zeros(4, 1, requires_grad=True)
    optimiser = torch.optim.Adam([log_expected], lr=0.05)
    for _ in range(400):
        optimiser.zero_grad()
        likelihood(torch.cat([joints, log_expected.expand(5000, 4, 1)], dim=-1), target, ONES).backward()
        optimiser.step()
    expected = joints.norm(dim=-1).mean(dim=0)
    torch.testing.assert_close(log_expected.detach().exp()[:, 0], expected, rtol=0.02, atol=0)


def test_weights_of_joints_count():
    predicted = torch.zeros(1, 4, 4)
    predicted[0, 2, 0] = 2.0
    weights = torch.tensor([[0.0], [0.0], [4.0], [0.0]])
    assert likelihood(predicted, torch.zeros(1, 4, 3), ONES).item() == pytest.approx(0.5)
    assert likelihood(predicted, torch.zeros(1, 4, 3), weights).item() == pytest.approx(2.0)


def test_it_is_the_density_up_to_a_factor_and_a_constant():
    # p(d) = k / e^3 exp(-3 d / e), so -log p = 3 (d / e + log e) - log k
    distance, expected = 0.7, 0.2
    predicted = torch.tensor([[[distance, 0, 0, math.log(expected)]]])
    assert likelihood(predicted, torch.zeros(1, 1, 3), torch.ones(1, 1)).item() == pytest.approx(
        distance / expected + math.log(expected)
    )
