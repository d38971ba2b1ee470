"""COCO's results, and its annotations."""

from __future__ import annotations

import json

import numpy as np
import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError


def results(people, first=0):
    return [
        {"image_id": n + first, "category_id": 1, "keypoints": joints.ravel().tolist(), "score": 0.9}
        for n, joints in enumerate(people)
        if joints is not None
    ]


def annotations(people):
    images = [
        {"id": 100 + 7 * n, "file_name": f"f_{n:04d}.jpg", "width": 1280, "height": 720} for n in range(len(people))
    ]
    labelled = [
        {"image_id": 100 + 7 * n, "keypoints": np.where([0, 0, 1], 2 * (j[:, 2:] > 0), j).ravel().tolist()}
        for n, j in enumerate(people)
        if j is not None
    ]
    return {"images": images[::-1], "annotations": labelled, "categories": []}


def test_results_and_annotations_are_the_same_people(written, people, said, same_person):
    for content in (results(people()), results(people(), 17), annotations(people())):
        path = written("a.json", content)
        assert recognised(path) == "coco"
        same_person(read_keypoints(path, said=said))


def test_annotations_say_the_size_and_what_is_hidden(written, people):
    content = annotations(people())
    content["annotations"][0]["keypoints"][2] = 1
    found = read_keypoints(written("a.json", content), said=Said(fps=30))
    assert found.footage.size_px == (1280, 720)
    assert found.confidence[0, :2].tolist() == [0.5, 1.0]
    content["annotations"][0]["keypoints"][2] = 0.7
    with pytest.raises(DataFormatError, match="record 0: expected 0, 1 or 2"):
        read_keypoints(written("a.json", content), said=Said(fps=30))


def test_numbers_far_apart_are_no_frames_but_names(written, people, said):
    content = results(people())
    for n, record in enumerate(content):
        record["image_id"] = 397_133 * (n + 1)
    assert read_keypoints(written("a.json", content), said=said).frame.tolist() == [0, 1, 2, 3, 4]


def test_an_image_that_is_not_there_is_said(written, people, said):
    content = annotations(people())
    content["annotations"][1]["image_id"] = 3
    with pytest.raises(DataFormatError, match="record 1: expected an image of the file, found 3"):
        read_keypoints(written("a.json", content), said=said)


def test_damage_is_one_line(survives, people):
    survives("damaged.json", json.dumps(results(people())).encode(), "coco")
    survives("damaged.json", json.dumps(annotations(people())).encode(), "coco")
