"""docs/howto, done: every command of every page runs, in the order of the page."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from poselift.cli.main import app
from poselift.data.keypoints import KEYPOINTS
from poselift.data.scene_file import load
from poselift.export import EXPORTERS

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))
TEXTS = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a video, and with OpenPose's files of somebody who stands."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "balance.mp4", tmp_path / "walk.mp4")
    (tmp_path / "walk_json").mkdir()
    joints = [x for n in range(26) for x in (500 + 20 * (n % 3), 100 + 18 * n, 0.9)]
    for frame in range(8):
        people = [{"person_id": [-1], "pose_keypoints_2d": joints}]
        (tmp_path / "walk_json" / f"walk_{frame:06d}_keypoints.json").write_text(json.dumps({"people": people}))
    return tmp_path


@pytest.mark.parametrize("page", TEXTS)
def test_commands_run_in_their_order(page, folder):
    pytest.importorskip("ezc3d")
    commands = re.findall(r"^poselift .+$", TEXTS[page], re.M)
    assert commands
    for command in commands:
        words = shlex.split(command)[1:]
        quick = ["--no-overlay", "--every", "4"] if words[1] == "walk.mp4" else []
        ended = CliRunner().invoke(app, [*words, *quick])
        assert ended.exit_code == 0, (command, ended.output)
    assert len(load(folder / "walk" / "poses.npz")) == 1


def test_every_format_in_and_out_is_described():
    rows = "\n".join(line for line in TEXTS["keypoint-files"].splitlines() if line.startswith("|"))
    assert [name for name in KEYPOINTS if f"`{name}`" not in rows] == []
    formats = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [ending for ending in EXPORTERS if f"`.{ending}`" not in formats] == []
