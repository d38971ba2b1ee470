"""Containers and streams of every kind, as FFmpeg opens them."""

from __future__ import annotations

import io
import os
import sys
import threading

import numpy as np
import pytest

from poselift.detect.frames import opened_video
from poselift.errors import DataFormatError

av = pytest.importorskip("av")


def levels(frames):
    """Numbers of the frames of `write_video`'s default images."""
    return [round((float(frame.picture.rgb().mean()) - 5) / 10) for frame in frames]


def remuxed(path, to, first):
    """The packets of a video from packet `first` on."""
    with av.open(str(path)) as given, av.open(str(to), "w") as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        for n, packet in enumerate(given.demux(video=0)):
            if packet.dts is not None and n >= first:
                packet.stream = stream
                made.mux(packet)
    return to


def noise(frames):
    """Images that take many bytes, and that are drawn by moving what was there before."""
    first = np.random.default_rng(0).integers(0, 255, (96, 160, 3), dtype=np.uint8)
    return [np.roll(first, 3 * n, axis=1) for n in range(frames)]


class Pipe(io.RawIOBase):
    """Bytes that come in small parts, and once."""

    def __init__(self, content):
        self._content = io.BytesIO(content)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._content.readinto(memoryview(buffer)[:700])


@pytest.fixture
def piped(monkeypatch):
    def pipe(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe(content))))

    return pipe


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mkv", "mpeg4", {}),
        ("a.ts", "mpeg2video", {}),
        ("a.mp4", "mpeg4", {"movflags": "faststart"}),
        ("a.mp4", "mpeg4", {"movflags": "frag_keyframe+empty_moov"}),
        ("a.avi", "mpeg4", {}),
    ],
)
def test_what_comes_through_a_pipe_is_what_is_in_the_file(tmp_path, write_video, piped, name, codec, options):
    path = write_video(tmp_path / name, codec=codec, options=options)
    piped(path.read_bytes())
    with opened_video("-") as video, opened_video(path) as same:
        assert (video.title, video.info.size_px, video.info.fps) == ("pipe", (64, 48), same.info.fps)
        ours, theirs = list(video.frames()), list(same.frames())
    assert levels(ours) == levels(theirs)
    assert len(ours) == 20
    assert [frame.time_s for frame in ours] == [frame.time_s for frame in theirs]
    assert video.notes == ()


def test_a_pipe_that_stops_yields_what_came(tmp_path, write_video, piped):
    content = write_video(tmp_path / "a.mkv", images=noise(60)).read_bytes()
    piped(content[: len(content) // 2])
    with opened_video("-") as video:
        n_frames = len(list(video.frames()))
    assert 10 < n_frames < 45
    assert any("ends at" in note for note in video.notes)


def test_an_index_at_the_end_cannot_be_piped_and_the_hint_says_so(tmp_path, write_video, piped):
    piped(write_video(tmp_path / "a.mp4", images=noise(60)).read_bytes())
    with pytest.raises(DataFormatError, match="the pipe: ") as error, opened_video("-"):
        pass
    assert "index" in error.value.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_a_video(tmp_path, write_video):
    content = write_video(tmp_path / "a.mkv").read_bytes()
    os.mkfifo(tmp_path / "fifo")
    writer = threading.Thread(target=(tmp_path / "fifo").write_bytes, args=(content,))
    writer.start()
    with opened_video(tmp_path / "fifo") as video:
        assert levels(video.frames()) == list(range(20))
    writer.join()


def test_a_stream_without_times_has_the_rate_that_is_named_or_one_is_assumed_aloud(tmp_path, write_video, caplog):
    raw = write_video(tmp_path / "a.m4v", fps=60, container_format="m4v")
    with opened_video(raw, fps=60) as video:
        times_s = [frame.time_s for frame in video.frames()]
    np.testing.assert_allclose(times_s, np.arange(20) / 60)
    assert video.notes == ()
    assert caplog.records == []
    with opened_video(raw) as video:
        times_s = [frame.time_s for frame in video.frames()]
    np.testing.assert_allclose(times_s, np.arange(20) / 25)
    (note,) = video.notes
    assert "25 assumed, see --fps" in note
    assert note in caplog.text


def test_a_beginning_in_the_middle_is_told(tmp_path, write_video):
    """A key frame comes after every twelfth; the first of them is cut away."""
    whole = write_video(tmp_path / "a.ts", images=noise(24), codec="mpeg2video")
    late = remuxed(whole, tmp_path / "late.ts", first=5)
    with opened_video(late) as video, opened_video(whole) as uncut:
        frames, expected = list(video.frames()), list(uncut.frames())
    assert any("begins in the middle" in note for note in video.notes)
    assert not any("cut short" in note for note in video.notes)
    assert not any(frame.damaged for frame in frames[-12:])
    for frame, same in zip(frames[-12:], expected[-12:], strict=True):
        np.testing.assert_array_equal(frame.picture.rgb(), same.picture.rgb())


@pytest.mark.parametrize(("name", "codec"), [("a.webm", "libvpx"), ("a.gif", "gif"), ("a.ts", "mpeg2video")])
def test_other_containers_are_videos_too(tmp_path, name, codec):
    try:
        with av.open(str(tmp_path / name), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = 64, 48
            stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
            for n in range(10):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 5 + 20 * n, np.uint8), format="rgb24")
                container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
            container.mux(stream.encode(None))
    except ValueError:
        pytest.skip(f"this FFmpeg cannot write {codec}")
    with opened_video(tmp_path / name) as video:
        frames = list(video.frames())
    assert video.info.size_px == (64, 48)
    assert len(frames) == 10
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(10) / 25, atol=0.011)
    assert video.notes == ()


def test_odd_sizes_keep_every_pixel(tmp_path):
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 853, 481, "yuv420p"
        image = np.zeros((481, 853, 3), dtype=np.uint8)
        image[-1], image[:, -1] = 255, 255
        for packet in (*stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")), *stream.encode(None)):
            container.mux(packet)
    with opened_video(tmp_path / "a.mkv") as video:
        (frame,) = video.frames()
    shown = frame.picture.rgb()
    assert (video.info.size_px, shown.shape) == ((853, 481), (481, 853, 3))
    assert shown[-1, :-1].min() > 200
    assert shown[:-1, -1].min() > 200
    assert shown[5:-5, 5:-5].max() < 20
