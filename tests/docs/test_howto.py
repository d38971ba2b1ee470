"""docs/howto, done: every command of every page runs, in the order of the page."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

from poselift.cli.main import app
from poselift.data.keypoints import KEYPOINTS
from poselift.data.scene_file import load
from poselift.export import EXPORTERS

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))
TEXTS = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}


OPENCV_YAML = """%YAML:1.0
image_width: 1080
image_height: 1920
camera_matrix: !!opencv-matrix
   rows: 3
   cols: 3
   dt: d
   data: [ 1700., 0., 540., 0., 1700., 960., 0., 0., 1. ]
distortion_coefficients: !!opencv-matrix
   rows: 1
   cols: 5
   dt: d
   data: [ 0., 0., 0., 0., 0. ]
"""


def camera(heading_rad):
    """One that looks at a place 4 m ahead from the side: two of them see the same video as people of some depth."""
    return {
        "size": [1080, 1920],
        "matrix": [[1700.0, 0.0, 540.0], [0.0, 1700.0, 960.0], [0.0, 0.0, 1.0]],
        "distortions": [0.0, 0.0, 0.0, 0.0],
        "rotation": [0.0, heading_rad, 0.0],
        "translation": [0.0, 0.0, 4.0],
    }


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a video, and with OpenPose's files of somebody who stands."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "balance.mp4", tmp_path / "walk.mp4")
    (tmp_path / "walk_json").mkdir()
    for name in ("cam1.mp4", "cam2.mp4"):
        (tmp_path / name).symlink_to(tmp_path / "walk.mp4")
    (tmp_path / "calib.toml").write_text(tomli_w.dumps({"cam1": camera(-0.125), "cam2": camera(0.125)}))
    (tmp_path / "lens.yml").write_text(OPENCV_YAML)
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
        quick = ["--no-overlay", "--every", "4"] if words[1].endswith(".mp4") else []
        ended = CliRunner().invoke(app, [*words, *quick])
        assert ended.exit_code == 0, (command, ended.output)
    assert len(load(folder / "walk" / "poses.npz")) == 1


def test_every_format_in_and_out_is_described():
    rows = "\n".join(line for line in TEXTS["keypoint-files"].splitlines() if line.startswith("|"))
    assert [name for name in KEYPOINTS if f"`{name}`" not in rows] == []
    formats = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [ending for ending in EXPORTERS if f"`.{ending}`" not in formats] == []
