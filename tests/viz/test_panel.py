import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.joint_status import FILLED, GUESSED, SEEN
from poselift.data.scene import Scene, Track
from poselift.viz.colours import PERSON_RGB, SIDE_RGB
from poselift.viz.director import Director, Shot
from poselift.viz.panel import Panel
from poselift.viz.raster import Raster, rgb_to_i420


def _shot(scene: Scene | Clip, size_px: tuple[int, int]) -> Shot:
    return Director(size_px).shot(Scene.of(scene))


def _image(shot: Shot, frame: int, label: str = "") -> np.ndarray:
    width, height = shot.views[frame].size_px
    raster = Raster.of_rgb(np.empty((height, width, 3), np.uint8))
    Panel("rgb").draw(raster, shot, frame, label)
    return raster.rgb()


def _empty(shot: Shot) -> np.ndarray:
    return Panel("rgb").floor(shot.views[0]).rgb()


def _ink(shot: Shot, frame: int) -> np.ndarray:
    """Where the panel of a frame differs from the empty one, label aside."""
    return np.argwhere((_image(shot, frame) != _empty(shot)).any(axis=-1))


@pytest.mark.parametrize("size_px", [(540, 960), (640, 360), (700, 1280)])
def test_the_figure_fills_the_panel_and_stays_inside(walk, size_px):
    shot = _shot(walk(50), size_px)
    for frame in (0, 20, 49):
        ink = _ink(shot, frame)
        low, high = ink.min(axis=0), ink.max(axis=0)
        assert (low > 0).all()
        assert (high < np.array(size_px[::-1]) - 1).all()
        assert high[0] - low[0] > 0.6 * size_px[1]


def test_left_is_on_the_right_of_who_comes_towards_us(walk):
    image = _image(_shot(walk(50, heading_deg=24), (540, 960)), 10).astype(int)
    blue = np.argwhere(image[..., 2] - image[..., 0] > 100)[:, 1]
    orange = np.argwhere(image[..., 0] - image[..., 2] > 100)[:, 1]
    assert orange.mean() < blue.mean()


def test_absent_and_filled_frames_look_and_read_differently(walk):
    valid, filled = np.array([True, False, True]), np.array([False, False, True])
    still = walk(1)
    clip = walk(3, valid=valid, filled=filled, joints_root_mm=np.repeat(still.joints_root_mm, 3, axis=0))
    shot = _shot(clip, (540, 960))
    seen, absent, pale = (_image(shot, frame).astype(int) for frame in range(3))
    note = slice(20, 65)
    empty = _empty(shot).astype(int)
    assert (seen[note] == empty[note]).all()
    assert (absent[note] != empty[note]).any()
    assert (pale[note] != absent[note]).any()
    assert (absent[70:] == empty[70:]).all()

    def strongest(image: np.ndarray) -> int:
        return int(np.ptp(image[70:], axis=-1).max())

    assert strongest(pale) < strongest(seen) - 50


def test_legs_that_nobody_saw_are_not_drawn_like_legs_that_somebody_saw(walk):
    clip = walk(1)
    legs = [joint.endswith(("knee", "ankle")) for joint in clip.skeleton.joints]
    images = []
    for status in (SEEN, FILLED, GUESSED):
        statuses = np.where(legs, status, SEEN).astype(np.uint8)[None]
        images.append(_image(_shot(clip.replaced(joint_status=statuses), (540, 960)), 0).astype(int))
    legs_of, head_of = (slice(560, 800), slice(70, 250))
    strong = [int(np.ptp(image[legs_of], axis=-1).max()) for image in images]
    assert strong[0] > strong[1] + 50
    assert strong[1] >= strong[2]
    assert (images[1][legs_of] != images[2][legs_of]).any()
    assert all((image[head_of] == images[0][head_of]).all() for image in images)


def test_a_clip_with_nobody_has_a_panel(walk):
    shot = _shot(walk(4, valid=np.zeros(4, bool)), (300, 400))
    assert _image(shot, 0, "frame 0").shape == (400, 300, 3)


def _near(image: np.ndarray, rgb: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere(np.abs(image.astype(int) - rgb).max(axis=-1) < 12)


def test_several_people_have_their_hues_and_ids_and_stand_apart(pair):
    shot = _shot(pair(first=20), (700, 1000))
    alone, both = _image(shot, 10), _image(shot, 30)
    one, other = (_near(both, PERSON_RGB[hue]["middle"]) for hue in (0, 1))
    assert min(len(one), len(other)) > 200
    assert other[:, 1].mean() < one[:, 1].mean(), "7 walks on the left of 1"
    assert len(_near(alone, PERSON_RGB[0]["middle"])) > 200
    assert len(_near(alone, PERSON_RGB[1]["middle"])) == 0
    assert len(_near(both, SIDE_RGB["left"])) == 0


def test_who_is_nearer_covers_who_is_farther(walk):
    still = walk(1)
    for nearer, farther in ((0, 1), (1, 0)):
        away = still.replaced(root_cam_mm=still.root_cam_mm + np.array([0, 0, 600.0]))
        tracks = tuple(Track(n + 1, 0, away if n == farther else still) for n in (0, 1))
        scene = Scene.of(still).replaced(tracks=tracks)
        image = _image(_shot(scene, (500, 500)), 0)
        found = [len(_near(image, PERSON_RGB[n]["left"])) for n in (0, 1)]
        assert found[nearer] > found[farther]


def test_only_the_ids_of_the_filled_are_named(pair, monkeypatch):
    texts = []
    monkeypatch.setattr("poselift.viz.panel.draw_text", lambda canvas, text, at_px, **_: texts.append(text))
    filled = np.arange(60) == 5
    shot = _shot(pair(filled=filled), (300, 300))
    _image(shot, 4, "label")
    _image(shot, 5, "label")
    assert texts == ["label", "", "label", "filled: 7"]


def test_one_who_is_far_away_makes_nobody_a_dot(pair):
    def height(root_cam_mm: np.ndarray) -> float:
        shot = _shot(pair(root_cam_mm=root_cam_mm), (500, 900))
        return float(np.ptp(_near(_image(shot, 0), PERSON_RGB[0]["middle"])[:, 0]))

    root = pair().tracks[1].clip.root_cam_mm
    assert height(root + np.array([60_000.0, 0, 0])) > 0.4 * height(root)


@pytest.mark.parametrize("azimuth_deg", [-24, 24])  # the view is turned by one of them
def test_who_is_behind_the_viewer_is_not_drawn(pair, azimuth_deg):
    azimuth = np.radians(azimuth_deg)
    behind = 20_000.0 * np.array([np.sin(azimuth), 0, -np.cos(azimuth)])
    scene = pair(root_cam_mm=pair().tracks[1].clip.root_cam_mm + behind)
    image = _image(_shot(scene, (500, 900)), 0)
    assert len(_near(image, PERSON_RGB[0]["middle"])) > 100
    assert len(_near(image, PERSON_RGB[1]["middle"])) == 0


def test_a_scene_of_nobody_has_a_panel_that_says_so(pair):
    shot = _shot(pair().replaced(tracks=()), (300, 400))
    assert (_image(shot, 0) != _empty(shot)).any()


def test_brightness_and_colour_apart_are_the_same_picture(pair):
    shot = _shot(pair(), (500, 900))
    expected = rgb_to_i420(_image(shot, 10, "label"), (500, 900))
    drawn = np.empty((1350, 500), np.uint8)
    Panel("i420").draw(Raster.of_i420(drawn), shot, 10, "label")
    difference = np.abs(drawn.astype(int) - expected)
    assert difference[:900].mean() < 0.5
    assert np.percentile(difference[:900], 99) <= 3
    assert difference[900:].reshape(2, -1).mean(axis=1).max() < 1


def test_pictures_of_the_same_panel_do_not_depend_on_what_was_there(pair):
    shot, panel = _shot(pair(), (300, 400)), Panel("i420")
    first, second = np.full((600, 300), 77, np.uint8), np.zeros((600, 300), np.uint8)
    panel.draw(Raster.of_i420(first), shot, 10, "label")
    panel.draw(Raster.of_i420(second), shot, 20, "label")
    panel.draw(Raster.of_i420(second), shot, 10, "label")
    np.testing.assert_array_equal(first, second)
