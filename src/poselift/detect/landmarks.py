"""The joints of bodies in the output of BlazePose's landmark networks.

As MediaPipe's open graphs do it (TensorsToLandmarksCalculator, RefineLandmarksFromHeatmapCalculator,
LandmarkProjectionCalculator, WorldLandmarkProjectionCalculator).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.detect.base import Detection
from poselift.detect.crops import Crop, body_crop
from poselift.skeleton import BLAZEPOSE_33

SIDE_PX = 256
HEATMAP = 64
N_POINTS = 39
# After the joints: the middle of the hips and the point of the rim that make the next frame's crop.
_HIPS, _RIM = len(BLAZEPOSE_33), len(BLAZEPOSE_33) + 1
# A point moves to the heatmap's centre of gravity in a window of so many places to each side, where that has a peak.
_REACH, _LEAST_PEAK = 3, 0.5
# Two people whose joints are so near to each other, in shares of the crop's side (the median joint), are one.
_SAME_SHARE = 0.04


class Output(NamedTuple):
    """What the network says about N crops; names and order are those of its file.

    Attributes:
        landmarks: x, y and z in pixels of the crop, visibility and presence before the sigmoid.
        presence: from 0 to 1, whether there is a body.
        heatmap: for each point, before the sigmoid.
        world_landmarks: metres.
    """

    landmarks: Float[np.ndarray, "crops 195"]
    presence: Float[np.ndarray, "crops 1"]
    heatmap: Float[np.ndarray, "crops 64 64 39"]
    world_landmarks: Float[np.ndarray, "crops 117"]


class Person(NamedTuple):
    """A person that was followed into a frame.

    Attributes:
        detection: what is told about them.
        presence: from 0 to 1, whether there is a body at all.
        crop: where they are, which is where they are looked for in the next frame.
    """

    detection: Detection
    presence: float
    crop: Crop


def people(output: Output, crops: Sequence[Crop]) -> list[Person]:
    """One person for each crop, however little is there."""
    points = output.landmarks.reshape(-1, N_POINTS, 5)
    places = refined(points[..., :2] / SIDE_PX, output.heatmap)
    visible = _sigmoid(points[:, : len(BLAZEPOSE_33), 3])
    metres = output.world_landmarks.reshape(-1, N_POINTS, 3)[:, : len(BLAZEPOSE_33)]
    return [
        _person(crop.to_frame_px(places[i]), visible[i], metres[i], float(output.presence[i, 0]), crop)
        for i, crop in enumerate(crops)
    ]


def _person(points_px: np.ndarray, visible: np.ndarray, metres: np.ndarray, presence: float, crop: Crop) -> Person:
    turned = metres.copy()
    turned[:, :2] = metres[:, :2] @ crop.axes
    detection = Detection(
        points_px[: len(BLAZEPOSE_33)].astype(np.float32), visible, (turned * 1000).astype(np.float32)
    )
    return Person(detection, presence, body_crop(points_px[_HIPS], points_px[_RIM]))


def distinct(found: Sequence[Person]) -> list[Person]:
    """Nobody twice: of people whose joints are in the same places the one who is surer there."""
    kept: list[Person] = []
    for person in sorted(found, key=lambda one: -one.presence):
        if not any(_same(person, other) for other in kept):
            kept.append(person)
    return [person for person in found if any(person is other for other in kept)]


def _same(one: Person, other: Person) -> bool:
    apart_px = np.median(np.hypot(*(one.detection.joints_px - other.detection.joints_px).T))
    return bool(apart_px < _SAME_SHARE * max(one.crop.side_px, other.crop.side_px))


def refined(
    places: Float[np.ndarray, "crops points 2"], heatmap: Float[np.ndarray, "crops rows columns points"]
) -> Float[np.ndarray, "crops points 2"]:
    """Points, as shares of the crop's side, moved to the centre of gravity of a sure heatmap around them."""
    n_crops, rows, columns, n_points = heatmap.shape
    size = np.array([columns, rows])
    middle = np.trunc(places * size).astype(np.int64)
    inside = ((middle >= 0) & (middle < size)).all(axis=-1)
    reach = np.arange(-_REACH, _REACH + 1)
    x, y = middle[..., :1] + reach, middle[..., 1:] + reach  # (crops, points, window)
    there = ((y >= 0) & (y < rows))[..., :, None] & ((x >= 0) & (x < columns))[..., None, :]
    y_in, x_in = np.clip(y, 0, rows - 1)[..., :, None], np.clip(x, 0, columns - 1)[..., None, :]
    crop, point = np.arange(n_crops)[:, None, None, None], np.arange(n_points)[:, None, None]
    weight = np.where(there, _sigmoid(heatmap[crop, y_in, x_in, point]), 0)
    sure = inside & (weight.max(axis=(-2, -1)) >= _LEAST_PEAK)
    total = np.maximum(weight.sum(axis=(-2, -1)), 1e-12)
    moved = np.stack([(weight.sum(axis=-2) * x).sum(axis=-1), (weight.sum(axis=-1) * y).sum(axis=-1)], axis=-1)
    return np.where(sure[..., None], moved / (total[..., None] * size), places)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))))
