"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from typer.main import get_command

from poselift import Clip, load
from poselift.cli.main import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.S | re.M)
PAGES = [README, *((ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("reproduce-lcn", "add-your-own"))]
COMMANDS = [command for page in PAGES for command in re.findall(r"^poselift (.+?)(?:\s+#.*)?$", page, re.M)]


@pytest.fixture
def in_a_checkout(tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("in_a_checkout")
def test_lifting_a_video(capsys):
    block = BLOCKS[0]
    assert len([line for line in block.splitlines() if line]) <= 7, "six lines and the import"
    values: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), values)
    clip = values["clip"]
    assert isinstance(clip, Clip)
    assert clip.valid.mean() > 0.95
    assert load(Path("balance.npz")).main.skeleton.name == "body21"
    assert "(100, 21, 3)" in capsys.readouterr().out


@pytest.mark.usefixtures("in_a_checkout")
def test_lifting_keypoints():
    values: dict[str, object] = {}
    exec(compile(BLOCKS[1], "README.md", "exec"), values)
    lifted = values["lifted"]
    assert isinstance(lifted, Clip)
    assert lifted.joints_root_mm is not None
    assert np.isfinite(lifted.joints_root_mm).all()


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_and_flags_exist(command):
    group = get_command(app)
    words = shlex.split(command)
    while hasattr(group, "commands"):
        group = group.get_command(None, words.pop(0))  # some make their commands when asked for
    known = {flag for parameter in group.params for flag in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("-")} <= known


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert len(targets) > 5
    assert [t for t in targets if not (ROOT / t).exists()] == []
    assert len(README.splitlines()) <= 150
