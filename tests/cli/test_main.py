"""The command line as a whole: help, mistakes, interruptions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from poselift import __version__
from poselift.cli.main import main
from poselift.errors import DataFormatError, NoPersonError

FULL = Path("/dev/full")
COMMANDS = ["lift", "view", "prepare", "train", "evaluate", "export", "convert"]
HEAVY = {"numpy", "torch", "mediapipe", "aggdraw", "onnxruntime", "av", "matplotlib", "pydantic", "onnx", "scipy"}


@pytest.mark.parametrize("words", [[], ["--help"]])
def test_help_lists_the_commands(poselift, words):
    ended = poselift(*words)
    assert ended.code == 0
    assert ended.err == []
    for command in COMMANDS:
        assert any(command in line.split() for line in ended.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(poselift, command):
    ended = poselift(command, "--help")
    assert ended.code == 0
    assert any(f"poselift {command}" in line for line in ended.out)


def test_a_group_alone_shows_its_commands(poselift):
    ended = poselift("prepare")
    assert ended.code == 2
    assert any("mocap" in line for line in ended.out + ended.err)
    assert not any(line.startswith("error") for line in ended.err)


def test_the_version(poselift):
    assert poselift("--version") == (0, [f"poselift {__version__}"], [])


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["nonsense"], "nonsense", "poselift --help"),
        (["--nonsense"], "--nonsense", "poselift --help"),
        (["lift"], "source", "poselift lift --help"),
        (["lift", "a.mp4"], "--output", "poselift lift --help"),
        (["lift", "a.mp4", "-o", "b", "--nonsense"], "--nonsense", "poselift lift --help"),
        (["lift", "a.mp4", "-o", "b", "--cutoff-hz", "much"], "--cutoff-hz", "poselift lift --help"),
        (["prepare", "nonsense"], "nonsense", "poselift prepare --help"),
    ],
)
def test_a_wrong_word_is_one_line_and_a_hint(poselift, words, message, hint):
    ended = poselift(*words)
    assert ended.code == 2
    assert ended.out == []
    assert [line.partition(":")[0] for line in ended.err] == ["error", "hint"]
    assert message in ended.err[0].lower()
    assert ended.err[1] == f"hint: {hint}"


@pytest.fixture
def viewing(monkeypatch):
    """Let `poselift view` do something else."""

    def instead(act):
        monkeypatch.setattr("poselift.data.scene_file.load", lambda path: act())

    return instead


def raising(error):
    def act():
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DataFormatError("a.npz: expected this", "do that"), 2, ["error: a.npz: expected this", "hint: do that"]),
        (DataFormatError("a.npz: expected\n this"), 2, ["error: a.npz: expected this"]),
        (NoPersonError("nobody", "look"), 3, ["error: nobody", "hint: look"]),
    ],
)
def test_errors_of_ours_are_a_line_a_hint_and_a_code(poselift, viewing, error, code, said):
    viewing(raising(error))
    assert poselift("view", "a.npz") == (code, [], said)


def test_a_defect_keeps_its_traceback(viewing, monkeypatch):
    viewing(raising(ZeroDivisionError()))
    monkeypatch.setattr(sys, "argv", ["poselift", "view", "a.npz"])
    with pytest.raises(ZeroDivisionError):
        main()


def test_ctrl_c_ends_with_a_word_and_130(poselift, viewing):
    viewing(lambda: signal.raise_signal(signal.SIGINT))
    ended = poselift("view", "a.npz")
    assert ended.code == 130
    assert ended.err == ["interrupted: no half-written file is left"]


PRINTING = [["--help"], ["--version"], ["recipe"], ["train", "--help"]]


def run(*words, **streams) -> subprocess.CompletedProcess:
    """A command in a process of its own."""
    code = "from poselift.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], check=False, **streams)


@pytest.mark.parametrize("words", PRINTING)
def test_who_stops_reading_hears_no_more(words):
    read, write = os.pipe()
    os.close(read)
    done = run(*words, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", PRINTING)
def test_a_full_disk_is_one_line_and_a_hint(words):
    with open(FULL, "wb") as full:
        done = run(*words, stdout=full, stderr=subprocess.PIPE, text=True)
        assert run("nonsense", stderr=full).returncode == 2
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: standard output: cannot be written (No space left on device)",
        "hint: free some space or choose another place",
    ]


STARTED = """
import json, sys
sys.argv = ["poselift", "--help"]
from poselift.cli.main import main
try:
    main()
except SystemExit:
    print(json.dumps(sorted(sys.modules)))
"""


def test_help_loads_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    assert not {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])} & HEAVY


RECIPE = str(Path(__file__).parents[2] / "recipes" / "frame.toml")


@pytest.mark.parametrize(
    ("words", "package", "extra"),
    [
        (["train", RECIPE], "torch", "train"),
        (["train", RECIPE], "lightning_fabric", "train"),
        (["export", "a.safetensors"], "torch", "train"),
        (["convert", "lcn-pose", "a.npz", "-o", "b.safetensors"], "torch", "train"),
        (["lift", __file__, "-o", "out"], "av", "video"),
    ],
)
def test_an_extra_that_is_not_installed_is_named(tmp_path, words, package, extra):
    program = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv[1:] = {words!r};"
        "from poselift.cli.main import main; main()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 2
    error, hint = ended.stderr.splitlines()
    assert error.startswith("error: ")
    assert error.endswith("is not installed")
    assert hint == f"hint: pip install 'poselift[{extra}]'"


def test_a_missing_package_that_no_extra_brings_is_a_defect(viewing, monkeypatch):
    viewing(raising(ModuleNotFoundError("No module named 'nowhere'", name="nowhere")))
    monkeypatch.setattr(sys, "argv", ["poselift", "view", "a.npz"])
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        main()
