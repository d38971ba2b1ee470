from dataclasses import replace

import pytest

from poselift.data.store import load_store
from poselift.errors import DataFormatError, RecipeError
from poselift.evaluation.clips import chosen_clips


def test_what_the_data_set_calls_faulty_is_left_out_on_demand(recorded_store):
    store = load_store(recorded_store)
    tagged = replace(
        store, clips=tuple(replace(c, tags=("faulty",)) if c.action == "Walking" else c for c in store.clips)
    )
    assert len(chosen_clips(tagged, ("test", "val"))) == 8
    left = chosen_clips(tagged, ("test", "val"), without_faulty=True)
    assert [clip.action for clip in left] == ["Directions"] * 4


def test_nothing_to_leave_out_is_told(recorded_store):
    with pytest.raises(RecipeError, match="no clip of this data set is called faulty") as caught:
        chosen_clips(load_store(recorded_store), ("test",), without_faulty=True)
    assert "prepare it again" in caught.value.hint


def test_an_unknown_split_is_told(recorded_store):
    with pytest.raises(DataFormatError, match="no split 'dreams'"):
        chosen_clips(load_store(recorded_store), ("dreams",))


def test_what_counts_is_chosen_within_the_splits(recorded_store):
    store = load_store(recorded_store)
    chosen = chosen_clips(store, ("test",), only=["camera:54138969"], without=["action:Walking"])
    assert [(clip.subject, clip.action) for clip in chosen] == [("S9", "Directions")]
    assert chosen[0] in store.clips
    with pytest.raises(DataFormatError, match="no clip of split test is left"):
        chosen_clips(store, ("test",), only=["subject:S1"])
