import pickle
from dataclasses import replace

import numpy as np
import pytest

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m import prepare_h36m
from poselift.data.readers.h36m.recordings import h36m_recording, h36m_store
from poselift.data.readers.h36m.tables import CAMERAS, Take, camera_of
from poselift.data.store import DatasetStore, load_store
from poselift.data.writers.lcn_pose import write_lcn_pose
from poselift.errors import DataFormatError, OutputError
from poselift.geometry import camera_to_image_frame
from poselift.skeleton import H36M_16

FRAMES = 4
KEYS = (
    "videoid cameraid camera_param imageid image_path joint_3d_image joint_3d_camera center scale box subject action "
    "subaction root_depth"
).split()


@pytest.fixture(scope="module")
def store():
    """Two people to train on, of whom one validates, and one to test, seen by two cameras with two detectors."""
    rng = np.random.default_rng(2)

    def keypoints():
        return Keypoints(rng.uniform(0, 1000, (FRAMES, 17, 2)), rng.uniform(size=(FRAMES, 17)))

    recordings = [
        h36m_recording(
            Take(subject, "Waiting", 2),
            camera_of(subject, name),
            rng.normal([0, 0, 5000], 300, (FRAMES, 17, 3)),
            {"sh_ft": keypoints(), "cpn": keypoints()},
            np.arange(FRAMES) * 5,
        )
        for subject in ("S8", "S1", "S9")
        for name in CAMERAS[1:3]
    ]
    return h36m_store(recordings, about={})


@pytest.fixture
def written(store, tmp_path):
    write_lcn_pose(store, tmp_path / "out")
    return {path.name: pickle.loads(path.read_bytes()) for path in (tmp_path / "out").iterdir()}


def test_what_is_written_is_read_again(store, tmp_path):
    write_lcn_pose(store, tmp_path)
    again = prepare_h36m(tmp_path)
    assert again.clips == store.clips
    assert {k: c.as_dict() for k, c in again.cameras.items()} == {k: c.as_dict() for k, c in store.cameras.items()}
    assert again.arrays.keys() == store.arrays.keys()
    for name, array in store.arrays.items():
        assert again.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(again.arrays[name], array)


@pytest.mark.parametrize("lengths", [(1, 1), (1200, 1), (1, 1000, 2001)])
def test_recordings_of_any_length(tmp_path, lengths):
    """They are pickled one by one, and pickles write lists by the thousand."""
    rng = np.random.default_rng(3)
    recordings = [
        h36m_recording(
            Take("S9", "Waiting", 2), camera_of("S9", name), rng.normal([0, 0, 5000], 300, (frames, 17, 3))
        )
        for name, frames in zip(CAMERAS, lengths, strict=False)
    ]
    store = h36m_store(recordings, about={})
    write_lcn_pose(store, tmp_path)
    np.testing.assert_array_equal(prepare_h36m(tmp_path).joints_cam_mm, store.joints_cam_mm)


def test_a_store_on_the_disk_is_written_too(store, tmp_path):
    store.save(tmp_path / "h36m.safetensors")
    write_lcn_pose(load_store(tmp_path / "h36m.safetensors"), tmp_path / "mapped")
    write_lcn_pose(store, tmp_path / "memory")
    for path in (tmp_path / "mapped").iterdir():
        assert path.read_bytes() == (tmp_path / "memory" / path.name).read_bytes()


def test_the_files_and_the_order_of_their_rows(written):
    assert sorted(written) == ["h36m_cpn_dt.pkl", "h36m_sh_dt_ft.pkl", "h36m_test.pkl", "h36m_train.pkl"]
    train, test = written["h36m_train.pkl"], written["h36m_test.pkl"]
    assert [row["subject"] for row in train] == 2 * FRAMES * [8] + 2 * FRAMES * [1]
    assert [row["subject"] for row in test] == 2 * FRAMES * [9]
    assert [row["videoid"] for row in train + test] == [n for n in range(6) for _ in range(FRAMES)]
    assert [row["imageid"] for row in train[:FRAMES]] == [0, 5, 10, 15]
    assert train[1]["image_path"] == "s_08_act_13_subact_02_ca_02/s_08_act_13_subact_02_ca_02_000006.jpg"


def test_every_row_holds_what_the_original_holds(store, written):
    row = written["h36m_train.pkl"][1]
    assert sorted(row) == sorted(KEYS)
    assert (row["cameraid"], row["action"], row["subaction"]) == (1, 13, 2)
    joints = store.joints_cam_mm[1].astype(np.float64)
    image, box = camera_to_image_frame(store.camera_of(store.clips[0]), joints, joints[0])
    np.testing.assert_array_equal(row["joint_3d_camera"], joints)
    np.testing.assert_allclose(row["joint_3d_image"], image)
    np.testing.assert_allclose(row["box"], box)
    np.testing.assert_allclose(row["center"], (box[:2] + box[2:]) / 2)
    np.testing.assert_allclose(row["scale"], (box[2:] - box[:2]) / 200)
    assert row["root_depth"] == joints[0, 2]
    for name in ("joint_3d_camera", "joint_3d_image", "box"):
        assert row[name].dtype == np.float64
    shapes = {key: np.shape(value) for key, value in row["camera_param"].items()}
    assert shapes == {"R": (3, 3), "T": (3, 1), "k": (3, 1), "p": (2, 1)} | dict.fromkeys(
        ("fx", "fy", "cx", "cy", "name"), ()
    )
    assert row["camera_param"]["name"] == CAMERAS[1]


def test_detections_lie_as_the_rows_do(store, written):
    for name, source in {"h36m_sh_dt_ft.pkl": "sh_ft", "h36m_cpn_dt.pkl": "cpn"}.items():
        table = written[name]
        for part, rows in {"train": slice(0, 4 * FRAMES), "test": slice(4 * FRAMES, None)}.items():
            joints_px, confidence = table[part]["joint3d_image"], table[part]["confidence"]
            np.testing.assert_array_equal(joints_px[..., :2], store.arrays[f"joints_px.{source}"][rows])
            np.testing.assert_array_equal(confidence[..., 0], store.arrays[f"confidence.{source}"][rows])
            assert joints_px.shape[1:] == (17, 3)
            assert joints_px.dtype == confidence.dtype == np.float64


def test_an_old_numpy_knows_the_names_in_it(store, tmp_path):
    """The original code runs with numpy 1, whose modules have other names."""
    write_lcn_pose(store, tmp_path)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"numpy.core.multiarray\n_reconstruct" in content
        assert b"numpy._core" not in content


def test_sets_that_the_store_lacks_are_left_out(store, tmp_path):
    test = [clip for clip in store.clips if clip.split == "test"]
    clips = tuple(replace(clip, start=clip.start - test[0].start) for clip in test)
    arrays = {name: array[test[0].start :] for name, array in store.arrays.items() if "." not in name}
    write_lcn_pose(DatasetStore(store.skeleton, clips, arrays, cameras=store.cameras), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["h36m_test.pkl"]


def test_nothing_is_overwritten_unasked(store, tmp_path):
    (tmp_path / "h36m_test.pkl").write_text("mine")
    with pytest.raises(OutputError, match="exists and is not empty"):
        write_lcn_pose(store, tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    write_lcn_pose(store, tmp_path, overwrite=True)
    assert len(pickle.loads((tmp_path / "h36m_test.pkl").read_bytes())) == 2 * FRAMES


def test_other_stores_are_refused_before_anything_is_written(store, mocap_store, tmp_path):
    folder = tmp_path / "out"
    with pytest.raises(DataFormatError, match="expected a name such as s_09_act_05_subact_02_ca_01, found 'long'"):
        write_lcn_pose(load_store(mocap_store), folder)
    unseen = DatasetStore(store.skeleton, tuple(replace(c, camera="") for c in store.clips), store.arrays)
    with pytest.raises(DataFormatError, match="s_08_act_13_subact_02_ca_02 was seen by no camera"):
        write_lcn_pose(unseen, folder)
    arrays = {"joints_world_mm": store.joints_cam_mm}
    with pytest.raises(DataFormatError, match="the store has no joints_cam_mm"):
        write_lcn_pose(DatasetStore(store.skeleton, store.clips, arrays, cameras=store.cameras), folder)
    arrays = {"joints_cam_mm": store.joints_cam_mm[:, :16]}
    with pytest.raises(DataFormatError, match="expected a store of h36m17, found h36m16"):
        write_lcn_pose(DatasetStore(H36M_16, store.clips, arrays, cameras=store.cameras), folder)
    assert not folder.exists()
