"""What the help of `poselift lift` lists."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.scene_file import load
from poselift.detect import DETECTORS
from poselift.lifting.smoothing import SMOOTHERS
from poselift.tracking.who import PERSON_RULES


def test_the_tables_are_what_help_lists(poselift):
    said = " ".join(" ".join(poselift("lift", "--help").out).replace("│", " ").split())
    for table in (DETECTORS, SMOOTHERS, PERSON_RULES):
        assert ", ".join(table) in said


@pytest.fixture
def lifted(poselift, write_video, fake_detector, someone, tiny_model, tmp_path, monkeypatch):
    """Run the command with flags on a video of somebody who is seen whenever it is looked."""
    video = write_video(tmp_path / "walk.mp4", fps=25, frames=20)
    monkeypatch.setattr("poselift.detect.blazepose.full", lambda: fake_detector(lambda frame: [someone()]))
    plain = ["--model", tiny_model, "--no-overlay", "--no-viewer", "--overwrite", "--max-gap", "0"]
    return lambda *flags: poselift("lift", video, "-o", tmp_path / "out", *plain, *flags)


@pytest.mark.parametrize("flags", [["--every", "5"], ["--fps", "5"]])
def test_frames_that_are_not_looked_at_are_filled(lifted, tmp_path, flags):
    for how, looked_at in (([], range(20)), (flags, [0, 5, 10, 15, 19])):
        assert lifted(*how).code == 0
        clip = load(tmp_path / "out" / "poses.npz").main
        assert clip.valid.all()
        assert np.flatnonzero(~clip.filled).tolist() == list(looked_at)


def test_frames_are_chosen_in_one_way(lifted):
    ended = lifted("--every", "2", "--fps", "5")
    assert ended.code == 2
    assert [line.partition(": ")[0] for line in ended.err] == ["error", "hint"]
    assert "expected --every or --fps, got both" in ended.err[0]
