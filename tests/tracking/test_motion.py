"""How fast somebody moves, from when and where they were seen."""

import numpy as np
import pytest

from poselift.skeleton import COCO_17
from poselift.tracking.bodies import Bodies
from poselift.tracking.motion import motion

MIRROR = COCO_17.flip_permutation


def seen(walking, fps, seconds, mm_per_s=(1400.0, 0.0), exchanged=()):
    walker, rng = walking.Walker((0, 5000), mm_per_s), np.random.default_rng(0)
    people = [walker.seen(COCO_17, frame / fps, rng) for frame in range(round(seconds * fps) + 1)]
    for frame in exchanged:
        people[frame] = people[frame]._replace(joints_px=people[frame].joints_px[MIRROR])
    return [(frame / fps, Bodies.of([person])) for frame, person in enumerate(people)]


@pytest.mark.parametrize("fps", [10, 25, 60, 120])
def test_velocity_is_that_of_the_walker_at_any_frame_rate(walking, fps):
    found = motion(seen(walking, fps, 0.5), MIRROR)
    np.testing.assert_allclose(found.px_per_s, [1400 * 1500 / 5000, 0], atol=40)
    assert found.unsure < 0.3


def test_exchanged_sides_are_no_movement(walking):
    plain, spoilt = (motion(seen(walking, 25, 0.5, exchanged=e), MIRROR) for e in ((), (3, 4, 12)))
    np.testing.assert_allclose(spoilt.px_per_s, plain.px_per_s, atol=5)


def test_what_was_seen_once_may_move_anyhow(walking):
    found = motion(seen(walking, 25, 0), MIRROR)
    assert found.px_per_s.tolist() == [0, 0]
    assert found.astray(0.1) > 0.2
    shaky = motion(seen(walking, 100, 0.01), MIRROR)
    assert np.linalg.norm(shaky.px_per_s) < 420
    assert shaky.unsure > 1


def test_nobody_walks_on_for_ever_and_back_is_forth_turned_around(walking):
    found = motion(seen(walking, 25, 0.5), MIRROR)
    assert found.shift_px(0.1)[0] == pytest.approx(0.1 * found.px_per_s[0], rel=0.06)
    assert found.shift_px(100)[0] == pytest.approx(found.px_per_s[0])
    np.testing.assert_allclose(found.shift_px(-0.4), -found.shift_px(0.4))
    assert found.astray(-0.4) == found.astray(0.4) > 0
