"""Predictions on disk, and that they are refused for anything else than what they were made for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.predictions import Predictions, load_predictions
from poselift.data.store import ClipInfo
from poselift.errors import DataFormatError, OutputError, ShapeError
from poselift.skeleton import COCO_17

CLIPS = tuple(ClipInfo(name, "S9", "Walking", 5 * i, 5, 50.0) for i, name in enumerate("abc"))


@pytest.fixture
def predictions():
    joints = np.random.default_rng(0).normal(size=(15, 17, 3)).astype(np.float32)
    return Predictions(joints, "image", tuple((clip.name, clip.length) for clip in CLIPS), {"model": "lcn"})


def test_saving_and_loading_gives_the_same(predictions, tmp_path):
    predictions.save(tmp_path / "p.npz")
    loaded = load_predictions(tmp_path / "p.npz")
    np.testing.assert_array_equal(loaded.joints, predictions.joints)
    assert (loaded.space, loaded.clips, loaded.about) == (predictions.space, predictions.clips, predictions.about)
    assert loaded.skeleton is None
    with pytest.raises(OutputError, match="exists"):
        predictions.save(tmp_path / "p.npz")


def test_what_the_joints_are_is_kept(predictions, tmp_path):
    replace(predictions, skeleton=COCO_17).save(tmp_path / "p.npz")
    assert load_predictions(tmp_path / "p.npz").skeleton == COCO_17


def test_they_fit_the_clips_they_were_made_for(predictions):
    predictions.check_fits(CLIPS)


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        (CLIPS[::-1], "clip 0 is c of 5 frames, predicted was a of 5"),
        (CLIPS[:2], "expected predictions of 2 clips, found 3"),
        ((*CLIPS, CLIPS[0]), "expected predictions of 4 clips, found 3"),
        ((*CLIPS[:2], replace(CLIPS[2], length=6)), "clip 2 is c of 6 frames, predicted was c of 5"),
    ],
)
def test_other_clips_are_refused(predictions, clips, message):
    with pytest.raises(DataFormatError, match=message):
        predictions.check_fits(clips)


def test_the_number_of_poses_is_that_of_the_clips(predictions):
    with pytest.raises(ShapeError, match="expected 15 poses for 3 clips, got 14"):
        replace(predictions, joints=predictions.joints[1:])


def test_a_damaged_file_is_one_line(predictions, tmp_path):
    path = tmp_path / "p.npz"
    with pytest.raises(DataFormatError, match="cannot be read"):
        load_predictions(path)
    predictions.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataFormatError, match="damaged"):
        load_predictions(path)
    np.savez(path, joints=np.zeros((1, 17, 3)))
    with pytest.raises(DataFormatError, match="no predictions of ours"):
        load_predictions(path)
