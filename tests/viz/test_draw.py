import numpy as np
import pytest

from poselift.skeleton.definitions import SKELETONS
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.canvas import Canvas
from poselift.viz.colours import PALE_RGB, PERSON_RGB, SIDE_RGB, Palette
from poselift.viz.draw import draw_figure, draw_tag, draw_text
from poselift.viz.raster import Raster

STICK = Skeleton("stick", ("left_a", "right_a"), (("left_a", "right_a"),), ("left_a",), ("left_a",), ("right_a",))
GREY = 128


def _canvas(height: int, width: int, grey: int = 0) -> Canvas:
    return Canvas(Raster.of_rgb(np.full((height, width, 3), grey, np.uint8)))


def _drawn(points_px, skeleton=STICK, **options) -> np.ndarray:
    canvas = _canvas(100, 200, GREY)
    draw_figure(canvas, np.array(points_px, float), skeleton, Palette(SIDE_RGB, PALE_RGB), thickness_px=5, **options)
    return canvas.drawn().rgb()


def test_joints_have_the_colour_of_their_side_where_they_are():
    image = _drawn([[40.4, 50], [160, 50.2]])
    assert tuple(image[50, 40]) == SIDE_RGB["left"]
    assert tuple(image[50, 160]) == SIDE_RGB["right"]
    assert tuple(image[50, 100]) == SIDE_RGB["middle"]
    assert (image[20] == GREY).all()


def test_what_is_unseen_is_pale_and_so_is_a_bone_that_leads_to_it():
    image = _drawn([[40, 50], [160, 50]], unseen=np.array([False, True]))
    assert tuple(image[50, 40]) == SIDE_RGB["left"]
    assert tuple(image[50, 160]) == PALE_RGB["right"]
    assert tuple(image[50, 100]) == PALE_RGB["middle"]


def test_weight_fades_and_zero_leaves_out():
    points = [[40, 50], [160, 50]]
    plain, half, none = (_drawn(points, weight=np.array([w, 1.0])) for w in (1.0, 0.5, 0.0))
    expected = (np.array(SIDE_RGB["left"]) + GREY) / 2
    # The bone lies beneath the joint, both at half strength; outside the bone's end only the joint shows.
    assert np.abs(half[50, 37].astype(float) - expected).max() < 40
    assert tuple(plain[50, 37]) == SIDE_RGB["left"]
    assert (none[50, 30:100] == GREY).all()
    assert tuple(none[50, 160]) == SIDE_RGB["right"]


@pytest.mark.parametrize("weight", [1.0, 0.4])
def test_joints_outside_or_nowhere_leave_the_others_drawn(weight):
    for point in ([-1e9, 1e9], [np.nan, 5], [np.inf, 5], [-30, -30]):
        assert _drawn([point, [160, 50]], weight=np.full(2, weight))[50, 160].any()


def test_nearer_joints_cover_farther_ones():
    same_place = [[100, 50], [100, 50]]
    assert tuple(_drawn(same_place, depth=np.array([1000.0, 2000]))[50, 100]) == SIDE_RGB["left"]
    assert tuple(_drawn(same_place, depth=np.array([2000.0, 1000]))[50, 100]) == SIDE_RGB["right"]


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=list(SKELETONS))
def test_every_skeleton_can_be_drawn(skeleton):
    points = np.random.default_rng(0).uniform(10, 90, (len(skeleton), 2))
    assert (_drawn(points, skeleton) != GREY).any()


def test_text_stands_on_its_baseline_and_can_be_centred():
    canvas = _canvas(400, 300)
    draw_text(canvas, "HHH", (150, 100), colour=(255, 255, 255), align="middle")
    rows, columns = np.nonzero(canvas.drawn().rgb().any(axis=-1))
    assert 85 < rows.min() < rows.max() <= 101
    assert (columns.min() + columns.max()) / 2 == pytest.approx(150, abs=3)


@pytest.mark.parametrize("at_px", [(150, 100), (-50, 100), (999, 100), (150, -30), (150, 999)])
def test_a_tag_stands_on_its_point_and_stays_inside(at_px):
    canvas = _canvas(400, 300)
    draw_tag(canvas, "12", np.array(at_px, float), fill=(255, 200, 0))
    rows, columns = np.nonzero(canvas.drawn().rgb()[..., 0] > 200)
    assert 15 < np.ptp(rows) < 25
    assert 15 < np.ptp(columns) < 45
    assert rows.max() == pytest.approx(np.clip(at_px[1], 18, 400), abs=4)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(np.clip(at_px[0], 14, 286), abs=6)


@pytest.mark.parametrize("fill", [rgb for person in PERSON_RGB for rgb in person.values()])
def test_the_text_of_a_tag_can_be_read(fill):
    canvas = _canvas(1200, 300)
    draw_tag(canvas, "HHH", np.array([150.0, 200]), fill=fill)
    grey = canvas.drawn().rgb()[165:195, 120:180].astype(float) @ [0.299, 0.587, 0.114]
    assert np.ptp(grey) > 95
