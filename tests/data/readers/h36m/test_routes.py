"""The same recordings, written in the layouts of several projects, give the same store."""

import numpy as np
import pytest

from poselift.data.readers.h36m import LAYOUTS, prepare_h36m, recognised
from poselift.data.readers.h36m.recording import h36m_store
from poselift.errors import DataFormatError, RecipeError


@pytest.fixture
def write_layout(write_videopose3d, write_baseline, write_original):
    """Write the synthetic takes in a layout, without detections, and tell how far its numbers are rounded, in mm."""

    def write(layout, folder):
        if layout == "videopose3d":
            write_videopose3d(folder)
            return 0.0005  # metres in float32
        {"baseline": write_baseline, "original": write_original}[layout](folder)
        return 0

    return write


@pytest.mark.parametrize("layout", ["videopose3d", "baseline", "original"])
def test_every_layout_gives_the_same_store(write_layout, synthetic_h36m, tmp_path, layout):
    rounding_mm = write_layout(layout, tmp_path / "source")
    store = prepare_h36m(tmp_path / "source")
    expected = h36m_store(synthetic_h36m.recordings(), about={})
    assert store.about["layout"] == layout
    assert store.clips == expected.clips
    assert store.cameras.keys() == expected.cameras.keys()
    np.testing.assert_allclose(store.joints_cam_mm, expected.joints_cam_mm, rtol=1e-6, atol=rounding_mm)
    np.testing.assert_array_equal(store.arrays["frame_number"], expected.arrays["frame_number"])


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
    store = prepare_h36m(tmp_path, val_subjects=("S1",), on_recording=counted.append)
    assert counted == list(range(1, len(store.clips) + 1))
    assert set(store.splits) == {"val", "test"}
