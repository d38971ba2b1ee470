"""2D joints made worse: by so much, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.sources.recordings import recorded_keypoints
from poselift.data.store import load_store
from poselift.errors import RecipeError
from poselift.experiments.disturbed import DISTURBED, disturbed


@pytest.fixture(scope="module")
def store(recorded_store):
    return load_store(recorded_store)


@pytest.fixture(scope="module")
def clips(store):
    return store.clips_of(["test"])


def seen(store, clips, source):
    parts = [recorded_keypoints(store, clip, source) for clip in clips]
    return np.concatenate([part.joints_px for part in parts]), np.concatenate([part.confidence for part in parts])


def test_the_error_is_as_large_as_asked_for(store, clips):
    made = disturbed(store, clips, "gt", noise_px=8)
    error = seen(made, made.clips, DISTURBED)[0] - seen(store, clips, "gt")[0]
    assert error.std() == pytest.approx(8, rel=0.03)
    np.testing.assert_array_equal(made.joints_cam_mm, np.concatenate([store.joints_cam_mm[c.frames] for c in clips]))
    assert [clip.name for clip in made.clips] == [clip.name for clip in clips]


def test_so_many_joints_of_every_pose_are_missing_and_more_hide_the_same_ones(store, clips):
    few, many = (
        seen(made, made.clips, DISTURBED)[1] for made in (disturbed(store, clips, "sh_ft", missing=n) for n in (3, 9))
    )
    assert set((few == 0).sum(axis=1)) == {3}
    assert set((many == 0).sum(axis=1)) == {9}
    assert not (many[few == 0] > 0).any()
    assert ((few == 0).mean(axis=0) > 0).all()


def test_it_depends_on_the_clip_and_the_seed_alone(store, clips):
    whole, part = (disturbed(store, chosen, "gt", noise_px=8, missing=2) for chosen in (clips, clips[2:]))
    for first, second in zip(seen(whole, whole.clips[2:], DISTURBED), seen(part, part.clips, DISTURBED), strict=True):
        np.testing.assert_array_equal(first, second)
    other = disturbed(store, clips, "gt", noise_px=8, seed=1)
    assert not np.allclose(seen(whole, whole.clips, DISTURBED)[0], seen(other, other.clips, DISTURBED)[0])


def test_somebody_must_be_left(store, clips):
    with pytest.raises(RecipeError, match="missing: expected fewer than 17 joints, got 17"):
        disturbed(store, clips, "gt", missing=17)
