"""What users name, and that nothing leads FFmpeg to the network or to files that nobody named."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from poselift.detect.frames import opened_video
from poselift.detect.sources import located, opened_pipe
from poselift.errors import DataFormatError


@pytest.fixture
def frames_folder(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for name in ("img_10.png", "img_9.png", "img_100.png", "notes.txt", ".hidden.png"):
        (folder / name).write_bytes(b"x")
    return folder


def names(source):
    return [path.name for path in source.images]


def test_a_folder_is_its_images_in_the_order_of_their_numbers(frames_folder):
    assert names(located(frames_folder)) == ["img_9.png", "img_10.png", "img_100.png"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("img_1*.png", ["img_10.png", "img_100.png"]),
        ("img_?.png", ["img_9.png"]),
        ("img_%d.png", ["img_9.png", "img_10.png", "img_100.png"]),
        ("img_%02d.png", ["img_10.png", "img_100.png"]),
        ("img_%03d.png", ["img_100.png"]),
    ],
)
def test_a_pattern_is_what_it_matches(frames_folder, pattern, expected):
    assert names(located(frames_folder / pattern)) == expected


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    (tmp_path / "walk[1]%d*.mp4").write_bytes(b"x")
    assert located(tmp_path / "walk[1]%d*.mp4").path == tmp_path / "walk[1]%d*.mp4"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.mp4", "expected a video file, found no such file"),
        ("absent_*.png", "expected images, found no file of such a name"),
        ("absent_%04d.png", "expected images, found no file of such a name"),
        ("frames/*", "expected images, found frames/notes.txt among 4 files"),
        ("https://example.org/walk.mp4", "expected a file, found an address"),
        ("rtsp://192.0.2.1/camera", "expected a file, found an address"),
        ("concat:a.mp4|b.mp4", "expected a file, found an address"),
        ("pipe:0", "expected a file, found an address"),
        ("photo.heic", "expected a video, found a photo of an iPhone"),
    ],
)
def test_what_cannot_be_read_is_one_line(frames_folder, monkeypatch, name, message):
    monkeypatch.chdir(frames_folder.parent)
    (frames_folder.parent / "photo.heic").write_bytes(b"x")
    with pytest.raises(DataFormatError, match=message) as error:
        located(Path(name))
    assert str(error.value).startswith(name)
    assert error.value.hint


PLAYLISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
    "list.mp4": "\ufeff#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
    "list.txt": "ffconcat version 1.0\nfile {}\n",
    "list.ffconcat": "\n  ffconcat version 1.0\nfile {}\n",
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n{}",
    "late.sdp": "s=x\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n{}",
    "list.mpd": '<?xml version="1.0"?>\n<MPD profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">{}</MPD>',
    "late.mpd": '<!-- a -->\n<MPD profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">{}</MPD>',
}


@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize("name", PLAYLISTS)
def test_what_names_other_files_is_refused(tmp_path, write_video, monkeypatch, name, piped):
    """Not even a video beside it is opened."""
    video = write_video(tmp_path / "video.ts", codec="mpeg2video")
    (tmp_path / name).write_text(PLAYLISTS[name].format(video.name))
    monkeypatch.chdir(tmp_path)
    if piped:
        monkeypatch.setattr(
            sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO((tmp_path / name).read_bytes())))
        )
    with pytest.raises(DataFormatError) as error, opened_video("-" if piped else name):
        pass
    assert str(error.value).startswith("the pipe: " if piped else f"{name}: ")
    assert "\n" not in str(error.value)


def test_a_pipe_of_nobody_and_one_that_ends_at_once_are_told(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(DataFormatError, match="found a terminal"), opened_pipe(located("-")):
        pass
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(b""))))
    with pytest.raises(DataFormatError, match="ended before anything came"), opened_pipe(located("-")):
        pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_read_once(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    source = located(tmp_path / "fifo")
    assert source.is_pipe
    assert source.path == tmp_path / "fifo"


def test_titles_are_names_without_folders():
    assert located("-").title == "pipe"
    assert located(__file__).title == "test_sources.py"
