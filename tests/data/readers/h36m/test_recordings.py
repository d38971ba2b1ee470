from dataclasses import replace

import numpy as np
import pytest

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.recordings import h36m_recording, h36m_store
from poselift.data.readers.h36m.tables import ACTIONS, Take, camera_of
from poselift.data.store import load_store
from poselift.errors import DataFormatError, RecipeError

ABOUT = {"source": "made up"}


def recording(subject="S1", number=1, frames=3, sources=("cpn",), camera="54138969", **fields):
    rng = np.random.default_rng(number)
    found = Keypoints(rng.uniform(0, 1000, (frames, 17, 2)), rng.uniform(size=(frames, 17)))
    joints = rng.normal(0, 500, (frames, 17, 3))
    take = Take(subject, "Eating", number)
    return h36m_recording(take, camera_of(subject, camera), joints, dict.fromkeys(sources, found), **fields)


def changed(array, frame, value):
    array = array.copy()
    array[frame, 5] = value
    return array


def test_a_store_holds_recordings_in_their_order(synthetic_h36m, tmp_path):
    recordings = synthetic_h36m.recordings("cpn")
    h36m_store(recordings, about=ABOUT).save(tmp_path / "h36m.safetensors")
    store = load_store(tmp_path / "h36m.safetensors")
    assert [clip.name for clip in store.clips] == [r.name for r in recordings]
    subjects = store.about["subjects"]
    assert store.about == {**ABOUT, "actions": list(ACTIONS.values()), "subjects": subjects}
    assert [[name for name, split in subjects.items() if split == s] for s in ("train", "val", "test")] == [
        ["S1", "S5", "S6", "S7"],
        ["S8"],
        ["S9", "S11"],
    ]
    assert sorted(store.arrays) == ["confidence.cpn", "frame_number", "joints_cam_mm", "joints_px.cpn"]
    for clip, one in zip(store.clips, recordings, strict=True):
        np.testing.assert_array_equal(store.joints_cam_mm[clip.frames], one.joints_cam_mm.astype(np.float32))
        np.testing.assert_array_equal(
            store.arrays["joints_px.cpn"][clip.frames], one.detections["cpn"].joints_px.astype(np.float32)
        )
        np.testing.assert_array_equal(store.arrays["frame_number"][clip.frames], np.arange(len(one.joints_cam_mm)))
        assert (clip.subject, clip.action, clip.take) == (one.subject, one.action, one.take)
        np.testing.assert_array_equal(store.camera_of(clip).position_mm, one.camera.position_mm)


def test_each_subject_has_its_split():
    recordings = [recording(subject) for subject in ("S1", "S7", "S8", "S9", "S11")]
    splits = [clip.split for clip in h36m_store(recordings, about=ABOUT).clips]
    assert splits == ["train", "train", "val", "test", "test"]
    splits = [clip.split for clip in h36m_store(recordings, val_subjects=("S1", "S7"), about=ABOUT).clips]
    assert splits == ["val", "val", "train", "test", "test"]


def test_frames_keep_their_own_numbers_and_rate():
    store = h36m_store([recording(frame_numbers=np.array([0, 5, 10]), fps=10.0)], about=ABOUT)
    np.testing.assert_array_equal(store.arrays["frame_number"], [0, 5, 10])
    assert store.clips[0].fps == 10


def test_a_validation_subject_must_be_a_training_subject():
    with pytest.raises(RecipeError, match="S9 is no training subject"):
        h36m_store([recording()], val_subjects=("S9",), about=ABOUT)


def test_no_recording_is_told():
    with pytest.raises(DataFormatError, match="found no recording"):
        h36m_store([], about=ABOUT)


def test_the_same_recording_twice_is_told():
    with pytest.raises(DataFormatError, match="s_01_act_04_subact_01_ca_01 comes twice"):
        h36m_store([recording(), recording(number=2), recording()], about=ABOUT)


@pytest.mark.parametrize(("first", "second"), [(("cpn",), ()), (("cpn",), ("cpn", "sh")), ((), ("sh",))])
def test_recordings_must_have_the_same_sources(first, second):
    with pytest.raises(DataFormatError, match="s_01_act_04_subact_02_ca_01: expected the same sources"):
        h36m_store([recording(sources=first), recording(number=2, sources=second)], about=ABOUT)


def test_an_unknown_subject_is_named():
    stranger = replace(recording(), name="s_04_act_04_subact_01_ca_01", subject="S4")
    with pytest.raises(DataFormatError, match="s_04_act_04_subact_01_ca_01: unknown subject S4"):
        h36m_store([stranger], about=ABOUT)


def test_2d_of_another_length_is_told_with_both_lengths():
    found = recording(frames=2).detections
    with pytest.raises(DataFormatError, match=r"s_01.*ca_01: expected 3 frames of 2D joints cpn, found 2"):
        replace(recording(), detections=found).check()
    with pytest.raises(DataFormatError, match="expected 1 frames of 3D joints, found 0"):
        recording(frames=0).check()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_are_told_with_their_frame(value):
    one = recording()
    with pytest.raises(DataFormatError, match="3D joints: 1 of 3 frames hold NaN or infinity, the first is frame 2"):
        replace(one, joints_cam_mm=changed(one.joints_cam_mm, 2, value)).check()
    px, confidence = one.detections["cpn"]
    for what, found in {
        "2D joints cpn": Keypoints(changed(px, 1, value), confidence),
        "confidence cpn": Keypoints(px, changed(confidence, 1, value)),
    }.items():
        with pytest.raises(DataFormatError, match=f"{what}: 1 of 3 frames.*frame 1"):
            replace(one, detections={"cpn": found}).check()


def test_the_faulty_takes_of_s9_are_tagged():
    takes = [Take("S9", "Greeting", 2), Take("S9", "Greeting", 1), Take("S11", "Greeting", 2)]
    joints = np.random.default_rng(0).normal(0, 500, (3, 17, 3))
    made = [h36m_recording(take, camera_of(take.subject, "54138969"), joints) for take in takes]
    assert [clip.tags for clip in h36m_store(made, about=ABOUT).clips] == [("faulty",), (), ()]
