"""Where a video comes from: a file, a pipe, or images that are its frames. Never from an address."""

from __future__ import annotations

import glob
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from poselift.errors import DataFormatError

PIPE = "-"
# What FFmpeg reads as pictures, one to a file.
IMAGE_ENDINGS = frozenset(
    f".{name}" for name in "jpg jpeg jpe png bmp tif tiff webp ppm pgm pbm pnm tga jp2 j2k exr dpx".split()
)
# Photos in tiles, of which FFmpeg gives the first as if it were all.
_TILED = (".heic", ".heif")

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(/|.*[|,!])")
_NUMBER = re.compile(r"%(0\d+)?d")
# Texts that name other files or addresses, which FFmpeg would follow.
_PLAYLISTS = {
    b"#EXTM3U": "a playlist (HLS)",
    b"ffconcat version": "a playlist (FFmpeg's concat)",
    b"v=0": "the description of a stream on the network (SDP)",
    b"<?xml": "a text that names other files (XML)",
    b"<MPD": "a playlist (DASH)",
    b"[playlist]": "a playlist",
}
PLAYLIST_FORMATS = frozenset({"concat", "hls", "dash", "sdp", "rtsp", "imf", "webm_dash_manifest"})
_PLAYLIST_HINT = "name the video itself; nothing that another file or address names is opened"


@dataclass(frozen=True)
class Source:
    """What a user named, and what it turned out to be.

    Attributes:
        name: as the user wrote it, for messages.
        path: the file to read; of a pipe, the one that is it, or None for what comes in.
        is_pipe: it can be read once, from beginning to end.
        images: the frames, if each is a file of its own.
    """

    name: str
    path: Path | None = None
    is_pipe: bool = False
    images: tuple[Path, ...] = ()

    @property
    def title(self) -> str:
        """Its name for people, without folders."""
        if self.path is None and not self.images:
            return "pipe"
        return Path(self.name).name.encode(errors="replace").decode()  # what is no text in it becomes "?"


def located(source: Path | str) -> Source:
    """What a source is: `-` for what is piped in, a file, a folder of images, or a pattern such as `frames/*.png` or
    `img_%04d.jpg`.

    Raises:
        DataFormatError: it is an address, there is nothing, it is empty, or no pattern of images.
    """
    name = str(source)
    if name == PIPE:
        return Source("the pipe", is_pipe=True)
    path = Path(source)
    if path.is_dir():
        return Source(name, images=_in_folder(path))
    if path.exists() and stat.S_ISFIFO(path.stat().st_mode):
        return Source(name, path, is_pipe=True)
    if path.is_file():
        return _file(name, path)
    address = _ADDRESS.match(name)
    if address or name.startswith("pipe:"):
        shown = re.sub(r"^([\w+.-]+:/)(?=[^/])", r"\1/", name)  # a path has no two slashes
        raise DataFormatError(
            f"{shown}: expected a file, found an address", "download the video first, or pipe it in and name '-'"
        )
    if _NUMBER.search(path.name):
        return Source(name, images=_numbered(path))
    if any(sign in name for sign in "*?["):
        return Source(name, images=_matching(name))
    found = "neither a file nor a folder" if path.exists() else "no such file"
    raise DataFormatError(f"{name}: expected a video file, found {found}", "check the path")


def _file(name: str, path: Path) -> Source:
    if path.stat().st_size == 0:
        raise DataFormatError(f"{name}: the file is empty", "copy the video again")
    ending = path.suffix.lower()
    if ending in _TILED:
        raise DataFormatError(f"{name}: expected a video, found a photo of an iPhone", "export it as .jpg")
    if ending in IMAGE_ENDINGS:
        return Source(name, images=(path,))
    return Source(name, path)


def _in_folder(folder: Path) -> tuple[Path, ...]:
    files = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    images = [path for path in files if path.suffix.lower() in IMAGE_ENDINGS]
    if not images:
        found = f"{len(files)} files, none of them an image" if files else "an empty folder"
        raise DataFormatError(
            f"{folder}: expected a video file or a folder of images, found {found}",
            f"name one of them, such as {min(files)}" if files else "check the path",
        )
    return _in_order(images)


def _numbered(path: Path) -> tuple[Path, ...]:
    """The files that fit a name such as img_%04d.jpg."""
    before, number, after = _split_at_number(path.name)
    digits = rf"\d{{{int(number[1:-1])},}}" if number[1:-1] else r"\d+"
    fits = re.compile(re.escape(before) + digits + re.escape(after))
    there = list(path.parent.iterdir()) if path.parent.is_dir() else []
    return _in_order(_only_images(str(path), [file for file in there if fits.fullmatch(file.name)]))


def _split_at_number(name: str) -> tuple[str, str, str]:
    number = _NUMBER.search(name)
    assert number is not None
    return name[: number.start()], number[0], name[number.end() :]


def _matching(pattern: str) -> tuple[Path, ...]:
    return _in_order(_only_images(pattern, [Path(found) for found in glob.glob(pattern) if Path(found).is_file()]))


def _only_images(pattern: str, files: list[Path]) -> list[Path]:
    if not files:
        raise DataFormatError(f"{pattern}: expected images, found no file of such a name", "check the pattern")
    other = next((file for file in files if file.suffix.lower() not in IMAGE_ENDINGS), None)
    if other is not None:
        raise DataFormatError(
            f"{pattern}: expected images, found {other} among {len(files)} files", "lift videos one by one"
        )
    return files


def _in_order(images: list[Path]) -> tuple[Path, ...]:
    """By name, numbers in it as numbers: img_9 comes before img_10."""

    def parts(path: Path) -> list[tuple[bool, int, str]]:
        found = re.findall(r"\d+|\D+", path.name)
        return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in found]

    return tuple(sorted(images, key=parts))


@contextmanager
def opened_pipe(source: Source) -> Iterator[IO[bytes]]:
    """The bytes that come through a pipe.

    Raises:
        DataFormatError: nobody pipes anything in, or not a video.
    """
    if source.path is not None:
        with open(source.path, "rb") as pipe:
            yield _not_a_playlist(source, pipe)
        return
    if sys.stdin is None or sys.stdin.isatty():
        raise DataFormatError(
            "the pipe: expected a video, found a terminal",
            "pipe one in: ffmpeg -i IN -f matroska - | poselift lift -",
        )
    yield _not_a_playlist(source, sys.stdin.buffer)


def _not_a_playlist(source: Source, pipe: IO[bytes]) -> IO[bytes]:
    peek = getattr(pipe, "peek", None)
    if peek is not None:
        head = peek(64)
        if not head:
            raise DataFormatError(f"{source.name}: ended before anything came", "check the command that writes to it")
        refuse_playlist(source.name, head)
    return pipe


def refuse_playlist(name: str, head: bytes) -> None:
    """Raise if a file that begins like this names other files or addresses, which FFmpeg would open.

    Raises:
        DataFormatError: it does.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, what in _PLAYLISTS.items():
        if text.startswith(beginning):
            raise DataFormatError(f"{name}: expected a video, found {what}", _PLAYLIST_HINT)
