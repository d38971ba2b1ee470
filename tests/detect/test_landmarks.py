"""From the landmark network's numbers to joints in the frame."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.base import Detection
from poselift.detect.crops import Crop
from poselift.detect.landmarks import HEATMAP, N_POINTS, SIDE_PX, Output, Person, distinct, people, refined

UNSURE = np.full((1, HEATMAP, HEATMAP, N_POINTS), -50, np.float32)


def output(crops=1, seed=0):
    rng = np.random.default_rng(seed)
    return Output(
        rng.uniform(0, SIDE_PX, (crops, 5 * N_POINTS)).astype(np.float32),
        rng.uniform(0, 1, (crops, 1)).astype(np.float32),
        rng.normal(0, 3, (crops, HEATMAP, HEATMAP, N_POINTS)).astype(np.float32),
        rng.normal(0, 0.5, (crops, 3 * N_POINTS)).astype(np.float32),
    )


def test_a_point_moves_to_the_centre_of_a_sure_peak_in_its_window():
    heatmap, places = UNSURE.copy(), np.full((1, N_POINTS, 2), 0.5)
    heatmap[0, 30, 33, 0] = heatmap[0, 30, 34, 0] = 3  # two equal ones, in columns 33 and 34 of 64
    heatmap[0, 32, 36, 1] = 9  # four columns away: outside the window
    heatmap[0, 32, 33, 2] = -0.1  # less than half sure
    moved = refined(places, heatmap)
    np.testing.assert_allclose(moved[0, 0], [33.5 / 64, 30 / 64], atol=1e-6)
    np.testing.assert_array_equal(moved[0, 1:], places[0, 1:])


def test_windows_at_the_edge_are_smaller_and_points_outside_stay():
    heatmap = UNSURE.copy()
    heatmap[0, 0, 0] = heatmap[0, -1, -1] = 5
    places = np.zeros((1, N_POINTS, 2))
    places[0, 1], places[0, 2], places[0, 3] = 63 / 64, -0.1, 1.0
    moved = refined(places, heatmap)
    np.testing.assert_allclose(moved[0, :4], [[0, 0], [63 / 64, 63 / 64], [-0.1, -0.1], [1, 1]], atol=1e-6)


def test_several_crops_are_each_alone():
    crops = [Crop(np.array([100.0 * i, 50.0]), 80.0 + i, 0.3 * i) for i in range(3)]
    together = people(output(3), crops)
    for i, crop in enumerate(crops):
        (alone,) = people(Output(*(side[i : i + 1] for side in output(3))), [crop])
        for one, other in zip(alone.detection, together[i].detection, strict=True):
            np.testing.assert_array_equal(one, other)
        assert alone.presence == together[i].presence


def test_a_turned_crop_turns_joints_and_millimetres():
    straight, turned = (
        people(output(), [Crop(np.array([50.0, 60.0]), 100.0, angle)])[0].detection for angle in (0, np.pi / 2)
    )
    for of, places in (("px", [p.joints_px - [50, 60] for p in (straight, turned)]), ("mm", None)):
        one, other = places or [p.joints_root_mm[:, :2] for p in (straight, turned)]
        np.testing.assert_allclose(other, np.stack([-one[:, 1], one[:, 0]], axis=-1), atol=1e-2, err_msg=of)
    np.testing.assert_array_equal(straight.joints_root_mm[:, 2], turned.joints_root_mm[:, 2])
    np.testing.assert_array_equal(straight.confidence, turned.confidence)


def test_the_next_crop_is_around_the_points_after_the_joints():
    said = output()._replace(heatmap=UNSURE)
    said.landmarks.reshape(1, N_POINTS, 5)[0, 33:35, :2] = [[128, 128], [128, 64]]
    (person,) = people(said, [Crop(np.array([100.0, 200.0]), 256.0, 0.0)])
    np.testing.assert_allclose(person.crop.centre_px, [100, 200])
    assert person.crop.side_px == pytest.approx(2.5 * 64)
    assert person.crop.angle_rad == pytest.approx(0)


def at(x, presence):
    joints = np.random.default_rng(2).uniform(0, 100, (33, 2)) + np.array([x, 0])
    return Person(Detection(joints, np.ones(33)), presence, Crop(np.array([50.0 + x, 50.0]), 150.0, 0.0))


def test_of_the_same_person_found_twice_the_surer_one_stays():
    found = [at(0, 0.7), at(300, 0.6), at(3, 0.9)]
    assert distinct(found) == found[1:]
    assert distinct([]) == []
