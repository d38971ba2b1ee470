import sys
import tarfile

import numpy as np
import pytest

from poselift.data.readers.h36m.original import read_original
from poselift.data.readers.h36m.recordings import h36m_store
from poselift.data.readers.h36m.tables import Take
from poselift.errors import DataFormatError, MissingExtraError

FIRST = "S1/MyPoseFeatures/D3_Positions/Directions 1"


def stored(folder):
    return h36m_store(read_original(folder), about={})


@pytest.fixture(scope="session")
def expected(synthetic_h36m):
    return h36m_store(synthetic_h36m.recordings(), about={})


def check_same(store, expected):
    assert store.clips == expected.clips
    np.testing.assert_allclose(store.joints_cam_mm, expected.joints_cam_mm, rtol=1e-6)


@pytest.mark.parametrize("suffix", [".cdf", ".cdf.mat"])
@pytest.mark.parametrize("inside", ["MyPoseFeatures/D3_Positions", "Poses_D3_Positions"])
def test_original_files_hold_what_the_cameras_saw(write_original, expected, tmp_path, suffix, inside):
    check_same(stored(write_original(tmp_path, suffix, inside=inside)), expected)


def test_archives_are_read_where_a_subject_is_not_unpacked(write_original, expected, tmp_path):
    unpacked = write_original(tmp_path / "unpacked")
    for subject in ("S1", "S9"):
        with tarfile.open(tmp_path / f"Poses_D3_Positions_{subject}.tgz", "w:gz") as archive:
            archive.add(unpacked / subject, subject)
    check_same(stored(tmp_path), expected)
    write_original(tmp_path)
    (tmp_path / "Poses_D3_Positions_S9.tgz").write_bytes(b"not looked at")
    check_same(stored(tmp_path), expected)


def test_an_archive_writes_nowhere_but_into_its_own_room(write_original, expected, tmp_path):
    unpacked, folder = write_original(tmp_path / "unpacked"), tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    for subject in ("S1", "S9"):
        with tarfile.open(folder / f"Poses_D3_Positions_{subject}.tgz", "w:gz") as archive:
            for path in (unpacked / subject).rglob("*.cdf"):
                archive.add(path, f"../../{path.name}")
    before = sorted(tmp_path.rglob("*"))
    check_same(stored(folder), expected)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_archive_is_told(write_original, tmp_path):
    write_original(tmp_path / "unpacked")
    archive = tmp_path / "Poses_D3_Positions_S1.tgz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(tmp_path / "unpacked" / "S1", "S1")
    content = archive.read_bytes()
    for wrong in (content[: len(content) // 2], b"no archive"):
        archive.write_bytes(wrong)
        with pytest.raises(DataFormatError, match=r"Positions_S1\.tgz: cannot be unpacked"):
            stored(tmp_path)


def test_the_original_goes_before_its_matlab_copy(write_original, synthetic_h36m, expected, tmp_path):
    write_original(tmp_path, ".cdf.mat", {take: mm + 1000 for take, mm in synthetic_h36m.takes.items()})
    check_same(stored(write_original(tmp_path)), expected)


def test_calibration_takes_and_subjects_without_3d_are_skipped(write_original, expected, tmp_path):
    write_original(tmp_path)
    content = (tmp_path / f"{FIRST}.cdf").read_bytes()
    for name in ("S1/MyPoseFeatures/D3_Positions/_ALL 1.cdf", "S2/MyPoseFeatures/D3_Positions/Directions 1.cdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    check_same(stored(tmp_path), expected)


def test_metadata_in_the_folder_decides_which_take_it_is(write_original, write_metadata, tmp_path):
    write_original(tmp_path)
    names = {Take("S1", "Directions", 1): "Directions", Take("S1", "Directions", 2): "Directions 1"}
    write_metadata(tmp_path / "metadata.xml", names)
    assert stored(tmp_path).clips[0].name == "s_01_act_02_subact_02_ca_01"


@pytest.mark.parametrize("suffix", [".cdf", ".cdf.mat"])
def test_files_of_another_shape_are_told(write_original, synthetic_h36m, tmp_path, suffix):
    write_original(tmp_path, suffix, {**synthetic_h36m.takes, Take("S1", "Directions", 1): np.zeros((12, 95))})
    with pytest.raises(
        DataFormatError, match=r"Directions 1\.cdf.*expected numbers of shape \(frames, 96\).*\(12, 95\)"
    ):
        stored(tmp_path)


@pytest.mark.parametrize("suffix", [".cdf", ".cdf.mat"])
@pytest.mark.parametrize("kept", [0.0, 0.4, 0.9])
def test_cut_files_are_told_in_one_line(write_original, tmp_path, suffix, kept):
    path = write_original(tmp_path, suffix) / f"{FIRST}{suffix}"
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataFormatError, match=r"Directions 1\.cdf.*cannot be read") as caught:
        stored(tmp_path)
    assert "\n" not in str(caught.value)


def test_joints_that_are_no_numbers_are_told_with_their_frame(write_original, synthetic_h36m, tmp_path):
    for value in (np.nan, 1e300):
        joints = {take: mm.copy() for take, mm in synthetic_h36m.takes.items()}
        joints[Take("S1", "Directions", 1)][3, 0, 0] = value
        write_original(tmp_path, joints=joints)
        with pytest.raises(DataFormatError, match=r"s_01_act_02_subact_01_ca_01: 3D joints: 1 of 12 frames.*frame 3"):
            stored(tmp_path)


def test_unknown_and_doubled_recordings_are_named(write_original, tmp_path):
    write_original(tmp_path)
    content = (tmp_path / f"{FIRST}.cdf").read_bytes()
    for name, message in {
        "Juggling.cdf": "S1: unknown recording 'Juggling'",
        "Directions_1.cdf": r"S1 Directions take 1 comes twice: .*Directions 1\.cdf and .*Directions_1\.cdf",
    }.items():
        path = (tmp_path / FIRST).with_name(name)
        path.write_bytes(content)
        with pytest.raises(DataFormatError, match=message):
            stored(tmp_path)
        path.unlink()


@pytest.mark.parametrize(("suffix", "module"), [(".cdf", "cdflib"), (".cdf.mat", "scipy.io")])
def test_a_missing_library_is_told(write_original, tmp_path, monkeypatch, suffix, module):
    write_original(tmp_path, suffix)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=f"{module[:5]}.* is not installed"):
        stored(tmp_path)


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(DataFormatError, match="found no recording"):
        stored(tmp_path)
