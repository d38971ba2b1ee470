import numpy as np
import pytest

from poselift.viz.view import View

SIZE_PX = (600, 900)
NOBODY = np.empty((0, 3)), np.empty((0, 2)), np.zeros(2)


def _body(x: float = 0.0, z: float = 0.0) -> np.ndarray:
    return np.array([[x - 300, 0, z], [x + 300, 1700, z], [x, 900, z + 200]])


def _fitted(*places: tuple[float, float], focus=(0.0, 0.0), size_px=SIZE_PX) -> View:
    points = np.concatenate([_body(*place) for place in places])
    return View.fitted(size_px, points, np.array(places), np.array(focus))


@pytest.mark.parametrize("size_px", [SIZE_PX, (900, 600), (64, 36)])
def test_all_points_are_inside_and_fill_the_picture(size_px):
    view = _fitted((0, 0), (900, 400), size_px=size_px)
    low, high = view.filled(np.concatenate([_body(), _body(900, 400)]))
    assert (low > 0.05).all()
    assert (high < 0.95).all()
    assert (high - low).max() > 0.7


def test_up_is_up_right_is_right_and_near_is_large():
    view = _fitted((0, 0))
    points, depth = view.to_image(np.array([[0.0, 0, 0], [0, 500, 0], [500, 0, 0], [0, 0, 500]]))
    assert points[1, 1] < points[0, 1]
    assert points[2, 0] > points[0, 0]
    assert depth[3] < depth[0]


def test_what_is_behind_the_viewer_is_nowhere():
    points, _ = _fitted((0, 0)).to_image(np.array([[0.0, 900, 9000]]))
    assert np.isnan(points).all()


def test_the_focus_is_where_one_looks():
    here, there = _fitted((0, 0)), _fitted((5000, -3000), focus=(5000, -3000))
    np.testing.assert_allclose(here.to_image(_body())[0], there.to_image(_body(5000, -3000))[0])


def test_who_is_far_away_does_not_make_the_others_dots():
    alone, with_another = _fitted((0, 0)), _fitted((0, 0), (60_000, 0))
    assert with_another.mm_px > 0.25 * alone.mm_px


def test_nobody_is_a_person_of_ordinary_size():
    view = View.fitted(SIZE_PX, *NOBODY)
    low, high = view.filled(_body())
    assert 0.6 < high[1] - low[1] < 0.9


def test_six_numbers_are_a_view():
    view = _fitted((300, 200))
    same = View.of_numbers(SIZE_PX, view.numbers)
    np.testing.assert_allclose(same.to_image(_body())[0], view.to_image(_body())[0])
