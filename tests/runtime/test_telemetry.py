"""Nothing that poselift opens is reported to anybody."""

from __future__ import annotations

import os
import subprocess
import sys

# Where these are set, onnxruntime keeps quiet by itself.
QUIET = {"ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "CI"}
LIFT = "import poselift; poselift.Lifter()"


def test_onnxruntime_keeps_nothing_to_report(tmp_path):
    env = {key: value for key, value in os.environ.items() if key not in QUIET and not key.startswith("XDG_")}
    for name in ("HOME", "LOCALAPPDATA", "USERPROFILE"):
        env[name] = str(tmp_path)
    subprocess.run([sys.executable, "-c", LIFT], env=env, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_who_wants_to_report_may():
    read = "import poselift.runtime, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    for told, expected in ((None, "1"), ("0", "0")):
        env = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
        env |= {} if told is None else {"ORT_DISABLE_TELEMETRY": told}
        done = subprocess.run([sys.executable, "-c", read], env=env, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == expected
