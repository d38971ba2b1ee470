import numpy as np
import pytest

from poselift.data.readers.h36m.metadata_xml import naming_in, read_metadata
from poselift.data.readers.h36m.tables import CAMERAS, SPLITS, Take, camera_of, named_take
from poselift.errors import DataFormatError

SUBJECTS = (*SPLITS["train"], *SPLITS["test"])


@pytest.fixture
def path(write_metadata, tmp_path):
    write_metadata(tmp_path / "metadata.xml")
    return tmp_path / "metadata.xml"


def test_cameras_are_those_of_the_tables(path):
    metadata = read_metadata(path)
    for subject in SUBJECTS:
        for name in CAMERAS:
            ours, theirs = camera_of(subject, name), metadata.camera_of(subject, name)
            for field in ("rotation", "position_mm", "focal_px", "center_px", "radial", "tangential"):
                np.testing.assert_allclose(getattr(theirs, field), getattr(ours, field), rtol=1e-12, atol=1e-12)
            assert (theirs.size_px, theirs.name) == (ours.size_px, ours.name)


def test_its_mapping_decides_which_recording_is_which_take(write_metadata, tmp_path):
    path = tmp_path / "metadata.xml"
    write_metadata(path, {("S1", "Directions", 1): "Directions", ("S1", "Directions", 2): "Directions 1"})
    _, their_take = naming_in(tmp_path)
    assert named_take("S1", "Directions") == Take("S1", "Directions", 2)
    assert their_take("S1", "Directions") == Take("S1", "Directions", 1)
    assert their_take("S9", "TakingPhoto 1") == named_take("S9", "Photo 1")


def test_without_the_file_the_tables_decide(tmp_path):
    their_camera, their_take = naming_in(tmp_path)
    assert (their_camera, their_take) == (camera_of, named_take)


def test_what_it_does_not_have_is_named(path):
    metadata = read_metadata(path)
    with pytest.raises(DataFormatError, match="no calibration of camera 54138968 for S1"):
        metadata.camera_of("S1", "54138968")
    with pytest.raises(DataFormatError, match="its mapping has no recording 'Juggling' of S1"):
        metadata.named_take("S1", "Juggling")


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("<w0>[", "<w0>[1.5 ", "expected 300 numbers in w0, found 301"),
        ("w0>", "w1>", "expected 300 numbers in w0, found 0"),
        ("<w0>[", "<w0>[x", "could not convert string to float"),
        ("1145.0494384765625", "nan", "camera 54138969 of S1: camera focal_px: expected finite numbers"),
        ("1145.0494384765625", "-5", "camera 54138969 of S1: camera focal_px: expected positive"),
        ("mapping>", "maps>", "it has no mapping of recordings"),
        ("</mapping>", "", "mismatched tag"),
    ],
)
def test_a_damaged_file_is_told(path, was, becomes, message):
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, becomes))
    with pytest.raises(DataFormatError, match=message) as caught:
        read_metadata(path)
    assert str(path) in str(caught.value)


def test_an_infinite_angle_is_told(path):
    first, *_ = path.read_text().split("<w0>[")[1].split(" ")
    path.write_text(path.read_text().replace(f"<w0>[{first} ", "<w0>[inf "))
    with pytest.raises(DataFormatError, match="camera 54138969 of S1: camera rotation: expected finite numbers"):
        read_metadata(path)


def test_a_missing_or_cut_file_is_told(path, tmp_path):
    with pytest.raises(DataFormatError, match="cannot be read"):
        read_metadata(tmp_path / "nowhere.xml")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(DataFormatError, match=r"metadata\.xml: not the metadata of Human3\.6M"):
        read_metadata(path)
