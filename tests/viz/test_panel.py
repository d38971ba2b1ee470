import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.viz.panel import Panel
from poselift.viz.stage import Stage


def _ink(panel: Panel, frame: int) -> np.ndarray:
    """Where the panel of a frame differs from the empty one, label aside."""
    differs = (panel.drawn(frame, "") != panel.background).any(axis=-1)
    return np.argwhere(differs)


@pytest.mark.parametrize("size_px", [(540, 960), (640, 360), (700, 1280)])
def test_the_figure_fills_the_panel_and_stays_inside(walk, size_px):
    panel = Panel.of(Stage.of(Scene.of(walk(50))), size_px)
    for frame in (0, 20, 49):
        ink = _ink(panel, frame)
        low, high = ink.min(axis=0), ink.max(axis=0)
        assert (low > 0).all()
        assert (high < np.array(size_px[::-1]) - 1).all()
        assert high[0] - low[0] > 0.6 * size_px[1]


def test_left_is_on_the_right_of_who_comes_towards_us(walk):
    image = Panel.of(Stage.of(Scene.of(walk(50, heading_deg=24))), (540, 960)).drawn(10, "").astype(int)
    blue = np.argwhere(image[..., 2] - image[..., 0] > 100)[:, 1]
    orange = np.argwhere(image[..., 0] - image[..., 2] > 100)[:, 1]
    assert orange.mean() < blue.mean()


def test_absent_and_filled_frames_look_and_read_differently(walk):
    valid, filled = np.array([True, False, True]), np.array([False, False, True])
    still = walk(1)
    clip = walk(3, valid=valid, filled=filled, joints_root_mm=np.repeat(still.joints_root_mm, 3, axis=0))
    panel = Panel.of(Stage.of(Scene.of(clip)), (540, 960))
    seen, absent, pale = (panel.drawn(frame, "").astype(int) for frame in range(3))
    note = slice(20, 65)
    empty = panel.background.astype(int)
    assert (seen[note] == empty[note]).all()
    assert (absent[note] != empty[note]).any()
    assert (pale[note] != absent[note]).any()
    assert (absent[70:] == empty[70:]).all()

    def strongest(image: np.ndarray) -> int:
        return int(np.ptp(image[70:], axis=-1).max())

    assert strongest(pale) < strongest(seen) - 50


def test_a_clip_with_nobody_has_a_panel(walk):
    panel = Panel.of(Stage.of(Scene.of(walk(4, valid=np.zeros(4, bool)))), (300, 400))
    assert panel.drawn(0, "frame 0").shape == (400, 300, 3)
