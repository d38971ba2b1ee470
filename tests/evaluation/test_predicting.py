import numpy as np
import pytest

from poselift.data.predictions import load_predictions
from poselift.data.store import load_store
from poselift.errors import DataFormatError
from poselift.evaluation.predicting import predictions_of


def test_a_model_and_the_file_of_its_predictions_say_the_same(tiny_model, recorded_store, tmp_path):
    store = load_store(recorded_store)
    clips = store.clips_of(("test",))
    done = []
    made = predictions_of(tiny_model, store, clips, "sh_ft", on_clip=done.append, flip=False)
    assert done == list(range(1, len(clips) + 1))
    assert (made.about["detections"], made.about["flip"]) == ("sh_ft", False)
    made.save(tmp_path / "made.npz")
    again = predictions_of(tmp_path / "made.npz", store, clips, "sh_ft")
    np.testing.assert_array_equal(again.joints, made.joints)
    assert again.about == load_predictions(tmp_path / "made.npz").about


def test_a_file_that_is_none_is_told(recorded_store, tmp_path):
    store = load_store(recorded_store)
    with pytest.raises(DataFormatError, match=r"no\.npz"):
        predictions_of(tmp_path / "no.npz", store, store.clips_of(("test",)), "gt")
