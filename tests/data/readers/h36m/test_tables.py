import numpy as np
import pytest

from poselift.data.readers.h36m.tables import (
    ACTIONS,
    CAMERAS,
    FAULTY_TAKES,
    SPLITS,
    Take,
    camera_of,
    lens_of,
    named_take,
    parsed_name,
    recording_name,
)
from poselift.errors import DataFormatError

SUBJECTS = (*SPLITS["train"], *SPLITS["test"])
TAKES = [Take(subject, action, number) for subject in SUBJECTS for action in ACTIONS.values() for number in (1, 2)]


def test_official_names_go_both_ways():
    names = [recording_name(take, camera) for take in TAKES for camera in CAMERAS]
    assert [parsed_name(name) for name in names] == [(take, camera) for take in TAKES for camera in CAMERAS]
    assert len(set(names)) == 7 * 15 * 2 * 4
    assert recording_name(Take("S9", "Greeting", 2), "54138969") == "s_09_act_05_subact_02_ca_01"


def test_what_follows_an_official_name_does_not_matter():
    assert parsed_name("s_11_act_16_subact_02_ca_04/000001.jpg") == (Take("S11", "WalkingTogether", 2), "60457274")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("S9/Greeting.mp4", "such as s_09_act_05_subact_02_ca_01, found 'S9/Greeting.mp4'"),
        ("s_01_act_17_subact_01_ca_01", "expected action 2 to 16 and camera 1 to 4, found 17 and 1"),
        ("s_01_act_02_subact_01_ca_05", "expected action 2 to 16 and camera 1 to 4, found 2 and 5"),
    ],
)
def test_a_wrong_official_name_is_told(name, message):
    with pytest.raises(DataFormatError, match=message):
        parsed_name(name)


def test_every_take_has_a_name_in_the_original_files(original_names):
    assert {named_take(subject, name) for subject, name in original_names} == set(TAKES)
    assert len(original_names) == len(TAKES)


def test_spellings_of_one_name_are_one_take():
    photo = Take("S1", "TakingPhoto", 1)
    assert [named_take("S1", name) for name in ("Photo 1", "TakingPhoto 1", "Photo_1", "photo 1")] == [photo] * 4
    assert named_take("S1", "WalkingDog") == named_take("S1", "WalkDog") == Take("S1", "WalkingDog", 2)
    assert named_take("S1", "WalkingTogether") == named_take("S1", "WalkTogether")


def test_the_numbers_in_names_are_not_those_of_takes():
    assert named_take("S5", "SittingDown 1") == Take("S5", "SittingDown", 2)
    assert named_take("S1", "Directions 1") == Take("S1", "Directions", 1)


def test_unknown_subjects_and_recordings_are_named():
    with pytest.raises(DataFormatError, match="unknown subject 'S12'") as caught:
        named_take("S12", "Directions 1")
    assert "S11" in caught.value.hint
    with pytest.raises(DataFormatError, match="S1: unknown recording 'Juggling'"):
        named_take("S1", "Juggling")


def test_cameras_stand_in_the_room_and_look_at_its_middle():
    for subject in SUBJECTS:
        for name in CAMERAS:
            camera = camera_of(subject, name)
            middle = camera.world_to_camera(np.array([0.0, 0.0, 1000.0]))
            assert 3000 < np.linalg.norm(camera.position_mm) < 8000
            assert middle[2] > 3000
            assert np.all(camera.camera_to_image(middle) > 250)
            assert np.all(camera.camera_to_image(middle) < 750)
            assert camera.name == name


def test_a_camera_has_its_lens_for_every_subject():
    assert camera_of("S1", "55011271").size_px == lens_of("55011271")["size_px"] == (1000, 1000)
    np.testing.assert_array_equal(camera_of("S9", "55011271").radial, lens_of("55011271")["radial"])
    assert not np.array_equal(camera_of("S1", "55011271").position_mm, camera_of("S9", "55011271").position_mm)


@pytest.mark.parametrize(("subject", "name"), [("S2", "54138969"), ("S1", "54138968")])
def test_unknown_cameras_are_named(subject, name):
    with pytest.raises(DataFormatError, match=f"no calibration of camera {name} for {subject}"):
        camera_of(subject, name)


def test_faulty_takes_are_recordings():
    assert set(FAULTY_TAKES) <= set(TAKES)
