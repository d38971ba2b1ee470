"""What offends is noticed: otherwise the other tests here would say nothing."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

CALM = """
import multiprocessing, os, socket, subprocess, sys, tempfile

if __name__ == "__main__":
    os.mkdir("output/made")
    open("output/made/file", "w").write("x")
    os.rename("output/made/file", "output/made/other")
    os.makedirs(os.path.expanduser("~/.cache/poselift"), exist_ok=True)
    open(os.path.expanduser("~/.cache/poselift/precision.json"), "w").close()
    with tempfile.NamedTemporaryFile():
        pass
    open(__file__).read()
    socket.socketpair()
    subprocess.run([sys.executable, "-c", "pass"], stdout=subprocess.DEVNULL, check=True)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(abs, [-1]) == [1]
"""
OFFENDERS = {
    "socket(AF_INET": "import socket; socket.socket()",
    "socket(AF_INET6": "import socket; socket.socket(socket.AF_INET6)",
    "socket(AF_NETLINK": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "/etc/resolv.conf": "import socket\ntry: socket.getaddrinfo('example.org', 80)\nexcept OSError: pass",
    "/run/dbus": "import socket\ntry: socket.socket(socket.AF_UNIX).connect('/run/dbus/bus')\nexcept OSError: pass",
    "home/.config": "import os; os.mkdir(os.path.expanduser('~/.config'))",
    "home/.identity": "import os; open(os.path.expanduser('~/.identity'), 'w')",
    ".cache/other": "import os; open(os.path.expanduser('~/.cache/other'), 'w')",
    "/nowhere/file": "try: open('/nowhere/file', 'w')\nexcept OSError: pass",
    '"escaped"': "import os; os.rename('output', 'escaped')",
    "input": "import os; os.unlink('input')",
    "link": "import os; os.symlink('output', 'link')",
    "chmod(": "import os; os.chmod('input', 0o600)",
    "fchmod(": "import os; os.fchmod(os.open('input', os.O_RDONLY), 0o600)",
    "truncate(": "import os; os.truncate('input', 0)",
    "utime": "import os; os.utime('input')",
    "chdir(": "import os; os.chdir('/')",
    "other.pyc": "import os; open('output/../other.pyc', 'w')",
    "of a child": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'open(\"of a child\", \"w\")'])",
}


def test_what_stays_inside_is_no_offence(box):
    script = box.folder / "calm.py"
    script.write_text(CALM, encoding="utf-8")
    ended = box.watch(script)
    assert (ended.code, ended.err, ended.offences) == (0, "", [])


@pytest.mark.parametrize("sign", OFFENDERS)
def test_what_reaches_out_or_writes_elsewhere_is_one(box, sign):
    (box.folder / "input").write_text("x", encoding="utf-8")
    ended = box.watch("-c", OFFENDERS[sign])
    assert (ended.code, ended.err) == (0, "")
    assert ended.offences
    assert any(sign in offence for offence in ended.offences)


WITHOUT_END = """
import multiprocessing, time

if __name__ == "__main__":
    worker = multiprocessing.get_context("spawn").Process(target=time.sleep, args=[600])
    worker.start()
    open("output/worker", "w").write(str(worker.pid))
    worker.join()
"""


def test_what_does_not_end_is_ended_with_all_that_it_started(box):
    script = box.folder / "without_end.py"
    script.write_text(WITHOUT_END, encoding="utf-8")
    with pytest.raises(subprocess.TimeoutExpired):
        replace(box, limit_s=5).watch(script)
    worker = Path("/proc") / (box.output / "worker").read_text(encoding="utf-8") / "stat"
    while _lives(worker):  # it dies a moment later
        time.sleep(0.05)


def _lives(worker):
    try:
        return worker.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nobody_can_be_reached(box):
    code = "import socket, errno; print(socket.socket().connect_ex(('192.0.2.1', 9)) == errno.ENETUNREACH)"
    assert box.watch("-c", code).out == "True\n"


@pytest.mark.parametrize(
    "line",
    [
        'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"a service"}, 20) = 0',
        'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/systemd/resolve/io.systemd.Resolve"}, 42) = 0',
        r'sendto(3<socket:[1]>, "\2\0\0\0\r\0\0\0\6\0\0\0hosts\0", 18, MSG_NOSIGNAL, NULL, 0) = 18',
        'openat2(AT_FDCWD</there>, "x", {flags=O_WRONLY|O_CREAT, mode=0666}, 24) = 3',
        'rename("/there/output/x", "/there/x") = 0',
        "io_uring_setup(8, {flags=0}) = 3",
        "what nobody can read",
    ],
)
def test_rarer_offences_are_read_too(offences_in, line):
    work = Path("/there")
    assert offences_in([line], work, [work / "output"]) == [line]


@pytest.mark.parametrize(
    "line",
    [
        r'sendto(3<socket:[1]>, "\2\0\0\0\v\0\0\0\7\0\0\0passwd\0", 19, MSG_NOSIGNAL, NULL, 0) = 19',
        'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT',
        'unlinkat(3</there/output/a>, "b", 0) = 0',
        'symlink("/elsewhere", "output/link") = 0',
        'openat(AT_FDCWD</there>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3</etc/passwd>',
    ],
)
def test_rarer_calls_that_are_none(offences_in, line):
    work = Path("/there")
    assert offences_in([line], work, [work / "output"]) == []
