import shutil
import sys

import h5py
import numpy as np
import pytest
from scipy.io import loadmat, savemat

from poselift.data.readers.h36m.cameras_h5 import read_cameras_h5
from poselift.data.readers.h36m.matlab_meta import read_matlab_meta
from poselift.data.readers.h36m.tables import CAMERAS, SPLITS, camera_of
from poselift.errors import DataFormatError, MissingExtraError

SEEN = "s_01_act_02_subact_01_ca_03"


@pytest.fixture
def folder(tmp_path, write_matlab_meta):
    return write_matlab_meta(tmp_path)


def change(folder, **values):
    """Change values of one file; None takes one away."""
    path = folder / SEEN / "matlab_meta.mat"
    stored = {k: v for k, v in {**loadmat(path), **values}.items() if not k.startswith("__") and v is not None}
    savemat(path, stored)


@pytest.mark.parametrize("joints", [32, 17])
def test_recordings_by_name(tmp_path, write_matlab_meta, synthetic_h36m, joints):
    found = list(read_matlab_meta(write_matlab_meta(tmp_path, joints)))
    expected = synthetic_h36m.recordings()
    assert [r.name for r in found] == [r.name for r in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.joints_cam_mm, other.joints_cam_mm)
        assert one.camera.as_dict() == other.camera.as_dict()


def test_training_subjects_come_first(folder):
    for subject in ("05", "11"):
        shutil.copytree(folder / SEEN, folder / SEEN.replace("s_01", f"s_{subject}"))
    subjects = [recording.subject for recording in read_matlab_meta(folder)]
    assert list(dict.fromkeys(subjects)) == ["S1", "S5", "S9", "S11"]


def test_without_cameras_h5_the_calibration_is_ours(folder):
    known = [recording.camera.as_dict() for recording in read_matlab_meta(folder)]
    (folder / "cameras.h5").unlink()
    assert [recording.camera.as_dict() for recording in read_matlab_meta(folder)] == known


def test_the_calibration_of_cameras_h5_counts(folder):
    with h5py.File(folder / "cameras.h5", "a") as file:
        file["subject1/camera3/T"][...] = [[1], [2], [3]]
        file["subject1/camera3/f"][...] = [[1000], [1001]]
    camera = next(r.camera for r in read_matlab_meta(folder) if r.name == SEEN)
    np.testing.assert_array_equal(camera.position_mm, [1, 2, 3])
    np.testing.assert_array_equal(camera.focal_px, [1000, 1001])


def test_cameras_h5_holds_them_all(tmp_path, write_cameras_h5):
    write_cameras_h5(tmp_path / "cameras.h5")
    cameras = read_cameras_h5(tmp_path / "cameras.h5")
    assert len(cameras) == 28
    for subject in (*SPLITS["train"], *SPLITS["test"]):
        for number, name in enumerate(CAMERAS, 1):
            assert cameras[subject, number].as_dict() == camera_of(subject, name).as_dict()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"num_images": None}, "expected numbers num_images, found"),
        ({"Y3d_mono": None}, "expected numbers Y3d_mono, found"),
        ({"Y3d_mono": "text"}, "expected numbers Y3d_mono"),
        ({"num_images": 11}, r"a column for each of \[11\] images, found \(96, 12\)"),
        ({"num_images": [3, 4]}, r"a column for each of \[3, 4\] images"),
        ({"Y3d_mono": np.ones((48, 12))}, r"expected Y3d_mono of 51 or 96 rows .* found \(48, 12\)"),
    ],
)
def test_faulty_values(folder, values, message):
    change(folder, **values)
    with pytest.raises(DataFormatError, match=rf"{SEEN}.matlab_meta\.mat: .*{message}"):
        list(read_matlab_meta(folder))


@pytest.mark.parametrize("content", [b"", b"text", b"MATLAB 5.0 MAT-file" + 120 * b"\0"])
def test_files_of_something_else(folder, content):
    (folder / SEEN / "matlab_meta.mat").write_bytes(content)
    with pytest.raises(DataFormatError, match=rf"{SEEN}.matlab_meta\.mat: not a \.mat file, or damaged"):
        list(read_matlab_meta(folder))
    (folder / SEEN / "matlab_meta.mat").unlink()
    (folder / "cameras.h5").write_bytes(content)
    with pytest.raises(DataFormatError, match=r"cameras\.h5: not a cameras\.h5"):
        list(read_matlab_meta(folder))


def test_cut_files(tmp_path, folder):
    path = tmp_path / "cut" / SEEN / "matlab_meta.mat"
    path.parent.mkdir(parents=True)
    content = (folder / SEEN / "matlab_meta.mat").read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(DataFormatError, match=SEEN):
            list(read_matlab_meta(tmp_path / "cut"))


def test_faulty_names(tmp_path, folder):
    with pytest.raises(DataFormatError, match="found no folder such as"):
        list(read_matlab_meta(tmp_path / "nothing"))
    (folder / SEEN).rename(folder / "s_01_act_17_subact_01_ca_03")
    with pytest.raises(DataFormatError, match="s_01_act_17_subact_01_ca_03: expected action 2 to 16"):
        list(read_matlab_meta(folder))


def take_away(file, name):
    del file[name]


def rename(file, name):
    file[name][...] = np.array([[ord(letter)] for letter in CAMERAS[0]])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: take_away(file, "subject1/camera3"), r"cameras\.h5: found no camera 3 of S1"),
        (lambda file: take_away(file, "subject1/camera3/k"), r"cameras\.h5: S1, camera 3: found no k"),
        (
            lambda file: rename(file, "subject1/camera3/Name"),
            "S1, camera 3: expected the cameras .* found '54138969'",
        ),
        (lambda file: file["subject1/camera3/R"].write_direct(np.ones((3, 3))), "S1, camera 3: .* proper rotation"),
        (lambda file: file.move("subject1/camera3", "subject1/eye"), "not a cameras.h5 .*eye"),
        (lambda file: file.clear(), "expected subject1/camera1 and so on"),
    ],
)
def test_faulty_cameras(folder, damage, message):
    with h5py.File(folder / "cameras.h5", "a") as file:
        damage(file)
    with pytest.raises(DataFormatError, match=message):
        list(read_matlab_meta(folder))


@pytest.mark.parametrize("package", ["h5py", "scipy"])
def test_a_missing_package_is_named(folder, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, "scipy.io", None if package == "scipy" else sys.modules["scipy.io"])
    with pytest.raises(MissingExtraError, match=f"{package} is not installed") as error:
        list(read_matlab_meta(folder))
    assert "poselift[h36m]" in error.value.hint
