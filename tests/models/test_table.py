"""The table of models: every entry is there, and a wrong name says the right one."""

from __future__ import annotations

import pytest
import torch

from poselift.errors import PoseliftError, RecipeError
from poselift.models import MODELS, create_model, model_name
from poselift.skeleton import SKELETONS, read_skeleton


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_the_same_contract(name):
    model = create_model(name)
    assert model_name(model) == name
    assert model.config.normalisation == "image_frame"
    assert model.skeleton.name == model.config.skeleton
    assert model(torch.zeros(2, model.window.frames, 17, 2)).shape == (2, *model.window.output_frames, 17, 3)


def test_wrong_names_say_the_right_ones():
    with pytest.raises(RecipeError, match="lnc") as unknown:
        create_model("lnc")
    assert "lcn" in unknown.value.hint
    with pytest.raises(RecipeError, match="chanels") as misspelt:
        create_model("lcn", chanels=3)
    assert "model.channels" in misspelt.value.hint
    with pytest.raises(RecipeError, match="Linear"):
        model_name(torch.nn.Linear(1, 1))


@pytest.mark.parametrize("name", MODELS)
def test_every_model_takes_any_skeleton_by_name_table_or_file(name, own_skeleton_file):
    own = read_skeleton(own_skeleton_file)
    forms = {"file": str(own_skeleton_file), "table": own.as_dict(), "itself": own}
    models = {form: create_model(name, skeleton=skeleton) for form, skeleton in forms.items()}
    for form, model in models.items():
        assert model.skeleton == own, form
        assert model.config == models["table"].config, form
        assert model.config.skeleton == own.as_dict(), form  # whole, for a file of this model to carry it
        assert model(torch.zeros(2, model.window.frames, 26, 2)).shape == (2, *model.window.output_frames, 26, 3), (
            form
        )
    assert create_model(name, skeleton=SKELETONS["coco17"].as_dict()).config.skeleton == "coco17"


@pytest.mark.parametrize(
    ("skeleton", "message", "hint"),
    [
        ("martian", "unknown skeleton 'martian'", "h36m17"),
        ("none.toml", "none.toml: cannot be read", ".toml"),
        ({"name": "m", "root": ["a"], "joints": ["a"], "pairs": [["a", "a"]]}, "paired with itself", ""),
    ],
)
def test_a_skeleton_that_is_none_is_refused(skeleton, message, hint):
    with pytest.raises(PoseliftError, match=message) as caught:
        create_model("lcn", skeleton=skeleton)
    assert hint in caught.value.hint
