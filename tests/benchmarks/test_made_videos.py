"""Videos made of another one."""

from __future__ import annotations

import made_videos
import numpy as np
import pytest

pytest.importorskip("av")

from poselift.detect.frames import read_frames, video_info


@pytest.fixture
def video(tmp_path, write_video):
    return write_video(tmp_path / "grey.mp4", frames=5, fps=25, size_px=(64, 48))


def test_a_video_again_and_again(tmp_path, video):
    longer = made_videos.repeated(video, 3, tmp_path / "longer.mp4")
    once, thrice = (np.stack(list(read_frames(path))) for path in (video, longer))
    np.testing.assert_array_equal(thrice, np.concatenate([once] * 3))
    assert video_info(longer).fps == pytest.approx(25)


def test_a_larger_video_shows_the_same(tmp_path, video):
    larger = made_videos.enlarged(video, 2, tmp_path / "larger.mp4")
    assert video_info(larger).size_px == (128, 96)
    for small, large in zip(read_frames(video), read_frames(larger), strict=True):
        assert abs(small.mean() - large.mean()) < 4
