"""Every command ends in what it was asked for, or in one line and a hint."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from poselift import __version__
from poselift.cli import lift
from poselift.cli.main import app
from poselift.errors import DataFormatError, NoPersonError, OutputError

COMMANDS = ("lift", "view", "prepare", "train", "evaluate", "export")
AS_A_USER = [sys.executable, "-c", "from poselift.cli.main import main; main()"]


@pytest.fixture
def failing(monkeypatch):
    """Let `poselift lift` fail with an error."""

    def fail_with(error: BaseException) -> None:
        def raised(*_):
            raise error

        monkeypatch.setattr(lift, "_check_numbers", raised)

    return fail_with


def test_the_version_is_told(run):
    assert run("--version") == (0, f"poselift {__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_help_lists_every_command(run, arguments):
    ended = run(*arguments)
    assert ended.code == 0
    assert all(name in ended.out for name in COMMANDS)


def test_the_table_of_commands_is_complete():
    named = {command.name for command in app.registered_commands} | {g.name for g in app.registered_groups}
    assert named == set(COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "prepare mocap"])
def test_every_command_explains_itself(run, command):
    ended = run(*command.split(), "--help")
    assert ended.code == 0
    assert f"Usage: poselift {command}" in ended.out


def test_help_comes_at_once():
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run([*AS_A_USER, "--help"], check=True, capture_output=True)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.7


@pytest.mark.parametrize(
    ("arguments", "message", "asks"),
    [
        (("lfit",), "lfit", "poselift --help"),
        (("lift", "a.mp4"), "--output", "poselift lift --help"),
        (("lift", "a.mp4", "-o", "x", "--colour"), "--colour", "poselift lift --help"),
        (("lift", "a.mp4", "-o", "x", "--max-gap", "long"), "--max-gap", "poselift lift --help"),
    ],
)
def test_wrong_usage_ends_in_one_line_and_a_hint(run, arguments, message, asks):
    code, _, err = run(*arguments)
    error, hint = err.splitlines()
    assert code == 2
    assert error.startswith("error: ")
    assert message in error
    assert hint == f"hint: {asks}"


@pytest.mark.parametrize(
    ("error", "code"),
    [(DataFormatError("a.mp4: odd", "mend it"), 2), (OutputError("b: full", ""), 2), (NoPersonError("c", "d"), 3)],
)
def test_a_mistake_of_the_user_ends_in_its_line_hint_and_code(run, failing, error, code):
    failing(error)
    ended = run("lift", "a.mp4", "-o", "x")
    expected = [f"error: {error}"] + ([f"hint: {error.hint}"] if error.hint else [])
    assert ended.code == code
    assert ended.err.splitlines() == expected


def test_a_message_of_several_lines_becomes_one(run, failing):
    failing(DataFormatError("first\n  second"))
    assert run("lift", "a.mp4", "-o", "x").err == "error: first second\n"


def test_a_defect_of_ours_keeps_its_traceback(run, failing):
    failing(ZeroDivisionError("oops"))
    with pytest.raises(ZeroDivisionError):
        run("lift", "a.mp4", "-o", "x")


def test_ctrl_c_is_told_in_one_line(run, failing):
    failing(KeyboardInterrupt())
    ended = run("lift", "a.mp4", "-o", "x")
    assert ended.code == 130
    assert ended.err == "interrupted: no half-written file is left\n"


def test_a_pipe_gets_no_colours():
    ended = subprocess.run([*AS_A_USER, "lfit"], capture_output=True, text=True)
    assert ended.returncode == 2
    assert "\x1b" not in ended.stderr
