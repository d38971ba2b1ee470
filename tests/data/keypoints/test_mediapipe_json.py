"""MediaPipe's landmarks, as people dump them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError

SHARES = np.random.default_rng(0).uniform(0.2, 0.8, (33, 3))
LANDMARKS = [{"x": x, "y": y, "z": 0.1, "visibility": visible} for x, y, visible in SHARES.tolist()]


@pytest.mark.parametrize(
    "frame",
    [
        LANDMARKS,
        [LANDMARKS],
        {"pose_landmarks": LANDMARKS},
        {"landmarks": [LANDMARKS]},
        {"poseLandmarks": {"landmark": LANDMARKS}},
    ],
)
def test_every_dump_is_the_same_person(written, said, frame):
    for content in ([frame, frame], {"frames": [frame, frame]}):
        path = written("a.json", content)
        assert recognised(path) == "mediapipe"
        found = read_keypoints(path, said=said)
        assert found.frame.tolist() == [0, 1]
        np.testing.assert_allclose(found.joints_px[1], SHARES[:, :2] * [1280, 720], rtol=1e-6)
        np.testing.assert_allclose(found.confidence[1], SHARES[:, 2], rtol=1e-6)


def test_times_and_size_are_taken_where_they_stand(written):
    frames = [{"timestamp_ms": 40 * n, "landmarks": LANDMARKS if n else None} for n in range(3)]
    found = read_keypoints(written("a.json", {"width": 640, "height": 480, "frames": frames}), said=Said())
    assert found.footage.time_s.tolist() == [0, 0.04, 0.08]
    assert (found.footage.size_px, found.frame.tolist()) == ((640, 480), [1, 2])


def test_the_size_is_asked_for(written):
    with pytest.raises(DataFormatError, match="shares of the picture, whose size it does not say") as error:
        read_keypoints(written("a.json", [LANDMARKS]), said=Said(fps=30))
    assert "--size" in error.value.hint


def test_other_numbers_of_landmarks_are_said(written, said):
    with pytest.raises(DataFormatError, match="frame 1: expected 33 landmarks, found 32"):
        read_keypoints(written("a.json", [LANDMARKS, LANDMARKS[1:]]), said=said)


def test_damage_is_one_line(survives):
    survives("damaged.json", json.dumps([LANDMARKS, LANDMARKS]).encode(), "mediapipe")
