"""Anchors, decoding and suppression of the detector's boxes."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.boxes import N_ANCHORS, SIDE_PX, anchors, bodies, overlaps


def output(*people):
    """What the network would say of boxes (anchor, x, y, size, logit), given in pixels."""
    boxes, logits = np.zeros((N_ANCHORS, 12), np.float32), np.full(N_ANCHORS, -50, np.float32)
    for anchor, x, y, size, logit in people:
        from_anchor = np.array([x, y]) - anchors()[anchor] * SIDE_PX
        boxes[anchor] = [*from_anchor, size, size, *from_anchor, *(from_anchor - [0, size]), 0, 0, 0, 0]
        logits[anchor] = logit
    return boxes, logits


def test_anchors_are_in_the_middle_of_the_cells_of_each_layer():
    assert anchors().shape == (2254, 2) == (N_ANCHORS, 2)
    np.testing.assert_allclose(anchors()[:4] * SIDE_PX, [[4, 4], [4, 4], [12, 4], [12, 4]])
    np.testing.assert_allclose(anchors()[1568:1571] * SIDE_PX, [[8, 8], [8, 8], [24, 8]])
    np.testing.assert_allclose(
        anchors()[[1960, 1965, 1966, -1]] * SIDE_PX, [[16, 16], [16, 16], [48, 16], [208, 208]]
    )


def test_nobody_is_an_empty_list():
    assert bodies(*output()) == []
    assert bodies(*output((7, 50, 50, 20, -0.01))) == []


def test_a_body_is_where_its_box_says():
    (body,) = bodies(*output((1000, 112, 56, 22.4, 3.0)))
    np.testing.assert_allclose(body.box_xyxy, [0.45, 0.2, 0.55, 0.3], atol=1e-6)
    np.testing.assert_allclose(body.hips, [0.5, 0.25], atol=1e-6)
    np.testing.assert_allclose(body.rim, [0.5, 0.15], atol=1e-6)
    assert body.score == pytest.approx(1 / (1 + np.exp(-3)))


def test_boxes_of_one_person_are_averaged_by_their_scores_and_others_stay():
    sure, unsure = 1 / (1 + np.exp(-2)), 1 / (1 + np.exp(-1))
    first, second = bodies(*output((10, 100, 100, 40, 1.0), (1700, 104, 100, 40, 2.0), (2000, 180, 60, 40, 1.5)))
    assert first.hips[0] * SIDE_PX == pytest.approx((104 * sure + 100 * unsure) / (sure + unsure))
    assert first.score == pytest.approx(sure)
    np.testing.assert_allclose(second.hips * SIDE_PX, [180, 60], atol=1e-4)


def test_people_come_by_their_scores_whatever_the_order_of_the_anchors():
    found = bodies(*output((10, 30, 30, 20, 1.0), (1700, 100, 100, 20, 3.0), (2000, 180, 60, 20, 2.0)))
    assert [round(float(body.hips[0] * SIDE_PX)) for body in found] == [100, 180, 30]


def test_absurd_logits_and_boxes_without_area_are_no_trouble():
    (body,) = bodies(*output((10, 30, 30, 0, 1e9)))
    assert body.score == 1


def test_overlap_is_intersection_over_union():
    box = np.array([0.0, 0.0, 2.0, 2.0])
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [2, 2, 3, 3], [5, 5, 4, 4]], dtype=float)
    np.testing.assert_allclose(overlaps(box, others), [1, 1 / 3, 0, 0])
