import pytest
import torch

from poselift.errors import RecipeError
from poselift.training.losses.velocity import velocity

ONES = torch.ones(17, 1)


def test_a_shift_that_lasts_costs_nothing_and_one_that_trembles_does():
    torch.manual_seed(0)
    target = torch.randn(3, 9, 17, 3)
    lasting = target + torch.randn(3, 1, 17, 3)
    assert velocity(lasting, target, ONES).item() == pytest.approx(0, abs=1e-6)
    trembling = target.clone()
    trembling[:, ::2, :, 0] += 0.5
    assert velocity(trembling, target, ONES).item() == pytest.approx(0.5, abs=1e-6)


def test_networks_of_one_frame_are_told_that_they_have_no_movement():
    with pytest.raises(RecipeError, match="predicts one"):
        velocity(torch.zeros(2, 17, 3), torch.zeros(2, 17, 3), ONES)
