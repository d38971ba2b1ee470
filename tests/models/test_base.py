"""A network that breaks its contract is named when it is made, and not in the tenth step."""

from __future__ import annotations

import sys

import pytest
import torch
from torch import nn

from poselift.data.windows import Window
from poselift.errors import RecipeError
from poselift.models import MODELS, create_model
from poselift.models.base import LiftingNetwork, check_contract
from poselift.models.config import NetworkConfig
from poselift.skeleton import H36M_17


class Sound(LiftingNetwork):
    """One linear layer over a window of three frames."""

    Config = NetworkConfig

    def __init__(self, config):
        super().__init__()
        self.config, self.skeleton = config, H36M_17
        self.layer = nn.Linear(3 * 17 * config.in_channels, 17 * 3)

    @property
    def window(self):
        return Window(frames=3)

    def forward(self, joints_norm):
        return self.layer(joints_norm.flatten(1)).view(-1, 17, 3)


class AllInOne(Sound):
    """Gives a pose for every frame where one is asked for."""

    def forward(self, joints_norm):
        return super().forward(joints_norm)[:, None].expand(-1, 3, -1, -1)


class Flat(Sound):
    def forward(self, joints_norm):
        return super().forward(joints_norm).flatten(1)


class OneFrame(Sound):
    """Its layer is made for fewer frames than its window has."""

    @property
    def window(self):
        return Window(frames=5)


class Pair(Sound):
    def forward(self, joints_norm):
        return super().forward(joints_norm), None


class Silent(Sound):
    forward = LiftingNetwork.forward


class Nameless(Sound):
    def __init__(self, config):
        super().__init__(config)
        del self.skeleton


@pytest.fixture
def made(monkeypatch):
    def make(kind):
        monkeypatch.setitem(MODELS, "made_up", f"{__name__}:{kind.__name__}")
        monkeypatch.setitem(sys.modules, __name__, sys.modules[Sound.__module__])
        return create_model("made_up", in_channels=2)

    return make


def test_a_sound_network_is_made_and_left_in_training(made):
    model = made(Sound)
    assert model.training
    assert model(torch.zeros(4, 3, 17, 2)).shape == (4, 17, 3)
    assert model.folded() is None


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (AllInOne, r"network AllInOne: expected an output of shape \(2, 17, 3\), got \(2, 3, 17, 3\)"),
        (Flat, r"network Flat: expected an output of shape \(2, 17, 3\), got \(2, 51\)"),
        (OneFrame, r"network OneFrame: refuses an input of \(2, 5, 17, 2\): .*shapes cannot be multiplied"),
        (Pair, r"network Pair: expected an output of shape \(2, 17, 3\), got tuple"),
        (Silent, r"network Silent: refuses an input of \(2, 3, 17, 2\): NotImplementedError"),
        (Nameless, "network Nameless: expected an attribute skeleton, found none"),
    ],
)
def test_what_breaks_the_contract_is_named(made, kind, said):
    with pytest.raises(RecipeError, match=said) as caught:
        made(kind)
    assert "LiftingNetwork" in caught.value.hint


def test_nothing_is_learned_by_the_check():
    torch.manual_seed(0)
    model = create_model("lcn", channels=4, layers=1, dropout=0.5)
    before, drawn = {key: tensor.clone() for key, tensor in model.state_dict().items()}, torch.random.get_rng_state()
    check_contract(model)
    assert all(torch.equal(tensor, before[key]) for key, tensor in model.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), drawn)


def test_without_numbers_there_is_nothing_to_check():
    with torch.device("meta"):
        check_contract(Flat(NetworkConfig(in_channels=2)))
