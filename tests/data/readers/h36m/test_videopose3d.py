import os

import numpy as np
import pytest

from poselift.data.readers.h36m.recordings import h36m_store
from poselift.data.readers.h36m.tables import CAMERAS, Take
from poselift.data.readers.h36m.videopose3d import read_videopose3d
from poselift.errors import DataFormatError
from poselift.skeleton import COCO_17, H36M_16, H36M_17, H36M_32, SH_16, conversion

# Kept in metres as float32, up to 6 m from the world's origin.
ROUNDING_MM = 0.0005
POSES, DETECTED = "data_3d_h36m.npz", "data_2d_h36m_cpn_ft_h36m_dbb.npz"


def stored(folder):
    return h36m_store(read_videopose3d(folder), about={})


@pytest.fixture(scope="session")
def detector(synthetic_h36m):
    """A detector with the joints of a skeleton, for `write_videopose3d`; it sees as `synthetic_h36m` does."""

    def make(skeleton, *, confidence=False):
        columns = [H36M_17.joints.index(joint) if joint in H36M_17.joints else 0 for joint in skeleton.joints]

        def joints_of(take, camera):
            px, found = synthetic_h36m.detections(take, camera)
            array = np.concatenate([px, found[..., None]], axis=-1) if confidence else px
            return array[:, columns].astype(np.float32)

        sides = [list(skeleton.indices(side)) for side in (skeleton.left, skeleton.right)]
        return joints_of, *sides, len(skeleton)

    return make


@pytest.fixture
def folder(write_videopose3d, detector, tmp_path):
    return write_videopose3d(tmp_path, cpn_ft_h36m_dbb=detector(H36M_17))


def change(path, key, edit):
    """Edit the table of a file that a fixture wrote."""
    with np.load(path, allow_pickle=True) as file:
        values = {name: file[name].item() for name in file}
    edit(values[key])
    np.savez(path, **values)


def test_it_holds_what_the_cameras_saw_and_detections(write_videopose3d, detector, synthetic_h36m, tmp_path):
    store = stored(write_videopose3d(tmp_path, cpn_ft_h36m_dbb=detector(H36M_17, confidence=True)))
    expected = h36m_store(synthetic_h36m.recordings("cpn"), about={})
    assert store.clips == expected.clips
    assert store.arrays.keys() == expected.arrays.keys()
    np.testing.assert_allclose(store.joints_cam_mm, expected.joints_cam_mm, atol=ROUNDING_MM)
    for name in ("joints_px.cpn", "confidence.cpn"):
        np.testing.assert_array_equal(store.arrays[name], expected.arrays[name])


def test_the_17_joints_alone_will_do(folder):
    def leave_out(table):
        for recordings in table.values():
            recordings.update(
                {name: joints[:, H36M_32.indices(H36M_17.joints)] for name, joints in recordings.items()}
            )

    expected = stored(folder).joints_cam_mm
    change(folder / POSES, "positions_3d", leave_out)
    np.testing.assert_array_equal(stored(folder).joints_cam_mm, expected)


def test_each_file_of_detections_is_a_source_by_its_name(write_videopose3d, detector, tmp_path):
    names = ("gt", "cpn_ft_h36m_dbb", "sh_pt_mpii", "sh_ft_h36m", "detectron_ft_h36m", "my_own")
    store = stored(write_videopose3d(tmp_path, **dict.fromkeys(names, detector(H36M_17))))
    sources = {name.removeprefix("joints_px.") for name in store.arrays if name.startswith("joints_px.")}
    assert sources == {"gt_distorted", "cpn", "sh", "sh_ft", "detectron", "my_own"}
    assert np.all(store.arrays["confidence.cpn"] == 1)


@pytest.mark.parametrize("skeleton", [H36M_16, SH_16], ids=lambda skeleton: skeleton.name)
def test_16_joints_are_known_by_their_sides(write_videopose3d, detector, synthetic_h36m, tmp_path, skeleton):
    store = stored(write_videopose3d(tmp_path, sh_ft_h36m=detector(skeleton)))
    expected = h36m_store(synthetic_h36m.recordings("sh_ft"), about={}).arrays["joints_px.sh_ft"].copy()
    nose, thorax, head = H36M_17.indices(("nose", "thorax", "head"))
    expected[:, nose] = (expected[:, thorax] + expected[:, head]) / 2
    np.testing.assert_allclose(store.arrays["joints_px.sh_ft"], expected, rtol=1e-6)


def test_coco_joints_are_known_by_their_sides(write_videopose3d, detector, tmp_path):
    joints_of, *sides = detector(COCO_17)
    store = stored(write_videopose3d(tmp_path, detectron_pt_coco=(joints_of, *sides)))
    first = store.clips[0]
    expected = conversion(COCO_17, H36M_17).joints(joints_of(Take("S1", "Directions", 1), store.camera_of(first)))
    np.testing.assert_array_equal(store.arrays["joints_px.detectron_pt_coco"][first.frames], expected)


def test_longer_detections_are_cut_and_shorter_ones_refused(folder):
    expected = stored(folder).arrays["joints_px.cpn"]

    def longer(table):
        table["S1"]["Directions 1"][1] = np.pad(table["S1"]["Directions 1"][1], ((0, 4), (0, 0), (0, 0)))

    change(folder / DETECTED, "positions_2d", longer)
    np.testing.assert_array_equal(stored(folder).arrays["joints_px.cpn"], expected)

    def shorter(table):
        table["S1"]["Directions 1"][1] = table["S1"]["Directions 1"][1][:7]

    change(folder / DETECTED, "positions_2d", shorter)
    with pytest.raises(DataFormatError, match=r"s_01.*ca_02: expected 12 frames of 2D joints cpn, found 7"):
        stored(folder)


def test_detections_of_takes_without_3d_are_left_out(folder):
    expected = stored(folder)
    change(folder / POSES, "positions_3d", lambda table: table["S1"].pop("Directions 1"))
    store = stored(folder)
    assert [clip.name for clip in store.clips] == [clip.name for clip in expected.clips[len(CAMERAS) :]]
    change(folder / POSES, "positions_3d", lambda table: table.pop("S9"))
    assert {clip.subject for clip in stored(folder).clips} == {"S1"}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda table: table["S1"].pop("Directions 1"),
            "S1 Directions take 1 is missing, which data_3d_h36m.npz has",
        ),
        (lambda table: table.pop("S9"), "S9 WalkingDog take 1 is missing"),
        (lambda table: table["S1"]["Directions 1"].pop(), "expected 2D joints of 4 cameras, found 3"),
        (lambda table: table["S1"].update({"Directions 1": 3}), "expected 2D joints of 4 cameras, found int"),
        (lambda table: table["S1"].update({"Juggling": []}), "S1: unknown recording 'Juggling'"),
        (lambda table: table["S1"].update({"TakingPhoto": []}), "S1 TakingPhoto take 2 comes twice"),
        (lambda table: table.update({"S1": 3}), "positions_2d: expected a table of subjects"),
        (
            lambda table: table["S1"]["Directions 1"].__setitem__(2, np.zeros((12, 16, 2))),
            r"Directions take 1, camera 58860488: expected numbers of shape \(frames, 17, 2\) or \(frames, 17, 3\), "
            r"found float64 \(12, 16, 2\)",
        ),
        (lambda table: table["S1"]["Directions 1"].__setitem__(2, None), r"camera 58860488: .*found object \(\)"),
        (
            lambda table: table["S1"]["Directions 1"][3].__setitem__((5, 0), np.nan),
            r"s_01_act_02_subact_01_ca_04: 2D joints cpn: 1 of 12 frames hold NaN.*frame 5",
        ),
    ],
)
def test_wrong_detections_are_told(folder, edit, message):
    change(folder / DETECTED, "positions_2d", edit)
    with pytest.raises(DataFormatError, match=message):
        stored(folder)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda table: table.update({"S12": {"Directions 1": 0}}), "unknown subject 'S12'"),
        (lambda table: table["S1"].update({"Juggling": 0}), "S1: unknown recording 'Juggling'"),
        (lambda table: table["S9"].update({"WalkingDog 1": 0}), "S9 WalkingDog take 1 comes twice"),
        (
            lambda table: table["S1"].update({"Directions 1": np.zeros((4, 31, 3))}),
            r"S1 Directions 1: expected numbers of shape \(frames, 32, 3\) or \(frames, 17, 3\), found .*31, 3",
        ),
        (
            lambda table: table["S9"]["WalkDog 1"].__setitem__((2, 0), np.nan),
            "s_09_act_15_subact_01_ca_01: 3D joints: 1 of 11 frames hold NaN",
        ),
        (lambda table: table.clear(), "found no recording"),
    ],
)
def test_wrong_joints_are_told(folder, edit, message):
    change(folder / POSES, "positions_3d", edit)
    with pytest.raises(DataFormatError, match=message):
        stored(folder)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda metadata: metadata.pop("keypoints_symmetry"), "metadata: expected num_joints and keypoints_symmetry"),
        (lambda metadata: metadata.update(num_joints="many"), "metadata: expected num_joints and keypoints_symmetry"),
        (lambda metadata: metadata.update(num_joints=15), "unknown order of 15 joints, left .4, 5, 6"),
        (lambda metadata: metadata["keypoints_symmetry"].reverse(), "unknown order of 17 joints, left .1, 2, 3"),
    ],
)
def test_an_unknown_order_of_joints_is_told(folder, edit, message):
    change(folder / DETECTED, "metadata", edit)
    with pytest.raises(DataFormatError, match=message):
        stored(folder)


@pytest.mark.parametrize("name", [POSES, DETECTED])
@pytest.mark.parametrize("kept", [0.0, 0.4, 0.9])
def test_cut_files_are_told_in_one_line(folder, name, kept):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataFormatError, match=name) as caught:
        stored(folder)
    assert "\n" not in str(caught.value)


def test_missing_joints_are_told(folder):
    (folder / POSES).unlink()
    with pytest.raises(DataFormatError, match=r"data_3d_h36m\.npz: cannot be read"):
        stored(folder)


class _Hostile:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize(("name", "key"), [(POSES, "positions_3d"), (DETECTED, "positions_2d")])
def test_a_file_that_would_run_code_is_refused_and_runs_nothing(folder, name, key):
    made = folder / "made"
    change(folder / name, key, lambda table: table["S1"].update({"Directions 1": _Hostile(made)}))
    with pytest.raises(DataFormatError, match=r"it asks for (posix|nt)\.mkdir"):
        stored(folder)
    assert not made.exists()
