import numpy as np
import pytest

from poselift.skeleton.definitions import SKELETONS
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.canvas import Canvas
from poselift.viz.colours import PERSON_RGB, Palette
from poselift.viz.raster import Raster
from poselift.viz.tags import draw_id, head_joint

PALETTE = Palette(PERSON_RGB[0], PERSON_RGB[0])
STICK = Skeleton("stick", ("foot", "nose", "hand"), (("foot", "nose"), ("nose", "hand")), ("foot",), (), ())


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=list(SKELETONS))
def test_every_skeleton_of_ours_has_a_head(skeleton):
    name = skeleton.joints[head_joint(skeleton)].lower()
    assert "head" in name or "nose" in name


def test_a_skeleton_may_have_no_head():
    assert head_joint(Skeleton("pair", ("a", "b"), (("a", "b"),), ("a",), (), ())) is None


def _tag(points_px) -> tuple[float, float] | None:
    """Middle of what was drawn, x and y."""
    canvas = Canvas(Raster.of_rgb(np.zeros((400, 300, 3), np.uint8)))
    draw_id(canvas, 3, np.array(points_px, float), STICK, PALETTE)
    rows, columns = np.nonzero(canvas.drawn().rgb().any(axis=-1))
    return None if len(rows) == 0 else ((columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2)


def test_the_id_is_above_the_head_though_a_hand_is_higher():
    x, y = _tag([[100, 300], [110, 150], [200, 100]])
    assert x == pytest.approx(110, abs=2)
    assert 110 < y < 145


def test_without_a_head_it_is_above_the_topmost_joint():
    x, y = _tag([[100, 300], [np.nan, np.nan], [200, 100]])
    assert x == pytest.approx(200, abs=2)
    assert y < 95


def test_who_is_outside_or_nowhere_has_none():
    assert _tag([[-100, 300], [-110, 150], [-90, 100]]) is None
    assert _tag(np.full((3, 2), np.nan)) is None
    # The head is cut off, the rest is there.
    assert _tag([[100, 300], [100, -50], [200, 20]]) is not None
