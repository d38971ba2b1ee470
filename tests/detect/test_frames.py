"""Videos as users have them: whole, turned, cut, damaged, and none at all."""

from __future__ import annotations

import gc
import logging
import re
import struct
import sys
import tracemalloc
import wave
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from poselift.detect import container
from poselift.detect.frames import read_frames, video_info
from poselift.errors import DataFormatError, MissingExtraError

av = pytest.importorskip("av")


def brightness(frames) -> list[int]:
    """Numbers of the frames of `write_video`'s default images."""
    return [round((float(frame.mean()) - 5) / 10) for frame in frames]


def noise(frames, size_px=(160, 96)):
    """Images that take many bytes, so that a cut hits frames and not the header."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 255, (size_px[1], size_px[0], 3), dtype=np.uint8)
    return [np.roll(first, 3 * i, axis=1) for i in range(frames)]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.mov"])
@pytest.mark.parametrize("fps", [25, Fraction(30000, 1001)])
def test_a_video_tells_its_size_rate_and_count(tmp_path, write_video, name, fps):
    info = video_info(write_video(tmp_path / name, fps=fps, frames=20, size_px=(64, 48)))
    assert info.size_px == (64, 48)
    assert info.fps == pytest.approx(float(fps), rel=2e-3)
    assert info.n_frames == 20


def test_frames_come_whole_and_in_order(tmp_path, write_video, caplog):
    frames = list(read_frames(write_video(tmp_path / "a.mp4")))
    assert brightness(frames) == list(range(20))
    assert all(frame.shape == (48, 64, 3) and frame.dtype == np.uint8 and frame.data.contiguous for frame in frames)
    assert caplog.records == []


def test_channels_are_red_green_blue(tmp_path, write_video):
    red = np.zeros((48, 64, 3), dtype=np.uint8)
    red[..., 0] = 255
    (frame,) = read_frames(write_video(tmp_path / "a.mp4", images=[red]))
    assert frame[..., 0].min() > 230
    assert frame[..., 1:].max() < 25


def with_display_matrix(path, a, b, c, d):
    """Set the matrix that tells players how to show the video, as phones do (ISO/IEC 14496-12, 6.2.2 and 8.3.2)."""
    identity = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    content = path.read_bytes()
    at = content.index(identity, content.index(b"tkhd"))
    matrix = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(content[:at] + matrix + content[at + len(matrix) :])


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        ((1, 0, 0, 1), "upper left"),
        ((0, 1, -1, 0), "upper right"),  # a quarter turn clockwise: a phone held upright
        ((-1, 0, 0, -1), "lower right"),
        ((0, -1, 1, 0), "lower left"),
        ((-1, 0, 0, 1), "upper right"),  # mirrored: a front camera
        ((1, 0, 0, -1), "lower left"),
        ((0, 1, 1, 0), "upper left"),
        ((0, -1, -1, 0), "lower right"),
    ],
)
def test_frames_are_upright_whatever_the_camera_was(tmp_path, write_video, matrix, shown):
    image = np.zeros((48, 64, 3), dtype=np.uint8)
    image[:24, :32] = 255
    image[:12, :16] = (255, 0, 0)
    path = write_video(tmp_path / "a.mp4", images=[image] * 3)
    with_display_matrix(path, *matrix)
    frames = list(read_frames(path))
    size_px = (64, 48) if matrix[0] else (48, 64)
    assert video_info(path).size_px == size_px
    assert {frame.shape for frame in frames} == {(size_px[1], size_px[0], 3)}
    rows, columns = np.nonzero(frames[0][..., 0] > 128)
    vertical = "upper" if rows.mean() < size_px[1] / 2 else "lower"
    horizontal = "left" if columns.mean() < size_px[0] / 2 else "right"
    assert f"{vertical} {horizontal}" == shown
    red = frames[0][{"upper": 4, "lower": -5}[vertical], {"left": 4, "right": -5}[horizontal]]
    assert red[0] > 200
    assert red[1] < 60


@pytest.mark.parametrize(("aspect", "width"), [(Fraction(2), 128), (Fraction(1, 2), 32), (Fraction(100), 64)])
def test_pixels_are_square_and_absurd_ones_a_mistake(tmp_path, write_video, aspect, width):
    path = write_video(tmp_path / "a.mkv", aspect=aspect, frames=2)
    assert video_info(path).size_px == (width, 48)
    assert [frame.shape for frame in read_frames(path)] == [(48, width, 3)] * 2


def test_all_frames_have_the_size_of_the_first(tmp_path, write_video):
    """Calls over the net change their resolution; two transport streams, one after the other, are such a file."""
    parts = [write_video(tmp_path / f"{w}.ts", codec="mpeg2video", size_px=(w, 3 * w // 4)) for w in (64, 96)]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames = list(read_frames(both))
    assert len(frames) > 30
    assert {frame.shape for frame in frames} == {(48, 64, 3)}


def test_a_name_with_a_colon_is_no_protocol(tmp_path, write_video, monkeypatch):
    write_video(tmp_path / "a.mp4").rename(tmp_path / "12:30.mp4")
    monkeypatch.chdir(tmp_path)
    assert len(list(read_frames("12:30.mp4"))) == 20


def write_sound(path):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))


def write_song(path):
    """Sound with a cover, which is a video stream of one picture."""
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic.value
        sound = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), "fltp", "mono")
        frame.rate = 8000
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), dtype=np.uint8), format="rgb24")
        for packet in (*cover.encode(picture), *cover.encode(None), *sound.encode(frame), *sound.encode(None)):
            container.mux(packet)


def write_cut(path, write_video):
    """Cameras write the index at the end; without it nothing can be found."""
    content = write_video(path, images=noise(10)).read_bytes()
    path.write_bytes(content[: len(content) // 2])


BAD_FILES = {
    "absent.mp4": (lambda path, write: None, "expected a video file, found no such file"),
    "folder.mp4": (lambda path, write: path.mkdir(), "expected a video file or a folder of images, found an empty"),
    "empty.mp4": (lambda path, write: path.touch(), "the file is empty"),
    "garbage.mp4": (lambda path, write: path.write_bytes(b"no video\n" * 999), "not a video that can be read"),
    "text.txt": (lambda path, write: path.write_text("no video\n" * 99), "expected a video, found text"),
    "cut.mp4": (write_cut, "not a video that can be read, or cut short"),
    "sound.wav": (lambda path, write: write_sound(path), "expected a picture, found only audio"),
    "song.mp4": (lambda path, write: write_song(path), "expected a picture, found only audio"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_is_no_video_is_one_error(tmp_path, write_video, name):
    make, message = BAD_FILES[name]
    make(tmp_path / name, write_video)
    for read in (video_info, lambda path: next(read_frames(path))):
        with pytest.raises(DataFormatError, match=message) as error:
            read(tmp_path / name)
        assert name in str(error.value)
        assert "\n" not in str(error.value)
        assert error.value.hint


def test_a_video_of_an_unknown_codec_is_one_error(tmp_path, write_video):
    path = write_video(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes().replace(b"V_MPEG4/ISO/ASP", b"V_NOBODY/KNOWS/"))
    with pytest.raises(DataFormatError, match=r"a\.mkv"):
        video_info(path)


def test_a_video_without_a_frame_that_can_be_decoded_is_one_error(tmp_path, write_video):
    path = write_video(tmp_path / "a.mp4", options={"movflags": "faststart"})
    content = path.read_bytes()
    data = content.index(b"mdat") + 4
    path.write_bytes(content[:data] + bytes(len(content) - data))
    for read in (video_info, lambda path: list(read_frames(path))):
        with pytest.raises(DataFormatError, match="no frame can be decoded"):
            read(path)


CONTAINERS = [
    ("a.mp4", "mpeg4", {"movflags": "faststart"}, True),
    ("a.mp4", "mpeg4", {"movflags": "frag_keyframe+empty_moov"}, False),
    ("a.mkv", "mpeg4", {}, True),
    ("a.ts", "mpeg2video", {}, False),
]


@pytest.mark.parametrize(("name", "codec", "options", "says_its_length"), CONTAINERS)
def test_a_cut_video_yields_the_frames_before_the_cut(
    tmp_path, write_video, name, codec, options, says_its_length, caplog
):
    path = write_video(tmp_path / name, images=noise(60), codec=codec, options=options)
    whole = list(read_frames(path))
    content = path.read_bytes()
    path.write_bytes(content[: int(0.6 * len(content))])
    frames = list(read_frames(path))
    assert 10 < len(frames) < 45
    np.testing.assert_array_equal(frames[:10], whole[:10])
    if says_its_length:
        (record,) = (r for r in caplog.records if "cut short" in r.message)
        assert record.levelno == logging.WARNING
        assert str(path) in record.message


def test_damage_in_the_middle_costs_a_few_frames(tmp_path, write_video, caplog):
    path = write_video(tmp_path / "a.mp4", images=noise(60))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = np.random.default_rng(0).bytes(3000)
    path.write_bytes(content)
    assert 50 <= len(list(read_frames(path))) < 60
    assert {r.levelno for r in caplog.records} == {logging.WARNING}
    assert "1 packet is damaged and left out" in caplog.text
    assert re.search(r"\d+ frames are damaged, from [\d.]+ to [\d.]+ s", caplog.text)


def test_a_file_that_cannot_be_read_to_its_end_yields_what_could_be_read(tmp_path, write_video, monkeypatch, caplog):
    """As if the disk failed after ten packets."""
    path = write_video(tmp_path / "a.mp4")
    opened = container.opened_container

    class Failing:
        def __init__(self, container):
            self.container, self.duration, self.format = container, None, container.format
            self.streams = container.streams

        def demux(self, stream):
            yield from islice(self.container.demux(stream), 10)
            raise av.error.OSError(5, "Input/output error")

    @contextmanager
    def failing(source):
        with opened(source) as whole:
            yield Failing(whole)

    monkeypatch.setattr(container, "opened_container", failing)
    monkeypatch.setattr(container.Stream, "_expected_s", lambda stream: 0.0)
    assert brightness(read_frames(path)) == list(range(10))
    assert "cannot be read to its end (Input/output error): ends at 0.4 s" in caplog.text


def test_reading_holds_few_frames_at_a_time(tmp_path, write_video):
    path = write_video(tmp_path / "a.mp4", images=noise(60, (320, 240)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_frames(path)) == 60
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * 320 * 240 * 3


def test_without_pyav_the_extra_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.mp4").write_bytes(b"a video")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match="PyAV") as error:
        video_info(tmp_path / "a.mp4")
    assert "poselift[video]" in error.value.hint


def test_decoded_pictures_do_not_wait_for_the_garbage_collector(tmp_path, write_video):
    """They lie outside of what Python counts, so it would not look for them before memory is full."""
    path = write_video(tmp_path / "a.mp4", frames=20)
    gc.collect()
    gc.disable()
    try:
        held = count_pictures()
        assert len(list(read_frames(path))) == 20
        assert count_pictures() <= held + 2
    finally:
        gc.enable()


def count_pictures():
    return sum(type(o) is av.VideoFrame for o in gc.get_objects())
