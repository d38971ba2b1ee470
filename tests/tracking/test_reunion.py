"""Who was lost and is found again, told by motion before and after."""

import numpy as np
import pytest

from poselift.skeleton import COCO_17
from poselift.tracking.bodies import Bodies
from poselift.tracking.reunion import LEAST_FIT, Reunion
from poselift.tracking.tracklets import Tracklet


def tracklet(walker, first_s, last_s, fps=25):
    rng = np.random.default_rng(round(100 * first_s))
    whole = None
    for frame in range(round(first_s * fps), round(last_s * fps) + 1):
        body = Bodies.of([walker.seen(COCO_17, frame / fps, rng)])
        if whole is None:
            whole = Tracklet(frame, frame / fps, body, COCO_17.flip_permutation)
        else:
            whole.extend(frame, frame / fps, body)
    return whole


@pytest.fixture
def fit():
    return Reunion(COCO_17).fit


@pytest.mark.parametrize("gap_s", [0.2, 0.5, 0.9])
def test_who_walks_on_fits_and_who_comes_back_from_there_does_not(fit, walking, gap_s):
    """Two who meet behind a tree: each walks on, and neither turns around."""
    right, left = walking.Walker((-1400, 5000), (1400, 0)), walking.Walker((1400, 5000), (-1400, 0))
    before = tracklet(right, 0, 1 - gap_s / 2)
    walks_on, comes_back = (tracklet(w, 1 + gap_s / 2, 2) for w in (right, left))
    assert fit(before, walks_on) > 0.6
    assert fit(before, comes_back) < fit(before, walks_on) - 0.15


def test_who_stands_still_is_found_where_they_were_and_not_elsewhere(fit, walking):
    def again(x_mm, height_mm=1750.0):
        before = tracklet(walking.Walker((0, 5000)), 0, 1)
        return fit(before, tracklet(walking.Walker((x_mm, 5000), height_mm=height_mm), 5, 6))

    assert again(0) > 0.8 > 0.5 > again(1200) > again(3000)
    assert again(3000) < LEAST_FIT
    assert again(0, height_mm=900) < LEAST_FIT


def test_who_is_found_at_once_in_another_pose_is_the_same_only_there(fit, walking):
    """A detector sees somebody upright, and from the next frame on lying."""

    def lying(x_mm):
        seen = walking.Walker((x_mm, 5000)).seen(COCO_17, 1.04, np.random.default_rng(1))
        middle_px = seen.joints_px.mean(axis=0)
        turned_px = (seen.joints_px - middle_px) @ np.float32([[0, 1], [-1, 0]]) + middle_px
        body = Bodies.of([seen._replace(joints_px=turned_px)])
        return Tracklet(26, 1.04, body, COCO_17.flip_permutation)

    before = tracklet(walking.Walker((0, 5000)), 0, 1)
    assert fit(before, lying(0)) > 2 * LEAST_FIT
    assert fit(before, lying(1000)) < LEAST_FIT
