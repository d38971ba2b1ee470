"""From a video to detections, with a detector whose findings are known."""

from __future__ import annotations

import logging
import os
import threading
import time
import tracemalloc

import numpy as np
import pytest

from poselift.detect.interlaced import Decoded
from poselift.detect.turn import UPRIGHT
from poselift.detect.video import detect_video
from poselift.errors import DataFormatError, ExternalToolError, NoPersonError

av = pytest.importorskip("av")
SIZE_PX = (64, 48)


@pytest.fixture(scope="module")
def video(tmp_path_factory, write_video):
    return write_video(tmp_path_factory.mktemp("video") / "walk.mp4", frames=20, fps=25, size_px=SIZE_PX)


@pytest.fixture
def crowd(fake_detector, someone):
    """Nobody in frame 3, and otherwise one person more in every second frame."""
    return fake_detector(lambda frame: [] if frame == 3 else [someone(20 + i) for i in range(1 + frame % 2)])


def decoders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(("ahead", "work"))]


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    assert decoders() == []


def test_every_frame_is_shown_once_in_order_with_its_time(video, crowd):
    done = []
    detect_video(video, crowd, on_frame=done.append)
    assert [number for number, _ in crowd.shown] == list(range(20))
    np.testing.assert_allclose([time_s for _, time_s in crowd.shown], np.arange(20) / 25)
    assert done == list(range(1, 21))


def test_everybody_is_kept_with_the_frame(video, crowd, someone):
    detections = detect_video(video, crowd)
    expected = [frame for frame in range(20) if frame != 3 for _ in range(1 + frame % 2)]
    assert detections.frame.tolist() == expected
    assert detections.skeleton == crowd.skeleton
    assert detections.track_id is None
    np.testing.assert_array_equal(detections.joints_px[detections.in_frame(5)][1], someone(21).joints_px)
    np.testing.assert_array_equal(detections.confidence[detections.in_frame(5)][1], someone().confidence)
    footage = detections.footage
    assert (footage.fps, footage.size_px, footage.source, footage.camera) == (25.0, SIZE_PX, "walk.mp4", None)


def test_a_constant_rate_is_frame_over_rate_to_the_last_bit(tmp_path, write_video, crowd):
    path = write_video(tmp_path / "a.mkv", fps=30, frames=20)  # whole milliseconds: 0, 33, 67, 100
    footage = detect_video(path, crowd).footage
    np.testing.assert_array_equal(footage.time_s, np.arange(20) / footage.fps)


UNEVEN_S = np.array([0, 0.04, 0.08, 0.5, 0.51, 0.62, 0.9, 1.0, 2.0, 2.04])


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_varying_rate_keeps_its_own_times(tmp_path, write_video, crowd, name, caplog):
    path = write_video(tmp_path / name, frames=10, times_s=UNEVEN_S)
    footage = detect_video(path, crowd).footage
    np.testing.assert_allclose(footage.time_s, UNEVEN_S, atol=1e-6)
    np.testing.assert_allclose([time_s for _, time_s in crowd.shown], UNEVEN_S, atol=1e-6)
    assert caplog.records == []


@pytest.mark.parametrize("broken", [{4: np.nan}, {0: np.nan}, {5: 0.1}, {7: 1e6}])
def test_times_that_are_none_are_not_believed(video, crowd, monkeypatch, caplog, broken):
    """One is missing, comes twice, or is so late that none after it rises: from there on frames are counted."""
    shown_s = {**{i: i / 10 for i in range(9)}, **broken}
    good = next(i for i in range(9) if not shown_s[i] < shown_s.get(i + 1, np.inf))

    def decoded(stream):
        for i in range(9):
            image = np.full((48, 64, 3), 5 + 10 * i, dtype=np.uint8)
            yield Decoded(av.VideoFrame.from_ndarray(image), shown_s[i], damaged=False, turn=UPRIGHT)

    monkeypatch.setattr("poselift.detect.container.Stream.decoded", decoded)
    footage = detect_video(video, crowd).footage
    np.testing.assert_allclose(footage.time_s[:good], np.arange(good) / 10)
    np.testing.assert_allclose(np.diff(footage.time_s[max(good - 1, 0) :]), 1 / 25)
    assert [time_s for _, time_s in crowd.shown] == footage.time_s.tolist()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "walk.mp4" in record.message
    (note,) = footage.notes
    assert note in record.message


def test_nobody_is_looked_for_where_another_frame_stands_in(tmp_path, fake_detector, someone):
    for n in range(6):
        with av.open(str(tmp_path / f"{n}.png"), "w", format="image2pipe") as file:
            stream = file.add_stream("png")
            stream.width, stream.height, stream.pix_fmt = *SIZE_PX, "rgb24"
            image = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * n, dtype=np.uint8))
            file.mux(stream.encode(image))
    for n in (2, 3):
        (tmp_path / f"{n}.png").write_bytes(b"no image")
    detector = fake_detector(lambda call: [someone(x=20.0 + call)])
    found = detect_video(tmp_path, detector, fps=25)
    assert len(found.footage) == 6
    assert found.frame.tolist() == [0, 1, 4, 5]
    np.testing.assert_allclose(np.diff(found.joints_px[:, 0, 0]), 1)
    assert any("nobody is looked for" in note for note in found.footage.notes)


def test_it_is_noted_where_there_may_be_more_people_than_are_followed(video, crowd):
    assert detect_video(video, crowd).footage.notes == ()
    crowd.shown.clear()
    crowd.most_people = 2
    (note,) = detect_video(video, crowd).footage.notes
    assert note.startswith("2 people, the most that are followed, are in 9 of 20 frames, 1 to 19:")


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

    def broken(stream):
        image = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), dtype=np.uint8))
        yield Decoded(image, 0.0, damaged=False, turn=UPRIGHT)
        raise MemoryError("no room for a frame")

    monkeypatch.setattr("poselift.detect.container.Stream.decoded", broken)
    with pytest.raises(MemoryError, match="no room"):
        detect_video(video, fake_detector(lambda frame: []))


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


def test_a_name_that_is_no_text_is_no_obstacle(tmp_path, video, crowd):
    odd = os.fsencode(tmp_path) + b"/\xff.mp4"
    try:
        os.link(video, odd)
    except OSError:
        pytest.skip("this file system has names of text only")
    assert detect_video(os.fsdecode(odd), crowd).footage.source == "?.mp4"
