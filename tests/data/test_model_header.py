"""What a model file says about itself survives the way through the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poselift.data.model_header import ModelHeader, header_from_json
from poselift.data.windows import Window
from poselift.errors import CheckpointError
from poselift.skeleton import COCO_17, Skeleton

CONFIG = {"skeleton": "coco17", "normalisation": "person_centred", "in_channels": 3, "channels": 4}
WINDOW = Window(frames=27, step=2, predicts="last", fps=25.0, ends="mask")
HEADER = ModelHeader(
    "lcn", CONFIG, COCO_17, WINDOW, {"step": 7, "nested": {"a": [1, 2]}}, {"licence": "MIT"}, "0.0.1"
)
STICK = Skeleton("stick", ("top", "l", "r"), (("top", "l"), ("top", "r")), ("top",), ("l",), ("r",), (("l", "r"),))
HERE = Path("folder/model.onnx")


def rewritten(header: ModelHeader = HEADER, **entries) -> str:
    return json.dumps({**header.as_dict(), **entries})


def test_a_header_comes_back_as_it_was():
    again = header_from_json(HEADER.to_json(), HERE)
    assert again == HEADER
    assert again.to_json() == HEADER.to_json()
    assert again.skeleton is COCO_17
    assert (again.window, again.normalisation, again.in_channels) == (WINDOW, "person_centred", 3)


def test_a_skeleton_that_nobody_knows_comes_whole_and_so_do_its_settings():
    header = replace(HEADER, skeleton=STICK, config={**CONFIG, "skeleton": STICK.as_dict()})
    again = header_from_json(header.to_json(), HERE)
    assert again == header
    assert Skeleton.from_dict(again.config["skeleton"]) == STICK
    assert header.to_json().count('"top"') == rewritten(header, config={**CONFIG, "skeleton": "stick"}).count('"top"')


def test_a_known_skeleton_that_has_changed_since_is_the_one_of_the_file():
    turned = replace(COCO_17, left=COCO_17.right, right=COCO_17.left)
    again = header_from_json(replace(HEADER, skeleton=turned).to_json(), HERE)
    assert again.skeleton == turned != COCO_17
    assert again.config["skeleton"] == turned.as_dict()


def test_files_of_version_1_name_their_skeleton_and_are_of_single_frames():
    entries = {"version": 1, "skeleton": "coco17", "joints": list(COCO_17.joints)}
    first = {key: value for key, value in HEADER.as_dict().items() if key != "window"} | entries
    again = header_from_json(json.dumps(first), HERE)
    assert again == replace(HEADER, window=Window())
    for changes, complaint in (
        ({"joints": ["nose"]}, "its joints are not those of skeleton coco17"),
        ({"config": {**CONFIG, "skeleton": "h36m18"}}, "its skeleton is unknown here"),
        ({"config": {**CONFIG, "skeleton": STICK.as_dict()}}, "its skeleton is unknown here"),
    ):
        with pytest.raises(CheckpointError, match=rf"model\.onnx: {complaint}"):
            header_from_json(json.dumps({**first, **changes}), HERE)


@pytest.mark.parametrize("version", [3, 0, "2", None])
def test_other_versions_are_refused(version):
    with pytest.raises(CheckpointError, match=r"expected poselift-model version 2 or older, found version") as caught:
        header_from_json(rewritten(version=version), HERE)
    assert "upgrade" in caught.value.hint


TABLE = COCO_17.as_dict()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    # Where tests check types, they complain before we do.
    [
        ({"window": None}, "its window: expected a table with its frames, found None"),
        ({"window": {"step": 2}}, "its window: expected a table"),
        ({"window": {"frames": 0}}, "its window: window.frames: expected a whole number of at least 1"),
        ({"window": {"frames": 2.5}}, "its window: (.|\n)*frames"),
        ({"window": {"frames": "9"}}, "its window: (.|\n)*frames"),
        ({"window": {"frames": 9, "fps": "25"}}, "its window: "),
        ({"window": {"frames": 9, "fps": float("inf")}}, "its window: window.fps"),
        ({"window": {"frames": 9, "predicts": "first"}}, "its window: (.|\n)*predicts"),
        ({"window": {"frames": 9, "colour": 1}}, "its window: .*colour"),
        ({"skeleton": None}, "its skeleton: expected a table"),
        ({"skeleton": "coco17"}, "its skeleton: expected a table"),
        ({"skeleton": {**TABLE, "root": ["tail"]}}, "its skeleton: .*tail"),
        ({"skeleton": {**TABLE, "joints": [*TABLE["joints"], "nose"]}}, "its skeleton: .*nose"),
        ({"skeleton": STICK.as_dict()}, "holds skeleton stick, its settings name 'coco17'"),
        ({"config": {**CONFIG, "skeleton": TABLE}}, "holds skeleton coco17, its settings name {"),
    ],
    ids=str,
)
def test_a_damaged_window_or_skeleton_is_named(changes, complaint):
    with pytest.raises(CheckpointError, match=rf"model\.onnx: {complaint}"):
        header_from_json(rewritten(**changes), HERE)


@pytest.mark.parametrize("text", [None, "", "{", "[]", "3", '{"format": "other"}', '{"version": 1}'])
def test_other_texts_are_refused(text):
    with pytest.raises(CheckpointError, match=r"model\.onnx: not a poselift model"):
        header_from_json(text, HERE)


@pytest.mark.parametrize("about", [{"a": float("nan")}, {"a": {1, 2}}, {"a": Path()}], ids=str)
def test_what_json_cannot_hold_is_refused(about):
    with pytest.raises(CheckpointError, match="not JSON"):
        replace(HEADER, about=about).to_json()


def test_the_scale_of_expected_errors_survives_and_is_1_where_nothing_is_said():
    calibrated = replace(HEADER, about={**HEADER.about, "error_scale": 0.77})
    assert header_from_json(calibrated.to_json(), HERE).error_scale == 0.77
    assert header_from_json(HEADER.to_json(), HERE).error_scale == 1


@pytest.mark.parametrize("scale", [0, -1, "0.77", None, True, [0.77], float("inf"), float("nan")])
def test_a_scale_that_makes_no_errors_is_refused(scale):
    with pytest.raises(CheckpointError, match="its error_scale: expected a number above 0") as caught:
        header_from_json(rewritten(about={"error_scale": scale}), HERE)
    assert "--calibrate" in caught.value.hint


def test_bounds_of_errors_survive_and_are_none_where_nothing_is_said():
    ratios = [1.0 + n / 10 for n in range(len(HEADER.skeleton))]
    bounded = replace(HEADER, about={**HEADER.about, "error_90": ratios})
    np.testing.assert_allclose(header_from_json(bounded.to_json(), HERE).error_90, ratios)
    assert header_from_json(HEADER.to_json(), HERE).error_90 is None


@pytest.mark.parametrize(
    "ratios", [[], [1.0], "1", 3, [0.0] * len(COCO_17), [-1.0] * len(COCO_17), ["1"] * len(COCO_17)]
)
def test_bounds_that_are_none_are_refused(ratios):
    with pytest.raises(CheckpointError, match="its error_90: expected a number above 0 for each of"):
        header_from_json(rewritten(about={"error_90": ratios}), HERE)
