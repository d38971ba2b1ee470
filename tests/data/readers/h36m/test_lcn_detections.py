import numpy as np
import pytest

from poselift.data.readers.h36m.lcn_detections import detection_file, detection_files, read_detections
from poselift.errors import DataFormatError


@pytest.fixture
def sh(lcn_pose_tables):
    return lcn_pose_tables["sh_dt_ft"]


def test_names_of_detection_files(tmp_path):
    names = {"sh_ft": "h36m_sh_dt_ft.pkl", "cpn": "h36m_cpn_dt.pkl", "cpn_ft_dbb": "h36m_cpn_dt_ft_dbb.pkl"}
    for name in (*names.values(), "h36m_train.pkl", "h36m_sh_conf_cam_source_final.pkl"):
        (tmp_path / name).touch()
    assert detection_files(tmp_path) == {source: tmp_path / name for source, name in names.items()}
    assert {source: detection_file(source) for source in names} == names


def test_every_source_is_read(tmp_path, write_pickles, sh):
    tables = {"sh_dt_ft": sh, "cpn_dt": {"test": {**sh["test"], "confidence": np.ones((44, 17), dtype=np.float32)}}}
    found = read_detections(write_pickles(tmp_path, tables), ["test"])
    assert list(found) == ["cpn", "sh_ft"]
    for source, table in {"sh_ft": sh, "cpn": tables["cpn_dt"]}.items():
        joints_px, confidence = found[source]["test"]
        np.testing.assert_array_equal(joints_px, table["test"]["joint3d_image"][..., :2])
        np.testing.assert_array_equal(confidence, table["test"]["confidence"].reshape(44, 17))
        assert joints_px.dtype == confidence.dtype == np.float64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sh: sh.pop("test"), "found no test"),
        (lambda sh: sh["test"].pop("confidence"), "found no confidence"),
        (lambda sh: sh.update(test=3), "expected a dict with arrays joint3d_image and confidence"),
        (lambda sh: sh["test"].update(confidence=[[1], [2, 3]]), "expected a dict with arrays"),
        (lambda sh: sh["test"].update(confidence=np.ones((44, 16))), r"confidence of shape \(44, 17, 1\), found"),
        (lambda sh: sh["test"].update(confidence=np.full((44, 17), "a")), "expected numbers confidence"),
        (lambda sh: sh["test"].update(joint3d_image=np.ones((44, 34))), r"of shape \(N, 17, 2\), found \(44, 34\)"),
        (lambda sh: sh["test"].update(joint3d_image=np.ones((44, 17, 1))), r"found \(44, 17, 1\)"),
    ],
)
def test_faulty_files(tmp_path, write_pickles, sh, change, message):
    change(sh)
    with pytest.raises(DataFormatError, match=rf"h36m_sh_dt_ft\.pkl: test: .*{message}"):
        read_detections(write_pickles(tmp_path, {"sh_dt_ft": sh}), ["train", "test"])
