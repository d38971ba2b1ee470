"""The overlay of `poselift lift` is drawn until that fails, and lifting goes on."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.cli.lift_overlay import overlay_of
from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.detect.frames import VideoInfo, read_frames
from poselift.detect.picture import Picture
from poselift.errors import ExternalToolError
from poselift.skeleton import H36M_17

pytest.importorskip("av")
pytest.importorskip("aggdraw")
INFO = VideoInfo((64, 48), 25.0, 4)


@pytest.fixture
def piece(someone):
    joints_px = np.stack([someone(20 + frame).joints_px for frame in range(4)])
    joints_root_mm = np.random.default_rng(0).normal(0, 300, (4, 17, 3))
    return Scene.of(Clip(H36M_17, 25, joints_px, joints_root_mm=joints_root_mm, size_px=(64, 48)))


def picture():
    return Picture.of(np.full((48, 64, 3), 90, dtype=np.uint8))


def test_pictures_are_kept_small_and_drawn(tmp_path, piece):
    with overlay_of(INFO, tmp_path / "overlay.mp4") as drawing:
        kept = [drawing.kept(picture()) for _ in range(4)]
        assert all(each.i420.dtype == np.uint8 for each in kept)
        assert all(each.i420.ndim == 2 for each in kept)
        drawing.write(kept, piece)
    assert len(list(read_frames(tmp_path / "overlay.mp4"))) == 4


def test_without_a_video_there_is_nothing_to_draw_on(tmp_path):
    with overlay_of(None, tmp_path / "overlay.mp4") as drawing:
        assert drawing is None
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_told_when_all_else_is_done(tmp_path, piece, monkeypatch):
    def failing(*args):
        raise ExternalToolError("FFmpeg cannot encode")

    monkeypatch.setattr("poselift.viz.director.Director.shot", failing)
    reached = []

    def draw():
        with overlay_of(INFO, tmp_path / "overlay.mp4") as drawing:
            for _ in range(2):
                drawing.write([drawing.kept(picture()) for _ in range(4)], piece)
            reached.append("the end")

    with pytest.raises(ExternalToolError, match="FFmpeg cannot encode"):
        draw()
    assert reached == ["the end"]
    assert list(tmp_path.iterdir()) == []
