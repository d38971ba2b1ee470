"""Crossings whose truth is said beside them."""

from __future__ import annotations

import crossing
import numpy as np
import people
import pytest

pytest.importorskip("av")

FRAMES, HEIGHT, WIDTH = 4, 1080, 300


@pytest.fixture
def man():
    """A white bar, a little to the left of the middle, on black; it moves right a pixel a frame."""
    images, masks = np.zeros((FRAMES, HEIGHT, WIDTH, 3), np.uint8), np.zeros((FRAMES, HEIGHT, WIDTH), np.float32)
    for frame in range(FRAMES):
        images[frame, 200:900, 125 + frame : 166 + frame] = 255
        masks[frame, 200:900, 125 + frame : 166 + frame] = 1
    hips_px = np.stack([145.0 + np.arange(FRAMES), np.full(FRAMES, 500.0)], axis=1)
    return crossing.Man(images, masks, hips_px, 700.0)


def _drawn(man, kind, number, variation=crossing.PLAIN):
    script = crossing.Script.of(man, kind, 20, variation)
    ground = np.zeros((*crossing.SIZE_PX[::-1], 3), np.float32)
    return script, *script.drawn(number, ground, kind.opacity)


@pytest.mark.parametrize("variation", [crossing.PLAIN, crossing.Variation(pace=1.25, start=3, exchanged=True)])
@pytest.mark.parametrize("turn", [False, True])
@pytest.mark.parametrize("number", [0, 5, 19])
def test_the_truth_is_where_the_men_were_drawn(man, turn, number, variation):
    script, image, covered = _drawn(man, crossing.Crossing(1.0, turn=turn), number, variation)
    truth = people.people_of(script.truth([]))
    columns = np.flatnonzero(image[500, :, 0] > 128)
    starts = columns[np.r_[True, np.diff(columns) > 1]]
    middles = sorted(starts + 20)
    assert middles == sorted(int(person.hips_px[number, 0]) for person in truth)
    assert covered == 0


def test_they_change_sides_unless_they_turn():
    there = crossing.places(crossing.Crossing(1.0), 50)
    assert there[0, 0] < there[1, 0]
    assert there[0, -1] > there[1, -1]
    back = crossing.places(crossing.Crossing(1.0, turn=True), 51)
    assert (back[0] < back[1]).all()
    np.testing.assert_allclose(back[:, 0], back[:, -1])


def test_who_is_behind_is_covered_and_said_to_be_hidden(man):
    half = crossing.Crossing(1.05, opacity=0.5)
    _, _, covered = _drawn(man, crossing.Crossing(1.05), 10)
    _, image, through = _drawn(man, half, 10)
    assert covered > 0.5 > through > 0.2
    script = crossing.Script.of(man, half, fps=20)
    _, behind = people.people_of(script.truth([10]))
    assert behind.hidden.nonzero()[0].tolist() == [10]
    assert image.max() == 255


def test_variations_differ_and_stay_the_same():
    some = [crossing.Variation.numbered(number) for number in range(12)]
    assert some == [crossing.Variation.numbered(number) for number in range(12)]
    assert some[0] == crossing.PLAIN
    for name in ("pace", "start", "exchanged", "width"):
        assert len({getattr(variation, name) for variation in some}) > 1
    assert len(set(some)) == 12


def test_frames_go_to_and_fro():
    assert crossing.to_and_fro(3, 9).tolist() == [0, 1, 2, 1, 0, 1, 2, 1, 0]
    assert crossing.to_and_fro(1, 3).tolist() == [0, 0, 0]


def test_a_picture_beyond_the_edge_is_cut():
    canvas, picture = np.arange(100), np.arange(30)
    for left in (-10, 0, 50, 90):
        there, part = crossing.inside(left, 30, 100)
        assert (canvas[there] == picture[part] + left).all()
        assert len(canvas[there]) == min(left + 30, 100) - max(left, 0)


def test_a_mask_covers_the_limbs_and_little_else():
    pose_px = np.random.default_rng(0).uniform(250, 350, (17, 2))
    mask = crossing.limb_mask(pose_px, (600, 640), 300.0)
    x, y = np.round(pose_px).astype(int).T
    assert (mask[y, x] > 0.95).all()
    assert mask[:100].max() == mask[:, :100].max() == 0
    assert mask.shape == (600, 640)
    closely, loosely = (crossing.limb_mask(pose_px, (600, 640), 300.0, width).sum() for width in (0.8, 1.2))
    assert closely < mask.sum() < loosely
