"""onnxruntime reports nothing to its maker, unless the user says that it may."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from poselift.telemetry import SWITCHES

# Where these are set, onnxruntime keeps quiet by itself.
QUIET = {*SWITCHES, "ORT_RUNNING_UNIT_TESTS", "CI", "GITHUB_ACTIONS", "TF_BUILD"}
LIFTER = "import poselift; poselift.Lifter()"
IN_A_WORKER = f"""
import multiprocessing

def work():
    {LIFTER}

if __name__ == "__main__":
    import poselift
    worker = multiprocessing.get_context("spawn").Process(target=work)
    worker.start()
    worker.join()
    assert worker.exitcode == 0
"""


@pytest.fixture
def run(tmp_path):
    """Run Python code as a user would whose home is `home`: what it wrote there, and its lines on stderr."""
    home = tmp_path / "home"
    home.mkdir()

    def ended(code, **told):
        env = {key: value for key, value in os.environ.items() if key not in QUIET and not key.startswith("XDG_")}
        env |= told | dict.fromkeys(("HOME", "LOCALAPPDATA", "USERPROFILE"), str(home))
        script = tmp_path / "script.py"
        script.write_text(code, encoding="utf-8")
        done = subprocess.run([sys.executable, script], env=env, check=True, capture_output=True, text=True)
        return [path.name for path in home.rglob("*") if path.is_file()], done.stderr.splitlines()

    return ended


@pytest.mark.parametrize(
    "code",
    [
        LIFTER,
        IN_A_WORKER,
        "import poselift, onnxruntime",  # the user's own use of it comes after poselift
    ],
)
@pytest.mark.parametrize("told", [{}, {SWITCHES[0]: ""}, {SWITCHES[1]: "1"}, {SWITCHES[0]: "Yes"}])
def test_nothing_is_kept_to_be_reported_and_nothing_said(run, code, told):
    assert run(code, **told) == ([], [])


# The real one would report.
STAND_IN = """
import os, sys, types
calls = []
sys.modules["onnxruntime"] = types.SimpleNamespace(
    __version__="1.32.0", disable_telemetry_events=lambda: calls.append("silenced")
)
"""


@pytest.mark.parametrize("told", [{SWITCHES[0]: "0"}, {SWITCHES[0]: "off"}, {SWITCHES[1]: "0"}])
def test_who_wants_to_report_may_and_is_told_once_where_onnxruntime_is_used(run, told):
    unchanged = f"assert {{n: os.environ[n] for n in {SWITCHES!r} if n in os.environ}} == {told!r}"
    assert run(f"{STAND_IN}\nimport poselift\n{unchanged}\nassert calls == []", **told) == ([], [])
    kept, (said,) = run(f"{STAND_IN}\nimport poselift.runtime\nimport poselift.runtime", **told)
    assert kept == []
    assert "may report" in said
    assert "ORT_DISABLE_TELEMETRY" in said


def test_if_onnxruntime_came_first_it_is_silenced_and_the_user_told(run):
    """The first event is noted at its import, which nobody can take back."""
    (said,) = run(f"{STAND_IN}\nimport poselift\nassert calls == ['silenced']")[1]
    assert "imported before poselift" in said


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (STAND_IN, {SWITCHES[0]: "1"}),  # and has been quiet from the beginning
        (STAND_IN.replace("1.32.0", "1.28.0"), {}),  # and does not report yet
    ],
)
def test_a_quiet_onnxruntime_that_came_first_needs_no_word(run, code, told):
    assert run(f"{code}\nimport poselift\nassert calls == []", **told) == ([], [])
