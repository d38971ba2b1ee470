"""People in the output of BlazePose's detector: anchors, decoding, weighted suppression.

As MediaPipe's open graphs do it (SsdAnchorsCalculator, TensorsToDetectionsCalculator, NonMaxSuppressionCalculator).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

# The detector's input, and the strides of its layers: how many pixels apart the anchors are, and how many are in one
# place. Anchors have no size of their own.
SIDE_PX = 224
_LAYERS = ((8, 2), (16, 2), (32, 6))
N_ANCHORS = sum(per_place * (SIDE_PX // stride) ** 2 for stride, per_place in _LAYERS)
# What is less likely a person is none, as for MediaPipe.
_LEAST_SCORE = 0.5
# Boxes that overlap by more (intersection over union) are one person.
_MOST_OVERLAP = 0.3
_MOST_LOGIT = 80.0


class Body(NamedTuple):
    """A person that the detector found. Places are shares of the input's side.

    Attributes:
        box_xyxy: (4,) around the face and the upper body.
        hips: (2,) the middle of the hips.
        rim: (2,) a point of the circle around the body, in the direction of its head.
        score: from 0 to 1.
    """

    box_xyxy: Float[np.ndarray, "4"]
    hips: Float[np.ndarray, "2"]
    rim: Float[np.ndarray, "2"]
    score: float


@cache
def anchors() -> Float[np.ndarray, "anchors 2"]:
    """Middles of the anchors, as shares of the input's side, in the order of the network's output."""
    layers = []
    for stride, per_place in _LAYERS:
        middles = (np.arange(SIDE_PX // stride) + 0.5) * stride / SIDE_PX
        y, x = np.meshgrid(middles, middles, indexing="ij")
        layers.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=-1), per_place, axis=0))
    return np.concatenate(layers).astype(np.float32)


def bodies(boxes: Float[np.ndarray, "anchors 12"], logits: Float[np.ndarray, " anchors"]) -> list[Body]:
    """Everybody in the detector's output, the surest first.

    Args:
        boxes: x, y, width, height and four points, in pixels of the input, from the anchor on.
        logits: scores before the sigmoid.
    """
    scores = 1 / (1 + np.exp(-np.clip(logits, -_MOST_LOGIT, _MOST_LOGIT)))
    sure = np.flatnonzero(scores >= _LEAST_SCORE)
    sure = sure[np.argsort(-scores[sure], kind="stable")]
    places = boxes[sure].reshape(-1, 6, 2) / SIDE_PX
    half = places[:, 1] / 2
    points = np.delete(places, 1, axis=1) + anchors()[sure, None]  # all but the size begin at the anchor
    rows = np.concatenate([points[:, 0] - half, points[:, 0] + half, points[:, 1], points[:, 2]], axis=1)
    return [Body(row[:4], row[4:6], row[6:8], float(score)) for row, score in _suppressed(rows, scores[sure])]


def _suppressed(rows: np.ndarray, scores: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """The means of boxes that overlap, weighted by their scores; each with the best of these scores."""
    found = []
    while len(rows):
        same = overlaps(rows[0, :4], rows[:, :4]) > _MOST_OVERLAP
        same[0] = True  # also if it has no area
        found.append((np.average(rows[same], axis=0, weights=scores[same]), float(scores[0])))
        rows, scores = rows[~same], scores[~same]
    return found


def overlaps(box: Float[np.ndarray, "4"], boxes: Float[np.ndarray, "boxes 4"]) -> Float[np.ndarray, " boxes"]:
    """Intersection over union of a box with others."""
    both = np.clip(np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]), 0, None).prod(axis=1)
    areas = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    union = np.clip(box[2:] - box[:2], 0, None).prod() + areas - both
    return np.asarray(both / np.maximum(union, 1e-12))
