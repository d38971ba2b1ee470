"""The same recordings, written in the layouts of several projects, give the same store."""

import numpy as np
import pytest

from poselift.data.readers.h36m import LAYOUTS, prepare_h36m, recognised
from poselift.data.readers.h36m.recordings import h36m_store
from poselift.errors import DataFormatError, RecipeError
from poselift.skeleton import H36M_17, SH_16


@pytest.fixture
def write_layout(
    write_videopose3d,
    write_baseline,
    write_original,
    write_matlab_meta,
    write_pickles,
    lcn_pose_tables,
    motionbert_table,
):
    """Write the synthetic takes in a layout, and tell how far its numbers are rounded, in mm."""

    def write(layout, folder):
        folder.mkdir(exist_ok=True)
        {
            "videopose3d": write_videopose3d,
            "baseline": write_baseline,
            "original": write_original,
            "matlab_meta": write_matlab_meta,
            "lcn_pose": lambda folder: write_pickles(folder, lcn_pose_tables),
            "motionbert": lambda folder: write_pickles(folder, {"sh_conf_cam_source_final": motionbert_table}),
        }[layout](folder)
        return 0.0005 if layout == "videopose3d" else 0  # metres in float32

    return write


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_store(write_layout, synthetic_h36m, tmp_path, layout):
    rounding_mm = write_layout(layout, tmp_path / "source")
    store = prepare_h36m(tmp_path / "source")
    expected = h36m_store(synthetic_h36m.recordings("sh_ft"), about={})
    assert store.about["layout"] == layout
    assert store.clips == expected.clips
    cameras = ({key: camera.as_dict() for key, camera in found.cameras.items()} for found in (store, expected))
    assert next(cameras) == next(cameras)
    np.testing.assert_allclose(store.joints_cam_mm, expected.joints_cam_mm, rtol=1e-6, atol=rounding_mm)
    # Only these hold 2D joints of their own.
    held = {"lcn_pose", "motionbert"} & {layout}
    assert store.arrays.keys() == (expected.arrays.keys() if held else {"joints_cam_mm", "frame_number"})
    for name in store.arrays.keys() - {"joints_cam_mm"}:
        np.testing.assert_array_equal(store.arrays[name], expected.arrays[name])


def test_detections_of_the_stacked_hourglass_are_the_same_from_both_layouts(
    write_videopose3d, write_baseline, synthetic_h36m, tmp_path
):
    columns = list(H36M_17.indices(SH_16.joints))

    def hourglass(take, camera):
        return synthetic_h36m.detections(take, camera).joints_px[:, columns].astype(np.float32)

    sides = [list(SH_16.indices(side)) for side in (SH_16.left, SH_16.right)]
    write_videopose3d(tmp_path / "npz", sh_pt_mpii=(hourglass, *sides, len(SH_16)))
    write_baseline(tmp_path / "h5", ("StackedHourglass", hourglass))
    one, other = prepare_h36m(tmp_path / "npz"), prepare_h36m(tmp_path / "h5")
    for name in ("joints_px.sh", "confidence.sh"):
        np.testing.assert_array_equal(one.arrays[name], other.arrays[name])


def test_several_layouts_in_one_folder_need_a_choice(write_layout, tmp_path):
    for layout in ("videopose3d", "original"):
        write_layout(layout, tmp_path)
    with pytest.raises(DataFormatError, match="found several layouts: videopose3d, original"):
        recognised(tmp_path)
    assert prepare_h36m(tmp_path, layout="original").about["layout"] == "original"


def test_a_folder_without_a_layout_is_told(tmp_path):
    with pytest.raises(DataFormatError, match="found no layout of Human3") as caught:
        prepare_h36m(tmp_path)
    assert "data_3d_h36m.npz" in caught.value.hint
    with pytest.raises(DataFormatError, match="expected a folder with Human3"):
        prepare_h36m(tmp_path / "nowhere")
    with pytest.raises(RecipeError, match="unknown layout 'coco'") as refused:
        prepare_h36m(tmp_path, layout="coco")
    assert all(name in refused.value.hint for name in LAYOUTS)


def test_recordings_are_counted_and_subjects_chosen(write_layout, tmp_path):
    write_layout("original", tmp_path)
    counted = []
    store = prepare_h36m(tmp_path, val_subjects=("S1",), on_read=lambda done, total: counted.append(done))
    assert counted == list(range(1, len(store.clips) + 1))
    assert set(store.splits) == {"val", "test"}
