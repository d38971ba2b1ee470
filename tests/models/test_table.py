"""The table of models: every entry is there, and a wrong name says the right one."""

from __future__ import annotations

import pytest
import torch

from poselift.errors import RecipeError
from poselift.models import MODELS, create_model, model_name


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_the_same_contract(name):
    model = create_model(name)
    assert model_name(model) == name
    assert model.config.normalisation == "image_frame"
    assert model.skeleton.name == model.config.skeleton
    assert model(torch.zeros(2, 17, 2)).shape == (2, 17, 3)


def test_wrong_names_say_the_right_ones():
    with pytest.raises(RecipeError, match="lnc") as unknown:
        create_model("lnc")
    assert "lcn" in unknown.value.hint
    with pytest.raises(RecipeError, match="chanels") as misspelt:
        create_model("lcn", chanels=3)
    assert "'channels'" in misspelt.value.hint
    with pytest.raises(RecipeError, match="Linear"):
        model_name(torch.nn.Linear(1, 1))
