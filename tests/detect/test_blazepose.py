"""The default detector: against MediaPipe's numbers, and by laws."""

from __future__ import annotations

import json
import logging
from itertools import islice, permutations
from pathlib import Path

import numpy as np
import pytest

from poselift.detect import DETECTORS, detector_of
from poselift.detect.base import TimedPicture
from poselift.detect.blazepose import WEIGHTS, BlazePose
from poselift.detect.crops import squares_along, whole_frame
from poselift.detect.frames import read_frames
from poselift.detect.picture import Picture
from poselift.errors import CheckpointError, ExternalToolError, RecipeError, ShapeError
from poselift.skeleton import BLAZEPOSE_33

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((ROOT / "tests" / "data_files" / "blazepose_golden.json").read_text(encoding="utf-8"))["frames"]
HEIGHT_PX = 800  # of the man on the beam
# Left, top, right and bottom of him, and by how much he is made smaller to be far away.
WHERE_PX, SMALLER = np.array([250, 400, 880, 1170]), 7
SMALL_PX = (90, 110)


@pytest.fixture(scope="module")
def frames():
    wanted = {int(number) for number in GOLDEN}
    video = islice(read_frames(ROOT / "examples" / "balance.mp4"), max(wanted) + 1)
    return {number: frame for number, frame in enumerate(video) if number in {*wanted, 1, 2, 3}}


@pytest.fixture(scope="module")
def detector():
    with BlazePose() as opened:
        yield opened


def found(detector, *images):
    return list(detector.detect(TimedPicture(Picture.of(image), number / 30) for number, image in enumerate(images)))


def apart(one, other):
    """How far the median joint is from another, in shares of the man's height."""
    return np.median(np.linalg.norm(one - other, axis=-1)) / HEIGHT_PX


@pytest.mark.parametrize("number", list(GOLDEN))
def test_it_sees_what_mediapipe_sees(detector, frames, number):
    ((person,),) = found(detector, frames[int(number)])
    golden = {name: np.array(values) for name, values in GOLDEN[number].items()}
    assert apart(person.joints_px, golden["joints_px"]) < 0.015
    assert np.abs(person.confidence - golden["confidence"]).mean() < 0.03
    assert np.median(np.linalg.norm(person.joints_root_mm - golden["joints_root_mm"], axis=-1)) < 60


@pytest.mark.parametrize("number", list(GOLDEN))
def test_with_the_crop_of_the_body_alone_its_numbers_are_mediapipes(detector, frames, number):
    """MediaPipe looks once. So do we here, which takes what differs by intention out."""
    frame = Picture.of(frames[int(number)]).planes()
    (person,) = detector._seen(frame, detector._bodies_in(frame, [whole_frame(frame.size_px)]))
    assert apart(person.detection.joints_px, np.array(GOLDEN[number]["joints_px"])) < 0.005


def test_a_mirrored_frame_has_the_mirrored_person(detector, frames):
    frame = frames[0]
    ((person,),), ((mirrored,),) = found(detector, frame), found(detector, frame[:, ::-1])
    back = np.array([frame.shape[1], 0]) + mirrored.joints_px[BLAZEPOSE_33.flip_permutation] * [-1, 1]
    assert apart(person.joints_px, back) < 0.015


def test_a_turned_frame_has_the_turned_person(detector, frames):
    frame = frames[0]
    ((person,),), ((turned,),) = found(detector, frame), found(detector, np.rot90(frame))
    back = np.stack([frame.shape[1] - turned.joints_px[:, 1], turned.joints_px[:, 0]], axis=-1)
    assert apart(person.joints_px, back) < 0.02
    mm = np.stack([-turned.joints_root_mm[:, 1], turned.joints_root_mm[:, 0]], axis=-1)
    assert np.median(np.linalg.norm(person.joints_root_mm[:, :2] - mm, axis=-1)) < 40


def test_runs_know_nothing_of_each_other(detector, frames):
    images = [frames[0], frames[1]]
    once, again = found(detector, *images), found(detector, *images)
    elsewhere = found(detector, frames[90], *images)
    for one, other in zip(once, again, strict=True):
        np.testing.assert_array_equal(one[0].joints_px, other[0].joints_px)
    assert not np.array_equal(once[0][0].joints_px, elsewhere[1][0].joints_px)


def test_in_pieces_is_nearly_as_at_once(detector, frames):
    images = [frames[n] for n in range(4)]
    at_once, in_pieces = found(detector, *images), found(detector, *images[:2]) + found(detector, *images[2:])
    for (one,), (other,) in zip(at_once, in_pieces, strict=True):
        assert apart(one.joints_px, other.joints_px) < 0.01


def test_two_people_side_by_side_are_each_as_alone(detector, frames):
    """With room between them: in a picture that is nearly a square, one of two is often overlooked."""
    between = np.zeros_like(frames[0])
    shift = np.array([2 * between.shape[1], 0])
    distances = []
    for left, right in permutations([frames[0], frames[10], frames[90]], 2):
        ((one,),), ((other,),) = found(detector, left), found(detector, right)
        (both,) = found(detector, np.hstack([left, between, right]))
        assert len(both) == 2
        first, second = sorted(both, key=lambda person: person.joints_px[:, 0].mean())
        distances += [apart(first.joints_px, one.joints_px), apart(second.joints_px - shift, other.joints_px)]
    assert np.median(distances) < 0.01


def test_who_is_small_in_a_wide_frame_is_found_nearer(detector, frames):
    small = frames[0][::3, ::3]
    wide = np.hstack([small, np.zeros((len(small), 1600, 3), dtype=np.uint8)])
    ((alone,),) = found(detector, small)

    planes = Picture.of(wide).planes()

    def nearest(*looks):
        seen = detector._seen(planes, detector._bodies_in(planes, looks))
        return min((apart(person.detection.joints_px, alone.joints_px) for person in seen), default=np.inf)

    assert nearest(whole_frame(planes.size_px)) > 0.1
    assert nearest(*squares_along(planes.size_px)) < 0.02
    assert min(apart(person.joints_px, alone.joints_px) for person in found(detector, wide)[0]) < 0.02


def test_the_largest_are_followed_and_it_is_said_once(frames, caplog):
    both = np.hstack([frames[0], frames[90]])
    with BlazePose() as detector:
        planes = Picture.of(both).planes()
        first, second = detector._bodies_in(planes, [whole_frame(planes.size_px)])
    with BlazePose(people=1) as detector, caplog.at_level(logging.WARNING):
        seen = found(detector, both, both) + found(detector, both)
    assert [len(people) for people in seen] == [1, 1, 1]
    assert first.side_px > second.side_px
    assert all(abs(people[0].joints_px[:, 0].mean() - first.centre_px[0]) < 200 for people in seen)
    assert [record.getMessage() for record in caplog.records] == [
        "more than 1 people in a frame; the largest are followed"
    ]


def small(frame):
    """The man, 90 px high."""
    left, top, right, bottom = WHERE_PX
    return Picture.of(np.ascontiguousarray(frame[top:bottom, left:right])).rgb(SMALL_PX)


@pytest.fixture
def crowd(frames):
    """Twenty small men in a wide room."""
    room = np.full((720, 1280, 3), 90, dtype=np.uint8)
    for y in range(20, 700, 170):
        for x in range(60, 1200, 240):
            room[y : y + SMALL_PX[1], x : x + SMALL_PX[0]] = small(frames[0])
    return room


def test_people_far_away_are_found(detector, frames, crowd):
    room = np.full((720, 1280, 3), 90, dtype=np.uint8)
    room[300 : 300 + SMALL_PX[1], 600 : 600 + SMALL_PX[0]] = small(frames[0])
    ((alone,),), ((far,),) = found(detector, frames[0]), found(detector, room)
    expected = (alone.joints_px - WHERE_PX[:2]) / SMALLER + [600, 300]
    assert SMALLER * apart(far.joints_px, expected) < 0.02
    with BlazePose(people=20) as detector:
        assert len(found(detector, crowd)[0]) >= 18


def test_of_a_crowd_the_limit_is_said_and_it_is_followed(crowd, caplog):
    with BlazePose() as detector:
        seen = found(detector, crowd, crowd)
    assert [len(people) for people in seen] == [10, 10]
    (record,) = caplog.records
    assert record.getMessage() == "more than 10 people in a frame; the largest are followed"


@pytest.mark.parametrize("quarters", [0, 3])
def test_things_are_not_taken_for_people(detector, frames, quarters):
    """The mats and cables below the man, of which the networks find up to three people."""
    assert found(detector, np.rot90(frames[0][1250:], quarters)) == [[]]


def test_nearer_squares_are_left_alone_where_somebody_is_large(detector, frames, monkeypatch):
    def refused(self, *_):
        raise AssertionError("looked nearer")

    monkeypatch.setattr(BlazePose, "_with_those_in", refused)
    assert len(found(detector, frames[0])[0]) == 1
    with pytest.raises(AssertionError, match="nearer"):
        found(detector, np.zeros_like(frames[0]))


def test_who_is_too_small_is_left_out_and_it_is_said(detector, frames, caplog):
    tiny = frames[0][::25, ::25]
    assert found(detector, tiny) == [[]]
    assert "a person is less than 60 px high, and is left out" in caplog.text


def test_nobody_is_an_empty_list(detector):
    assert found(detector, *np.zeros((2, 200, 100, 3), dtype=np.uint8)) == [[], []]


def test_who_is_lost_is_found_again_in_the_frame_they_are_back(detector, frames):
    empty = np.zeros_like(frames[0])
    assert [len(people) for people in found(detector, frames[0], empty, frames[1], frames[2])] == [1, 0, 1, 1]


def test_who_jumps_away_is_found_in_the_same_frame(detector, frames):
    empty = np.zeros_like(frames[0])
    jumped = np.hstack([empty, frames[0]])
    _, (person,) = found(detector, np.hstack([frames[0], empty]), jumped)
    ((alone,),) = found(detector, jumped)
    assert apart(person.joints_px, alone.joints_px) < 0.02


def test_frames_may_change_their_size(detector, frames):
    distances = []
    for frame in frames.values():
        (one,), (half,), (other,) = found(detector, frame, frame[::2, ::2], frame)
        distances.append(apart(one.joints_px, 2 * half.joints_px))
        np.testing.assert_array_equal(one.joints_px, other.joints_px)
    assert np.median(distances) < 0.01


def test_closed_is_closed(frames):
    with BlazePose(WEIGHTS / "blazepose_landmarks_lite.onnx") as detector:
        assert len(found(detector, frames[0])[0]) == 1
        detector.close()
    with pytest.raises(ExternalToolError, match="closed"):
        found(detector, frames[0])


def test_at_least_one_person_is_followed():
    with pytest.raises(ShapeError, match="people"):
        BlazePose(people=0)


def test_a_name_or_a_file_says_which_network(detector, frames):
    """The lite network is another one, whether it is named or its file is."""
    ((full,),) = found(detector, frames[0])
    seen = []
    for name in ("blazepose-lite", str(WEIGHTS / "blazepose_landmarks_lite.onnx")):
        with detector_of(name)() as lite:
            seen.append(found(lite, frames[0])[0][0].joints_px)
    np.testing.assert_array_equal(*seen)
    assert 0 < apart(seen[0], full.joints_px) < 0.1


def test_the_heavy_network_says_how_to_get_it():
    with pytest.raises(CheckpointError, match="does not come with poselift") as caught:
        detector_of("blazepose-heavy")()
    assert "--detector" in caught.value.hint


def test_a_file_that_is_not_there_is_one_error():
    with pytest.raises(CheckpointError, match=r"nowhere\.onnx: no such model"):
        detector_of("nowhere.onnx")()
    with pytest.raises(RecipeError, match="unknown detector 'blazepose-ful'") as caught:
        detector_of("blazepose-ful")
    assert "did you mean 'blazepose-full'" in caught.value.hint
    assert ".onnx" in caught.value.hint
    assert all(name in caught.value.hint for name in DETECTORS)
