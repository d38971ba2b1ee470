"""A setting that does nothing is refused before anything is written."""

from __future__ import annotations

import pytest

from poselift.data.store import load_store
from poselift.errors import RecipeError
from poselift.training.fits import check_fits
from poselift.training.loop import train
from poselift.training.recipe_file import recipe_from


def recipe(store, **sections):
    base = {
        "data": {"store": str(store)},
        "model": {"name": "lcn", "channels": 4, "layers": 0},
        "train": {"steps": 1},
    }
    return recipe_from({**base, **sections, "data": {**base["data"], **sections.get("data", {})}})


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({"augment": {"mirror": 0.1}}, "augment"),
        ({"views": {"jitter": 0.1}}, "views"),
        ({"data": {"balance": "clips"}}, "data.balance"),
    ],
)
def test_recordings_know_no_virtual_cameras(recorded_store, sections, key):
    with pytest.raises(RecipeError, match=f"{key} has no effect on recordings"):
        check_fits(recipe(recorded_store, **sections), load_store(recorded_store))


@pytest.mark.parametrize(
    ("data", "key"), [({"detections": "sh_ft"}, "data.detections"), ({"flip": True}, "data.flip")]
)
def test_motion_capture_knows_no_detections(mocap_store, tmp_path, data, key):
    with pytest.raises(RecipeError, match=f"{key} has no effect on motion capture"):
        check_fits(recipe(mocap_store, data=data), load_store(mocap_store))
    with pytest.raises(RecipeError, match=f"{key} has no effect on motion capture"):
        train(recipe(mocap_store, data=data), tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("normalisation", ["image_frame", "person_centred"])
def test_the_kind_of_data_is_the_matter_of_the_store_alone(mocap_store, recorded_store, normalisation):
    model = {"name": "lcn", "normalisation": normalisation}
    check_fits(recipe(mocap_store, model=model, views={"jitter": 0.1}), load_store(mocap_store))
    check_fits(recipe(recorded_store, model=model, data={"flip": True}), load_store(recorded_store))
