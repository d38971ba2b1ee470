import os
import pickle

import numpy as np
import pytest

from poselift.data.readers.h36m import prepare_h36m
from poselift.data.readers.h36m.lcn_pose import read_lcn_pose
from poselift.data.readers.h36m.tables import CAMERAS
from poselift.errors import DataFormatError


@pytest.fixture
def read(tmp_path, lcn_pose_tables, write_pickles):
    """Read tables, by default those of the synthetic takes."""

    def read(tables=lcn_pose_tables):
        return list(read_lcn_pose(write_pickles(tmp_path, tables)))

    return read


def toolbox(row):
    """A row as H36M-Toolbox writes it."""
    camera = {key: value for key, value in row["camera_param"].items() if key != "name"}
    left, top, right, bottom = row["box"]
    return {
        "image": row["image_path"],
        "joints_3d": row["joint_3d_camera"] * 1.05,
        "joints_3d_camera": row["joint_3d_camera"],
        "joints_vis": np.ones((17, 3)),
        "video_id": row["videoid"],
        "image_id": row["imageid"] + 1,
        "camera_id": row["cameraid"],
        "camera": camera,
        "source": "h36m",
        "box": np.array([left, top + 0.05 * (bottom - top), right, bottom + 0.05 * (bottom - top)]),
        **{key: row[key] for key in ("subject", "action", "subaction")},
    }


def assert_same(found, expected):
    assert [r.name for r in found] == [r.name for r in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.joints_cam_mm, other.joints_cam_mm, atol=1e-6)
        assert one.detections.keys() == other.detections.keys()
        for source, keypoints in one.detections.items():
            for a, b in zip(keypoints, other.detections[source], strict=True):
                np.testing.assert_allclose(a, b)
        np.testing.assert_array_equal(one.frame_numbers, np.arange(len(other.joints_cam_mm)))
        assert one.fps == 50
        assert one.camera.as_dict() == other.camera.as_dict()


def test_all_that_the_pickles_hold_is_read_in_their_order(read, synthetic_h36m):
    assert_same(read(), synthetic_h36m.recordings("sh_ft"))


def test_the_order_of_the_rows_is_kept(read, lcn_pose_tables, synthetic_h36m):
    """Predictions of the original code are in that order."""
    for split in ("train", "test"):
        rows = sorted(lcn_pose_tables[split], key=lambda row: -row["videoid"])
        order = np.argsort([-row["videoid"] for row in lcn_pose_tables[split]], kind="stable")
        lcn_pose_tables[split] = rows
        sh = lcn_pose_tables["sh_dt_ft"][split]
        lcn_pose_tables["sh_dt_ft"][split] = {name: array[order] for name, array in sh.items()}
    recordings = synthetic_h36m.recordings("sh_ft")
    train = [r for r in recordings if r.subject == "S1"]
    assert_same(read(), train[::-1] + recordings[len(train) :][::-1])


@pytest.mark.parametrize("kept", ["train", "test"])
def test_one_of_the_sets_is_enough_and_detections_are_not_needed(read, lcn_pose_tables, synthetic_h36m, kept):
    subject = {"train": "S1", "test": "S9"}[kept]
    assert_same(read({kept: lcn_pose_tables[kept]}), [r for r in synthetic_h36m.recordings() if r.subject == subject])
    expected = [r for r in synthetic_h36m.recordings("sh_ft") if r.subject == subject]
    assert_same(read({kept: lcn_pose_tables[kept], "sh_dt_ft": lcn_pose_tables["sh_dt_ft"]}), expected)


def test_h36m_toolbox(read, lcn_pose_tables, synthetic_h36m):
    train, test = ([toolbox(row) for row in lcn_pose_tables[split]] for split in ("train", "test"))
    assert_same(read({"train": train, "validation": test}), synthetic_h36m.recordings())


def test_frames_that_were_left_out(read, lcn_pose_tables):
    rows = lcn_pose_tables["test"][2::5]
    recordings = read({"test": rows})
    found = np.concatenate([recording.frame_numbers for recording in recordings])
    np.testing.assert_array_equal(found, [row["imageid"] for row in rows])
    np.testing.assert_array_equal(recordings[0].frame_numbers, [2, 7])


def test_values_of_cameras_h5_are_arrays(read, lcn_pose_tables, synthetic_h36m):
    for row in lcn_pose_tables["train"]:
        param = row["camera_param"]
        row["camera_param"] = {
            **param,
            **{key: np.array([param[key]]).reshape(1) for key in ("fx", "fy", "cx", "cy")},
        }
    assert_same(read(), synthetic_h36m.recordings("sh_ft"))


def without(row, key):
    return {k: v for k, v in row.items() if k != key}


def moved(row, key, by):
    return {**row, key: np.asarray(row[key]) + by}


def with_camera(row, **changes):
    return {**row, "camera_param": {**row["camera_param"], **changes}}


def nan_joint(row):
    joints = row["joint_3d_camera"].copy()
    joints[3, 1] = np.nan
    return {**row, "joint_3d_camera": joints}


LAST_BIT_PX = [0, 0, 0, 0.51]
FAULTS = {
    "no joints": (lambda row: without(row, "joint_3d_camera"), r"h36m_test\.pkl: row 14: found no joint_3d_camera"),
    "no subject": (lambda row: without(row, "subject"), r"row 14: found no subject"),
    "no frame": (lambda row: without(row, "imageid"), r"row 14: found no imageid"),
    "no box": (lambda row: without(row, "box"), r"row 14: found no box"),
    "no dict": (lambda row: 3, r"row 14: expected a dict with subject, action, subaction, cameraid"),
    "text": (lambda row: {**row, "action": "Walking"}, r"row 14: expected a dict with .* whole number"),
    "joints of 32": (
        lambda row: {**row, "joint_3d_camera": np.ones((32, 3))},
        r"row 14: .*\(17, 3\), found .*\(32, 3\)",
    ),
    "ragged": (lambda row: {**row, "box": [[1, 2], 3]}, r"row 14: box: expected numbers of shape \(4,\)"),
    "NaN": (nan_joint, r"s_09_act_15_subact_01_ca_02: 3D joints: 1 of 11 frames .* frame 3"),
    "image frame": (
        lambda row: moved(row, "joint_3d_image", 0.6),
        r"row 14: joint_3d_image: expected [\d.]+, which follows from joint_3d_camera and the camera, found [\d.]+",
    ),
    "box": (lambda row: moved(row, "box", LAST_BIT_PX), r"row 14: box: expected"),
    "root depth": (lambda row: moved(row, "root_depth", 0.51), r"row 14: root_depth: expected"),
    "image of NaN": (lambda row: moved(row, "joint_3d_image", np.nan), r"row 14: joint_3d_image: .* found nan"),
    "behind": (lambda row: moved(row, "joint_3d_camera", -9000.0), r"row 11: s_09_act_15_subact_01_ca_02: .*behind"),
}
FAULTS_OF_A_RECORDING = {
    "camera's name": (lambda row: with_camera(row, name="cam"), "expected camera 55011271, found 'cam' as 1"),
    "other camera": (
        lambda row: with_camera(row, name=CAMERAS[0]),
        "expected camera 55011271, found '54138969' as 1",
    ),
    "camera 7": (lambda row: {**row, "cameraid": 7}, "expected camera number 0 to 3, found '55011271' as 7"),
    "no rotation": (lambda row: {**row, "camera_param": without(row["camera_param"], "R")}, "no R of the camera"),
    "no camera": (lambda row: {**row, "camera_param": None}, "camera_param: "),
    "mirror": (lambda row: with_camera(row, R=-np.eye(3)), "camera_param: .* proper rotation"),
    "focal length": (lambda row: with_camera(row, fx="far"), "camera_param: could not convert"),
    "action": (lambda row: {**row, "action": 17}, "an action from 2 to 16, found S9 and 17"),
    "subject": (lambda row: {**row, "subject": 5}, "expected a subject of S9, S11 .* found S5"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_row_is_named(read, lcn_pose_tables, name):
    change, message = FAULTS[name]
    lcn_pose_tables["test"][14] = change(lcn_pose_tables["test"][14])
    with pytest.raises(DataFormatError, match=message):
        read()


@pytest.mark.parametrize("name", FAULTS_OF_A_RECORDING)
def test_a_faulty_recording_is_named(read, lcn_pose_tables, name):
    change, message = FAULTS_OF_A_RECORDING[name]
    lcn_pose_tables["test"][11:22] = map(change, lcn_pose_tables["test"][11:22])
    with pytest.raises(DataFormatError, match=rf"h36m_test\.pkl: row 11: .*{message}"):
        read()


def test_what_is_nearly_right_is_right(read, lcn_pose_tables, synthetic_h36m):
    """float32, and the last digits that some project rounded away."""
    for row in lcn_pose_tables["test"]:
        row["joint_3d_image"] = np.round(row["joint_3d_image"]).astype(np.float32)
        row["root_depth"] = round(row["root_depth"])
    assert_same(read(), synthetic_h36m.recordings("sh_ft"))


def test_a_recording_whose_rows_lie_apart(tmp_path, lcn_pose_tables, write_pickles):
    rows = lcn_pose_tables["test"]
    write_pickles(tmp_path, {"test": rows[1:] + rows[:1]})
    with pytest.raises(DataFormatError, match="s_09_act_15_subact_01_ca_01 comes twice"):
        prepare_h36m(tmp_path)


def test_detections_of_other_rows(read, lcn_pose_tables):
    sh = lcn_pose_tables["sh_dt_ft"]
    sh["test"] = {name: array[1:] for name, array in sh["test"].items()}
    with pytest.raises(DataFormatError, match="a row for each of the 43 detections sh_ft of test, found 44"):
        read()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "found an empty list"),
        ({"a": 1}, "found a dict with a"),
        ([3], "row 0: expected a dict with joint_3d_camera or joints_3d_camera, found int"),
        ([{"image": 1}], "row 0: .*, found a dict with image"),
    ],
)
def test_files_of_something_else(read, content, message):
    with pytest.raises(DataFormatError, match=rf"h36m_train\.pkl: .*{message}"):
        read({"train": content})


class Harm:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (self.trace,)


@pytest.mark.parametrize("name", ["train", "test", "sh_dt_ft"])
def test_a_hostile_pickle_does_nothing(read, tmp_path, lcn_pose_tables, name):
    trace = tmp_path / "trace"
    with pytest.raises(DataFormatError, match=rf"h36m_{name}\.pkl: .*\.mkdir"):
        read({**lcn_pose_tables, name: [lcn_pose_tables[name], Harm(str(trace))]})
    assert not trace.exists()


def test_missing_and_doubtful_files(read, tmp_path, lcn_pose_tables):
    with pytest.raises(DataFormatError, match=r"expected h36m_train\.pkl, h36m_test\.pkl or both"):
        read({"sh_dt_ft": lcn_pose_tables["sh_dt_ft"]})
    with pytest.raises(DataFormatError, match=r"h36m_test\.pkl and h36m_validation\.pkl hold the same set"):
        read({"test": lcn_pose_tables["test"], "validation": lcn_pose_tables["test"]})


def test_a_cut_file(tmp_path, lcn_pose_tables):
    (tmp_path / "h36m_test.pkl").write_bytes(pickle.dumps(lcn_pose_tables["test"])[:-100])
    with pytest.raises(DataFormatError, match=r"h36m_test\.pkl: not a pickle, or cut short"):
        list(read_lcn_pose(tmp_path))
