"""A damaged file is read as a motion of finite joints, or told with its name and line; it never crashes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from poselift.data.readers.mocap import read_mocap
from poselift.errors import DataFormatError

CUTS, GARBLED, FLIPPED = 200, 160, 60
# What bad disks, other programs and other languages leave in place of a word.
GARBAGE = (
    "",
    "?",
    "nan",
    "-inf",
    "1e400",
    "1e300",
    "-1e12",
    "1e-300",
    "0",
    "-1",
    "7",
    "1,5",
    "0x1",
    "²",
    "9" * 5000,
    "1 2",
    "{",
    "}",
    "begin",
    "end",
    "MOTION",
    "End Site",
    "JOINT Hips",
    "CHANNELS",
    ":root",
    "root",
    "#",
    "head",
    "naïve",
    "\n",
    "\x00",
    "\x85",
)


@pytest.fixture(params=["cmu_bvh", "character_bvh", "asf", "amc"])
def damage(request, unchecked_shapes, person, write_bvh, write_amc):
    """(path, text, read): a sound file, and the clip or the error that reading gives with other bytes in it."""
    if request.param in ("asf", "amc"):
        motion = write_amc(person)
        path = motion if request.param == "amc" else motion.with_name("01.asf")
    else:
        path = motion = write_bvh(person, character=request.param == "character_bvh")

    def read(data: bytes):
        path.write_bytes(data)
        try:
            clip = read_mocap(motion)
        except DataFormatError as error:
            return error
        assert np.isfinite(clip.joints_world_mm).all()
        assert clip.joints_world_mm.shape == (len(clip.joints_world_mm), 17, 3)
        assert len(clip.joints_world_mm) > 0
        assert 0.05 < clip.fps < 20000
        return clip

    return path, path.read_text(), read


def assert_tells(error: DataFormatError, path: Path) -> None:
    """One line that names the file, a line of it if the text is at fault, what was expected and what was found."""
    message = str(error)
    assert "\n" not in message
    assert len(message) < 400 + len(str(path))
    assert re.match(rf"{re.escape(str(path.with_suffix('')))}|{re.escape(str(path.parent))}", message)
    assert "expected" in message
    assert "found" in message
    assert error.hint
    line = re.search(r", line (\d+):", message)
    if line and message.startswith(str(path)):
        assert 1 <= int(line[1]) <= path.read_bytes().count(b"\n") + 2


def test_cut_anywhere(damage):
    path, text, read = damage
    for end in np.linspace(0, len(text) - 1, CUTS).astype(int):
        result = read(text.encode()[:end])
        if isinstance(result, DataFormatError):
            assert_tells(result, path)
        else:
            # AMC says nowhere how many frames there are: one may be cut where a frame's last number is.
            last = text.rindex("\n", 0, len(text) - 1) if path.suffix != ".amc" else text[:end].rindex("\nrhand ")
            assert end >= last, f"cut at {end} of {len(text)}"


def test_lines_missing_or_twice(damage):
    path, text, read = damage
    lines = text.splitlines(keepends=True)
    for n in np.linspace(0, len(lines) - 1, CUTS // 8).astype(int):
        for changed in (lines[:n] + lines[n + 1 :], [*lines[:n], lines[n], *lines[n:]]):
            result = read("".join(changed).encode())
            if isinstance(result, DataFormatError):
                assert_tells(result, path)


def test_any_word_garbled(damage):
    path, text, read = damage
    rng = np.random.default_rng(1)
    words = [m.span() for m in re.finditer(r"\S+", text)]
    # Half of the words from the skeleton or the header, which numbers far outnumber.
    names = [span for span in words if not re.fullmatch(r"[-\d.]+", text[slice(*span)])]
    for n in range(GARBLED):
        start, end = (names if n % 2 else words)[rng.integers(len(names if n % 2 else words))]
        result = read((text[:start] + GARBAGE[n % len(GARBAGE)] + text[end:]).encode())
        if isinstance(result, DataFormatError):
            assert_tells(result, path)


def test_any_byte_flipped(damage):
    path, text, read = damage
    rng = np.random.default_rng(2)
    for _ in range(FLIPPED):
        data = bytearray(text.encode())
        data[rng.integers(len(data))] ^= int(rng.integers(1, 256))
        result = read(bytes(data))
        if isinstance(result, DataFormatError):
            assert_tells(result, path)


def test_a_number_that_would_overflow_is_told(unchecked_shapes, person, write_bvh, write_amc, broken):
    path = write_bvh(person)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), start=1) if "OFFSET" in text)
    broken(path, "OFFSET 0.000000000", "OFFSET 1e300")
    with pytest.raises(DataFormatError, match=f"line {line}: expected a number up to 1e\\+09, found '1e300'"):
        read_mocap(path)
    path = write_amc(person)
    broken(path.with_name("01.asf"), "position 0", "position -1e300")
    with pytest.raises(DataFormatError, match="expected a number up to 1e\\+09, found '-1e300'"):
        read_mocap(path)
