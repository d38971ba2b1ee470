"""What is printed may get lost, but never the work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from poselift.cli.streams import lasting_streams

FULL = Path("/dev/full")
PRINTS = """
import sys
from poselift.cli.streams import lasting_streams
with lasting_streams() as printed:
    for stream in (sys.stdout, sys.stderr):
        for number in range(3):
            print(number, "é", file=stream, flush=True)
    lost = printed.lost_because
open("lost.txt", "w").write(str(lost and lost.strerror))
"""


def prints(folder, unbuffered="", **streams) -> str:
    """Why the output of a process was lost; that it goes on to the end is demanded here."""
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered, "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, "-c", PRINTS], cwd=folder, env=environment, check=True, **streams)
    return (folder / "lost.txt").read_text()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_can_be_written_is(tmp_path, unbuffered):
    with open(tmp_path / "out", "wb") as out, open(tmp_path / "err", "wb") as err:
        assert prints(tmp_path, unbuffered, stdout=out, stderr=err) == "None"
    said = "".join(f"{number} é\n" for number in range(3))
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in ("out", "err")] == [said, said]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_gone_loses_nothing(tmp_path, unbuffered):
    read, write = os.pipe()
    os.close(read)
    assert prints(tmp_path, unbuffered, stdout=write, stderr=write) == "None"
    os.close(write)


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_remembered(tmp_path, unbuffered):
    with open(FULL, "wb") as full:
        assert prints(tmp_path, unbuffered, stdout=full, stderr=full) == "No space left on device"
        assert prints(tmp_path, unbuffered, stderr=full) == "None"


@pytest.mark.skipif(os.name == "nt", reason="closes streams as Unix does")
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path):
    program = """
import os
for number in (0, 1, 2):
    os.close(number)
from poselift.cli.streams import lasting_streams
with lasting_streams():
    print("nobody hears it")
    with open("result.txt", "w") as file:
        os.write(1, b"of a library")
        os.write(2, b"of a library")
        file.write(str(file.fileno() > 2))
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert (tmp_path / "result.txt").read_text() == "True"


def test_streams_are_as_before_afterwards():
    before = sys.stdout, sys.stderr
    with pytest.raises(ZeroDivisionError), lasting_streams():
        raise ZeroDivisionError
    assert (sys.stdout, sys.stderr) == before
