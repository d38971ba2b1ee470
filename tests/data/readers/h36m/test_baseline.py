import sys

import h5py
import numpy as np
import pytest

from poselift.data.readers.h36m.baseline import read_baseline
from poselift.data.readers.h36m.recordings import h36m_store
from poselift.data.readers.h36m.tables import CAMERAS, camera_of
from poselift.errors import DataFormatError, MissingExtraError
from poselift.skeleton import H36M_17, SH_16

FIRST = "S1/MyPoses/3D_positions/Directions 1.h5"
FIRST_DETECTED = "S1/StackedHourglass/Directions_1.54138969.h5"
SH_OF_17 = list(H36M_17.indices(SH_16.joints))
NOSE, THORAX, HEAD = H36M_17.indices(("nose", "thorax", "head"))


def stored(folder):
    return h36m_store(read_baseline(folder), about={})


@pytest.fixture(scope="session")
def hourglass(synthetic_h36m):
    """Detections (F, 16, 2) in the order of the stacked hourglass."""
    return lambda take, camera: synthetic_h36m.detections(take, camera).joints_px[:, SH_OF_17]


@pytest.fixture
def folder(write_baseline, hourglass, tmp_path):
    return write_baseline(tmp_path, ("StackedHourglass", hourglass))


def write_h5(path, dataset, array):
    with h5py.File(path, "w") as file:
        file[dataset] = array


def with_between(joints_px):
    """The nose, which the stacked hourglass does not have, halfway between thorax and head."""
    joints_px = joints_px.copy()
    joints_px[:, NOSE] = (joints_px[:, THORAX] + joints_px[:, HEAD]) / 2
    return joints_px


def test_it_holds_what_the_cameras_saw_and_detections(folder, synthetic_h36m):
    recordings, store = synthetic_h36m.recordings("sh"), stored(folder)
    assert store.clips == h36m_store(recordings, about={}).clips
    for clip, one in zip(store.clips, recordings, strict=True):
        px = with_between(one.detections["sh"].joints_px)
        np.testing.assert_allclose(store.joints_cam_mm[clip.frames], one.joints_cam_mm, rtol=1e-6)
        np.testing.assert_allclose(store.arrays["joints_px.sh"][clip.frames], px, rtol=1e-6)
        assert np.all(store.arrays["confidence.sh"][clip.frames] == 1)


def test_each_folder_of_detections_is_a_source(write_baseline, hourglass, tmp_path):
    def tuned(take, camera):
        return hourglass(take, camera) + 1

    store = stored(write_baseline(tmp_path, ("StackedHourglass", hourglass), ("StackedHourglassFineTuned240", tuned)))
    np.testing.assert_allclose(store.arrays["joints_px.sh_ft"], store.arrays["joints_px.sh"] + 1, rtol=1e-6)


def test_without_detections_there_are_joints(write_baseline, tmp_path):
    assert sorted(stored(write_baseline(tmp_path)).arrays) == ["frame_number", "joints_cam_mm"]


def test_cameras_come_from_the_file_or_the_metadata_or_our_tables(folder, write_metadata):
    joints = stored(folder).joints_cam_mm
    with h5py.File(folder / "cameras.h5", "r+") as file:
        file["subject1/camera1/T"][0, 0] += 100
    moved = stored(folder)
    np.testing.assert_allclose(
        moved.cameras["S1/54138969"].position_mm[0], camera_of("S1", CAMERAS[0]).position_mm[0] + 100
    )
    assert not np.array_equal(moved.joints_cam_mm, joints)
    (folder / "cameras.h5").unlink()
    np.testing.assert_array_equal(stored(folder).joints_cam_mm, joints)
    write_metadata(folder / "metadata.xml")
    np.testing.assert_allclose(stored(folder).joints_cam_mm, joints, rtol=1e-6)


def test_a_subject_that_cameras_h5_lacks_is_named(folder, write_cameras_h5):
    write_cameras_h5(folder / "cameras.h5", ["S1"])
    with pytest.raises(DataFormatError, match=r"cameras\.h5: found no camera 1 of S9"):
        stored(folder)


def test_a_damaged_cameras_h5_is_told(folder):
    content = (folder / "cameras.h5").read_bytes()
    for damaged in (content[:5000], content.replace(b"HEAP", b"HEAT")):
        (folder / "cameras.h5").write_bytes(damaged)
        with pytest.raises(DataFormatError, match=r"cameras\.h5: not a cameras\.h5"):
            stored(folder)


def test_longer_detections_are_cut_and_shorter_ones_refused(folder, synthetic_h36m):
    path, before = folder / FIRST_DETECTED, stored(folder)
    with h5py.File(path) as file:
        poses = file["poses"][:]
    write_h5(path, "poses", np.concatenate([poses, poses + 5]))
    np.testing.assert_array_equal(stored(folder).arrays["joints_px.sh"], before.arrays["joints_px.sh"])
    write_h5(path, "poses", poses[:-1])
    with pytest.raises(DataFormatError, match=r"s_01.*ca_01: expected 12 frames of 2D joints sh, found 11"):
        stored(folder)


def test_missing_detections_are_named(folder):
    (folder / FIRST_DETECTED).unlink()
    with pytest.raises(DataFormatError, match="no detections sh of S1 Directions take 1 by camera 54138969"):
        stored(folder)


def test_the_damaged_video_of_s11_may_lack_detections(folder):
    for inside in ("MyPoses/3D_positions", "StackedHourglass"):
        (folder / "S11" / inside).mkdir(parents=True)
    (folder / "S11/MyPoses/3D_positions/Directions.h5").write_bytes((folder / FIRST).read_bytes())
    content = (folder / FIRST_DETECTED).read_bytes()
    for camera in CAMERAS[1:]:
        (folder / f"S11/StackedHourglass/Directions.{camera}.h5").write_bytes(content)
    names = [clip.name for clip in stored(folder).clips if clip.subject == "S11"]
    assert names == [f"s_11_act_02_subact_02_ca_0{number}" for number in (2, 3, 4)]
    (folder / f"S11/StackedHourglass/Directions.{CAMERAS[1]}.h5").unlink()
    with pytest.raises(DataFormatError, match="no detections sh of S11 Directions take 2 by camera 55011271"):
        stored(folder)


@pytest.mark.parametrize(
    ("name", "dataset", "array", "message"),
    [
        (FIRST, "3D_positions", np.zeros((95, 4)), r"shape \(frames, 96\), found float64 \(4, 95\)"),
        (FIRST, "3D_positions", np.full((96, 12), b"x"), r"expected numbers .*found \|S1"),
        (FIRST, "3D_positions", 5.0, r"expected numbers .*found float64 \(\)"),
        (FIRST, "positions", np.zeros((96, 4)), "no h5 file with 3D_positions"),
        (FIRST_DETECTED, "poses", np.zeros((12, 17, 2)), r"shape \(frames, 16, 2\), found float64 \(12, 17, 2\)"),
        (FIRST_DETECTED, "pose", np.zeros((12, 16, 2)), "no h5 file with poses"),
    ],
)
def test_files_of_another_shape_are_told(folder, name, dataset, array, message):
    write_h5(folder / name, dataset, array)
    with pytest.raises(DataFormatError, match=message) as caught:
        stored(folder)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", [FIRST, FIRST_DETECTED])
@pytest.mark.parametrize("kept", [0.0, 0.4, 0.9])
def test_cut_files_are_told_in_one_line(folder, name, kept):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataFormatError, match="no h5 file with") as caught:
        stored(folder)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("S1/MyPoses/3D_positions/Juggling.h5", "S1: unknown recording 'Juggling'"),
        ("S12/MyPoses/3D_positions/Directions 1.h5", "unknown subject 'S12'"),
        ("S1/MyPoses/3D_positions/Directions_1.h5", "S1 Directions take 1 comes twice"),
        ("S1/StackedHourglass/Directions 1.54138969.h5", r"the same recording as Directions 1\.54138969\.h5"),
    ],
)
def test_unknown_and_doubled_recordings_are_named(folder, name, message):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes((folder / (FIRST if "MyPoses" in name else FIRST_DETECTED)).read_bytes())
    with pytest.raises(DataFormatError, match=message):
        stored(folder)


def test_joints_that_are_no_numbers_are_told_with_their_frame(folder):
    for name, dataset, what in ((FIRST_DETECTED, "poses", "2D joints sh"), (FIRST, "3D_positions", "3D joints")):
        with h5py.File(folder / name, "r+") as file:
            file[dataset][0, 0] = np.nan
        with pytest.raises(DataFormatError, match=f"s_01_act_02_subact_01_ca_01: {what}: .*the first is frame 0"):
            stored(folder)


def test_a_missing_library_is_told(folder, monkeypatch):
    (folder / "cameras.h5").unlink()
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtraError, match="h5py is not installed"):
        stored(folder)


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(DataFormatError, match="found no recording"):
        stored(tmp_path)
