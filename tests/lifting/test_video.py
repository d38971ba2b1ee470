"""From a video to poses, with a detector whose findings are known."""

from __future__ import annotations

import os
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.errors import DataFormatError, ExternalToolError, MissingExtraError, NoPersonError, ShapeError
from poselift.geometry.camera import Camera
from poselift.lifting.lifter import Lifter
from poselift.lifting.video import detect_video, lift_detected, lift_video

pytest.importorskip("av")
SIZE_PX = (64, 48)


@pytest.fixture(scope="module")
def video(tmp_path_factory, write_video):
    return write_video(tmp_path_factory.mktemp("video") / "walk.mp4", frames=20, fps=25, size_px=SIZE_PX)


@pytest.fixture(scope="module")
def lifter(tiny_model):
    return Lifter(tiny_model)


@pytest.fixture
def walker(fake_detector, someone):
    """Somebody who walks to the right, and whom the detector misses in frames 3 and 8 to 12."""
    missed = {3, *range(8, 13)}
    return fake_detector(lambda frame: [] if frame in missed else [someone(20 + frame, 24)])


def decoders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    assert decoders() == []


def test_every_frame_is_shown_once_in_order_with_its_time(video, walker):
    done = []
    detect_video(video, walker, on_frame=done.append)
    assert [number for number, _ in walker.shown] == list(range(20))
    np.testing.assert_allclose([time_s for _, time_s in walker.shown], np.arange(20) / 25)
    assert done == list(range(1, 21))


def test_detections_become_a_clip(video, walker, someone):
    clip = detect_video(video, walker)
    seen = [i for i in range(20) if i not in {3, *range(8, 13)}]
    assert np.flatnonzero(clip.valid).tolist() == seen
    for i in seen:
        np.testing.assert_array_equal(clip.joints_px[i], someone(20 + i, 24).joints_px)
        np.testing.assert_array_equal(clip.confidence[i], someone().confidence)
    assert np.isnan(clip.joints_px[~clip.valid]).all()
    assert (clip.confidence[~clip.valid] == 0).all()
    assert (clip.fps, clip.size_px, clip.source, clip.skeleton) == (25.0, SIZE_PX, "walk.mp4", walker.skeleton)


def test_the_main_person_is_kept_among_two(video, fake_detector, someone):
    def found(frame):
        people = [someone(20 + frame / 2), someone(60 - frame / 2, size=0.5 + frame / 15)]
        return people[:: (-1) ** frame]

    clip = detect_video(video, fake_detector(found))
    for i in range(20):
        np.testing.assert_array_equal(clip.joints_px[i], someone(20 + i / 2).joints_px)


def test_nobody_is_an_error_of_its_own(video, fake_detector):
    with pytest.raises(NoPersonError, match=r"walk\.mp4: no person found in 20 frames") as error:
        detect_video(video, fake_detector(lambda frame: []))
    assert error.value.exit_code == 3
    assert error.value.hint


@pytest.mark.parametrize("failure", [ExternalToolError("MediaPipe failed"), KeyboardInterrupt()])
def test_a_failure_of_the_detector_ends_the_decoding_at_once(video, fake_detector, someone, failure):
    def found(frame):
        if frame == 2:
            raise failure
        return [someone()]

    with pytest.raises(type(failure)) as kept_error:
        detect_video(video, fake_detector(found))
    assert decoders() == []  # although the error still holds the frames of the stack
    assert kept_error.value is failure


def test_an_error_of_the_decoding_is_raised_here(tmp_path, video, fake_detector, monkeypatch):
    with pytest.raises(DataFormatError, match="absent"):
        detect_video(tmp_path / "absent.mp4", fake_detector(lambda frame: []))

    def broken(path):
        yield np.zeros((48, 64, 3), dtype=np.uint8)
        raise MemoryError("no room for a frame")

    monkeypatch.setattr("poselift.detect.frames.read_frames", broken)
    detector = fake_detector(lambda frame: [])
    with pytest.raises(MemoryError, match="no room"):
        detect_video(video, detector)
    assert len(detector.shown) == 1


def test_few_frames_wait_for_a_slow_detector(tmp_path, write_video, fake_detector, someone):
    size = 240 * 320 * 3
    path = write_video(tmp_path / "a.mp4", frames=25, size_px=(320, 240))

    def found(frame):
        time.sleep(0.01)
        return [someone()]

    tracemalloc.start()
    try:
        detect_video(path, fake_detector(found))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 * size


def test_short_gaps_are_filled_and_long_ones_stay(video, walker, lifter):
    clip = lift_video(video, lifter=lifter, detector=walker, max_gap_s=0.1)
    assert np.flatnonzero(clip.filled).tolist() == [3]
    assert np.flatnonzero(~clip.valid).tolist() == list(range(8, 13))
    assert np.isfinite(clip.joints_root_mm[clip.valid]).all()
    assert np.isnan(clip.joints_root_mm[~clip.valid]).all()
    assert lift_video(video, lifter=lifter, detector=_again(walker), max_gap_s=0.2).valid.all()
    assert lift_video(video, lifter=lifter, detector=_again(walker), max_gap_s=0).filled.sum() == 0


def _again(detector):
    return type(detector)(detector.found)


def test_lifting_a_video_is_its_parts(video, walker, lifter):
    whole = lift_video(video, lifter=lifter, detector=walker)
    parts = lift_detected(detect_video(video, _again(walker)), lifter)
    for name in ("joints_px", "confidence", "valid", "filled", "joints_root_mm", "root_cam_mm"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_a_known_camera_says_how_far_away_the_person_is(video, walker, lifter):
    """Twice the focal length of the same image: about twice as far."""
    guessed = lift_video(video, lifter=lifter, detector=walker)
    tele = Camera(2 * guessed.camera.focal_px, guessed.camera.center_px, size_px=SIZE_PX)
    known = lift_video(video, lifter=lifter, detector=_again(walker), camera=tele)
    assert known.camera is tele
    ratio = np.median(known.root_cam_mm[known.valid, 2] / guessed.root_cam_mm[guessed.valid, 2])
    assert 1.5 < ratio < 2.5


def test_smoothing_smooths(video, fake_detector, someone, lifter):
    jitter = np.random.default_rng(0).normal(0, 1, (20, 17, 2)).astype(np.float32)

    def found(frame):
        return [someone()._replace(joints_px=someone().joints_px + jitter[frame])]

    def unrest(seconds):
        clip = lift_video(video, lifter=lifter, detector=fake_detector(found), smoothing_s=seconds)
        return np.abs(np.diff(clip.joints_root_mm, axis=0)).mean()

    assert unrest(0) > 1.5 * unrest(0.04) > 1.5 * 1.5 * unrest(0.2)


def test_exchanged_sides_are_mended(video, fake_detector, someone, lifter):
    def found(frame):
        person = someone()
        mirror = walker_mirror if frame in (5, 6) else slice(None)
        return [person._replace(joints_px=person.joints_px[mirror], confidence=person.confidence[mirror])]

    walker_mirror = lifter.skeleton.flip_permutation
    clip = lift_video(video, lifter=lifter, detector=fake_detector(found))
    np.testing.assert_array_equal(clip.joints_px, np.broadcast_to(someone().joints_px, (20, 17, 2)))


@pytest.mark.parametrize("name", ["max_gap_s", "smoothing_s"])
@pytest.mark.parametrize("value", [-1, np.nan, np.inf])
def test_impossible_times_are_named_before_the_detection(video, walker, lifter, name, value):
    with pytest.raises(ShapeError, match=name):
        lift_video(video, lifter=lifter, detector=walker, **{name: value})
    assert walker.shown == []


def test_a_detector_that_is_given_is_left_open_and_the_default_one_is_closed(
    video, walker, lifter, fake_detector, monkeypatch
):
    lift_video(video, lifter=lifter, detector=walker)
    assert not walker.closed
    default = _again(walker)
    monkeypatch.setattr("poselift.detect.mediapipe.MediaPipeDetector", lambda: default)
    lift_video(video, lifter=lifter)
    assert default.closed


def test_the_default_model_is_that_of_the_package(video, walker, tiny_model, monkeypatch):
    monkeypatch.setattr("poselift.lifting.lifter.DEFAULT_MODEL", tiny_model)
    assert isinstance(lift_video(video, detector=walker), Clip)


def test_a_detector_of_our_own_needs_no_mediapipe(video, walker, lifter, monkeypatch):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    assert len(lift_video(video, lifter=lifter, detector=walker)) == 20
    with pytest.raises(MissingExtraError):
        lift_video(video, lifter=lifter)


def test_a_name_that_is_no_text_is_no_obstacle(tmp_path, video, walker):
    odd = os.fsencode(tmp_path) + b"/\xff.mp4"
    try:
        os.link(video, odd)
    except OSError:
        pytest.skip("this file system has names of text only")
    assert detect_video(os.fsdecode(odd), walker).source == "?.mp4"
