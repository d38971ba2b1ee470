"""Which clips count, by who does what before which camera."""

from __future__ import annotations

from dataclasses import replace

import pytest

from poselift.data.selection import LEFT_OUT, selected
from poselift.data.store import load_store
from poselift.errors import DataFormatError, RecipeError

FIRST, SECOND = "54138969", "55011271"


@pytest.fixture
def store(recorded_store):
    """Three subjects, two actions, two cameras; what S9 does is tagged as odd."""
    store = load_store(recorded_store)
    clips = tuple(replace(clip, tags=("odd",)) if clip.subject == "S9" else clip for clip in store.clips)
    return replace(store, clips=clips)


def counting(store):
    return {(c.subject, c.action, store.camera_of(c).name) for c in store.clips if c.split != LEFT_OUT}


EVERYTHING = {(s, a, c) for s in ("S1", "S8", "S9") for a in ("Directions", "Walking") for c in (FIRST, SECOND)}


@pytest.mark.parametrize(
    ("only", "without", "expected"),
    [
        ([f"camera:{FIRST}"], [], {w for w in EVERYTHING if w[2] == FIRST}),
        (["subject:S1", "subject:S8"], [], {w for w in EVERYTHING if w[0] != "S9"}),
        (["subject:S1", "action:Walking"], [], {w for w in EVERYTHING if w[:2] == ("S1", "Walking")}),
        ([], ["tag:odd"], {w for w in EVERYTHING if w[0] != "S9"}),
        ([], ["action:Walking", f"camera:{SECOND}"], {w for w in EVERYTHING if w[1:] == ("Directions", FIRST)}),
        (["tag:odd"], ["action:Walking"], {w for w in EVERYTHING if w[:2] == ("S9", "Directions")}),
    ],
)
def test_what_counts(store, only, without, expected):
    assert counting(selected(store, only, without)) == expected


def test_the_others_are_in_a_split_of_their_own_and_nothing_else_changes(store):
    made = selected(store, ["subject:S1"])
    assert [clip.name for clip in made.clips_of((LEFT_OUT,))] == [c.name for c in store.clips if c.subject != "S1"]
    assert made.splits["train"] == store.splits["train"]
    assert made.arrays is store.arrays
    assert selected(store) is store


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("camera", "'camera': expected subject:..., action:..., camera:..., tag:...", "camera:4"),
        ("colour:red", "'colour:red': expected subject", "camera:4"),
        ("action:Walkin", "the data set has no such action", "did you mean action:Walking?"),
        ("tag:x", "the data set has no such tag", "it has: odd"),
    ],
)
def test_what_is_not_there_is_refused(store, word, message, hint):
    for asked in ({"only": [word]}, {"without": [word]}):
        with pytest.raises(RecipeError, match=message) as caught:
            selected(store, **asked)
        assert hint in caught.value.hint


def test_something_must_be_left(store):
    with pytest.raises(DataFormatError, match="no clip of the data set is left of: tag:odd without subject:S9"):
        selected(store, ["tag:odd"], ["subject:S9"])


def test_motion_capture_has_subjects_but_no_cameras(mocap_store):
    store = load_store(mocap_store)
    subject = store.clips[0].subject
    assert all(c.subject == subject for c in selected(store, [f"subject:{subject}"]).clips if c.split != LEFT_OUT)
    with pytest.raises(RecipeError, match="no such camera") as caught:
        selected(store, ["camera:4"])
    assert caught.value.hint == "it has: none"
