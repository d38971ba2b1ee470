import os
import pickle

import numpy as np
import pytest

from poselift.data.readers.h36m.motionbert import read_motionbert
from poselift.errors import DataFormatError

FILE = "h36m_sh_conf_cam_source_final.pkl"


@pytest.fixture
def read(tmp_path, motionbert_table):
    """Read a table, by default that of the synthetic takes."""

    def read(table=motionbert_table):
        (tmp_path / FILE).write_bytes(pickle.dumps(table))
        return list(read_motionbert(tmp_path))

    return read


def rows_where(table, split, kept):
    """Keep the rows of some sources."""
    columns = table[split]
    chosen = np.flatnonzero([kept(source) for source in columns["source"]])
    table[split] = {
        name: [column[i] for i in chosen] if name == "source" else column[chosen] for name, column in columns.items()
    }


def assert_same(found, expected, tolerance_mm):
    assert [r.name for r in found] == [r.name for r in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.joints_cam_mm, other.joints_cam_mm, atol=tolerance_mm)
        assert one.camera.as_dict() == other.camera.as_dict()
        assert list(one.detections) == ["sh_ft"]
        for a, b in zip(one.detections["sh_ft"], other.detections["sh_ft"], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_both_sets_come_back_exactly(read, synthetic_h36m):
    assert_same(read(), synthetic_h36m.recordings("sh_ft"), 1e-6)


def test_float32_is_exact_to_a_hundredth_of_a_millimetre(read, motionbert_table, synthetic_h36m):
    for columns in motionbert_table.values():
        for name in ("joint3d_image", "joint_2d", "confidence"):
            columns[name] = columns[name].astype(np.float32)
        columns["confidence"] = columns["confidence"][..., 0]
        columns["source"] = np.array(columns["source"])
    assert_same(read(), synthetic_h36m.recordings("sh_ft"), 0.01)


def test_further_columns_and_coordinates_change_nothing(read, motionbert_table, synthetic_h36m):
    test = motionbert_table["test"]
    test |= {"2.5d_factor": np.full(44, 4.0), "joints_2.5d_image": 4 * test["joint3d_image"], "action": ["a"] * 44}
    test["joint_2d"] = np.concatenate([test["joint_2d"], np.ones((44, 17, 1))], axis=-1)
    assert_same(read(), synthetic_h36m.recordings("sh_ft"), 1e-6)


@pytest.mark.parametrize("kept", ["train", "test"])
def test_one_of_the_sets_is_enough(read, motionbert_table, synthetic_h36m, kept):
    subject = {"train": "S1", "test": "S9"}[kept]
    expected = [r for r in synthetic_h36m.recordings("sh_ft") if r.subject == subject]
    assert_same(read({kept: motionbert_table[kept]}), expected, 1e-6)


def test_the_order_of_the_rows_is_kept(read, motionbert_table, synthetic_h36m):
    """Cameras of a take need not follow one another."""
    columns = motionbert_table["train"]
    order = sorted(range(len(columns["source"])), key=lambda row: columns["source"][row][-2:])
    motionbert_table["train"] = {
        name: [column[i] for i in order] if name == "source" else column[order] for name, column in columns.items()
    }
    expected = synthetic_h36m.recordings("sh_ft")
    train = sorted((r for r in expected if r.subject == "S1"), key=lambda r: r.name[-2:])
    assert_same(read(), train + expected[8:], 1e-6)


def test_two_cameras_are_enough_and_one_may_stop_earlier(read, motionbert_table, synthetic_h36m):
    rows_where(motionbert_table, "test", lambda source: source.endswith(("ca_01", "ca_02", "ca_04")))
    columns = motionbert_table["test"]
    motionbert_table["test"] = {name: column[:-4] for name, column in columns.items()}
    *others, last = read()[-3:]
    expected = [r for r in synthetic_h36m.recordings("sh_ft")[-4:] if not r.name.endswith("ca_03")]
    assert_same(others, expected[:2], 1e-6)
    np.testing.assert_allclose(last.joints_cam_mm, expected[2].joints_cam_mm[:7], atol=1e-6)


def test_one_camera_alone_does_not_say_how_far_away_somebody_is(read, motionbert_table):
    rows_where(motionbert_table, "test", lambda source: source.endswith("ca_02"))
    message = rf"{FILE}: test: S9 WalkingDog 1: the root's place cannot be found from 1 views"
    with pytest.raises(DataFormatError, match=message) as error:
        read()
    assert error.value.hint == "it takes two cameras for each frame"


def test_a_frame_that_one_camera_alone_saw(read, motionbert_table):
    rows_where(motionbert_table, "test", lambda source: source.endswith(("ca_01", "ca_02")))
    motionbert_table["test"] = {name: column[:-1] for name, column in motionbert_table["test"].items()}
    with pytest.raises(DataFormatError, match=r"cannot be found from 2 views .1 of 11 points"):
        read()


def shifted(columns):
    """Camera 2 started a frame later."""
    columns["joint3d_image"][11:22] = np.roll(columns["joint3d_image"][11:22], 1, axis=0)


def flat(columns):
    """Depths of another scale."""
    columns["joint3d_image"][11:22, :, 2] *= 1.01


@pytest.mark.parametrize("damage", [shifted, flat])
def test_views_that_do_not_belong_together(read, motionbert_table, damage):
    damage(motionbert_table["test"])
    message = r"test: S9 WalkingDog 1: expected cameras 54138969 and \d+ to agree to 1 mm, they differ by [\d.]+ mm"
    with pytest.raises(DataFormatError, match=message):
        read()


def test_a_nan_is_named(read, motionbert_table):
    motionbert_table["test"]["joint3d_image"][14, 3, 1] = np.nan
    with pytest.raises(DataFormatError, match=r"s_09_act_15_subact_01_ca_02: 3D joints: .* frame 3"):
        read()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"joint3d_image": np.ones((44, 16, 3))},
            r"joint3d_image: expected numbers of shape \(N, 17, 3\), found \(44",
        ),
        ({"joint3d_image": np.ones((44, 17, 2))}, r"joint3d_image: expected numbers"),
        ({"joint_2d": np.ones((43, 17, 2))}, r"expected 44 rows of joint_2d, found \(43, 17, 2\)"),
        ({"joint_2d": np.full((44, 17, 2), "a")}, "joint_2d: expected numbers"),
        (
            {"confidence": np.ones((44, 16))},
            r"confidence: expected numbers of shape \(N, 17, 1\), found \(44, 16, 1\)",
        ),
        ({"source": ["s_09"] * 43}, r"expected 44 rows of source, found \(43,\)"),
        ({"source": ["somebody"] * 44}, "expected a name such as s_09_act_05_subact_02_ca_01, found 'somebody'"),
        ({"camera_name": np.array(["60457274"] * 44)}, "row 0: expected camera 54138969 as s_09.* found 60457274"),
    ],
)
def test_faulty_columns(read, motionbert_table, changes, message):
    motionbert_table["test"] |= changes
    with pytest.raises(DataFormatError, match=message):
        read({"test": motionbert_table["test"]})


@pytest.mark.parametrize("name", ["joint3d_image", "joint_2d", "confidence", "source", "camera_name"])
def test_missing_columns(read, motionbert_table, name):
    del motionbert_table["train"][name]
    with pytest.raises(DataFormatError, match=rf"{FILE}: train: found no {name}"):
        read()


def test_files_of_something_else(tmp_path, read):
    for table in ([1], {"validation": 1}, {}):
        with pytest.raises(DataFormatError, match="expected a dict with train or test"):
            read(table)
    with pytest.raises(DataFormatError, match="train: found no joint3d_image"):
        read({"train": [1]})
    (tmp_path / "h36m_sh_conf_cam_source.pkl").write_bytes(b"")
    with pytest.raises(DataFormatError, match=r"expected one h36m_sh_conf_cam_source\*\.pkl, found 2"):
        read()


class Harm:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (self.trace,)


def test_a_hostile_pickle_does_nothing(tmp_path, read, motionbert_table):
    motionbert_table["test"]["action"] = [Harm(str(tmp_path / "trace"))]
    with pytest.raises(DataFormatError, match=rf"{FILE}: .*\.mkdir"):
        read()
    assert not (tmp_path / "trace").exists()
