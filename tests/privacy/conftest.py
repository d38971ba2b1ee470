"""Programs run where there is no network, and the system calls by which they reach out or write files are read."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

# CI sets it, so that there these tests cannot be skipped by mistake.
REQUIRED = "POSELIFT_TRACE_REQUIRED"
# Programs get no other variables: onnxruntime keeps quiet by itself where some are set, and what libraries have set
# in this process, such as torch the place of its cache, is not what a user has.
KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")

# Calls that change what lies on a disk -> which of their paths they change.
CHANGES = {
    **dict.fromkeys(["creat", "mkdir", "mkdirat", "mknod", "mknodat", "unlink", "unlinkat", "rmdir"], slice(1)),
    **dict.fromkeys(["truncate", "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat"], slice(1)),
    **dict.fromkeys(["utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr"], slice(1)),
    **dict.fromkeys(["rename", "renameat", "renameat2"], slice(2)),
    **dict.fromkeys(["link", "linkat", "symlink", "symlinkat"], slice(-1, None)),
}
OPENS = ["open", "openat", "openat2"]
SENDS = ["sendto", "sendmsg", "sendmmsg"]
# After these a trace no longer says all.
BLINDING = ["chdir", "fchdir", "chroot", "mount", "io_uring_setup"]
TRACED = [*CHANGES, *OPENS, *SENDS, *BLINDING, "socket", "connect", "bind"]

_CALL = re.compile(r"(\w+)\((.*)")
_TO_WRITE = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b")
# A path, after the folder that it is relative to if strace names one; or an open file without a path.
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_OPEN_FILE = re.compile(r"\d+<([^>]*)>")
# The C library reads these to find the address of a name, and for nothing else.
_NAMES = {"/etc/hosts", "/etc/resolv.conf", "/etc/host.conf", "/etc/gai.conf"}
# A service of the machine: asked who a user is, it knows; asked for a host, it asks others.
_NSCD = {"/var/run/nscd/socket", "/run/nscd/socket"}
_DEVICES = {"/dev/null", "/dev/tty"}
# Where the C library keeps the locks that processes share while they run.
_LOCKS = "/dev/shm/sem."


def offences_in(lines: Iterable[str], folder: Path, may_write: Sequence[Path]) -> list[str]:
    """What a process that began in `folder` did to reach out of the machine or to write anywhere else.

    `lines` are those of `strace -y`. Whether a call succeeded does not count. Offences are: a socket that is not of
    the family AF_UNIX, or one of it to anybody but the data base of users or a process of its own; the files and
    services that know names of hosts; a file, folder or link made, opened to be written, renamed, deleted or changed.
    """
    return [
        line for line in lines if not (call := _CALL.match(line)) or _offends(call[1], call[2], folder, may_write)
    ]


def _offends(name: str, said: str, folder: Path, may_write: Sequence[Path]) -> bool:
    paths = [os.path.normpath(folder / where / path) for where, path in _PATH.findall(said)]
    if name in BLINDING:  # a new process of Python's goes to where the old one began
        return name != "chdir" or paths != [str(folder)]
    if name == "socket":
        return not said.startswith("AF_UNIX,")
    if name in SENDS:
        return r"hosts\0" in said
    if name in ("connect", "bind"):  # sun_path=@ has no place among the files
        known = bool(paths) and "sun_path=@" not in said
        return not known or not (_below(paths[0], may_write) or (name == "connect" and paths[0] in _NSCD))
    if name in OPENS and not _TO_WRITE.search(said):
        return paths[0] in _NAMES
    changed = paths[CHANGES.get(name, slice(1))] or _OPEN_FILE.findall(said)[:1]
    return not all(path in _DEVICES or path.startswith(_LOCKS) or _below(path, may_write) for path in changed)


def _below(path: str, folders: Sequence[Path]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


@dataclass(frozen=True)
class Watched:
    """How a program ended, and what it should not have done."""

    code: int
    out: str
    err: str
    offences: list[str]


@dataclass(frozen=True)
class Box:
    """Where a program is watched: it may write to `output`, `temporary` and poselift's own cache below `home`."""

    folder: Path
    tracer: list[str]
    limit_s: float = 120

    @property
    def output(self) -> Path:
        return self.folder / "output"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    @property
    def may_write(self) -> list[Path]:
        return [self.output, self.temporary, self.home / ".cache" / "poselift"]

    def watch(self, *words: object) -> Watched:
        """Run Python with these arguments, in a network of its own in which there is nobody."""
        env = {key: os.environ[key] for key in KEPT if key in os.environ}
        env |= {"HOME": str(self.home), "TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"}
        traces = Path(tempfile.mkdtemp(prefix="trace", dir=self.folder))
        call = [*self.tracer, "--output", traces / "of", sys.executable, *words]
        code, out, err = _ended(list(map(str, call)), self.folder, env, self.limit_s)
        texts = [trace.read_text(encoding="utf-8", errors="replace") for trace in sorted(traces.iterdir())]
        assert any("openat(" in text for text in texts), f"strace saw nothing: {err}"
        offences = [found for text in texts for found in offences_in(text.splitlines(), self.folder, self.may_write)]
        return Watched(code, out, err, offences)


def _ended(call: list[str], folder: Path, env: dict[str, str], limit_s: float) -> tuple[int, str, str]:
    """Run a program to its end, or to the limit: exit status and what it said. Nothing that it started goes on.

    What it says goes to files: a pipe stays open for as long as anything that it started lives.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = subprocess.Popen(
            call, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            code = started.wait(limit_s)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()
        out.seek(0)
        err.seek(0)
        return code, out.read(), err.read()


@pytest.fixture(name="offences_in")
def _offences_in() -> Callable[..., list[str]]:
    return offences_in


@pytest.fixture(scope="session")
def tracer() -> list[str]:
    """What to put before a command, or a reason why not."""
    strace = ["strace", "-ff", "-y", "-qq", "-e", "signal=none", "-e", "trace=" + ",".join(f"?{c}" for c in TRACED)]
    for namespace in (["unshare", "--map-root-user", "--net"], ["unshare", "--net"]):
        for fast in (["--seccomp-bpf"], []):
            found = [*namespace, *strace, *fast]
            if shutil.which("strace") and shutil.which("unshare") and _runs(found):
                return found
    reason = "needs Linux, strace, and the right to trace and to make a network namespace"
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)


def _runs(tracer: list[str]) -> bool:
    done = subprocess.run([*tracer, "true"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def box(tmp_path, tracer) -> Box:
    made = Box(tmp_path, tracer)
    for folder in (made.output, made.temporary, made.home / ".cache"):
        folder.mkdir(parents=True)
    return made
