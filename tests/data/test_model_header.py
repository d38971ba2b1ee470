"""What a model file says about itself survives the way through the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from poselift.data.model_header import ModelHeader, header_from_json
from poselift.errors import CheckpointError
from poselift.skeleton import COCO_17

CONFIG = {"skeleton": "coco17", "normalisation": "person_centred", "in_channels": 3, "channels": 4}
HEADER = ModelHeader("lcn", CONFIG, {"step": 7, "nested": {"a": [1, 2]}}, {"licence": "MIT"}, "0.0.1")
HERE = Path("folder/model.onnx")


def test_a_header_comes_back_as_it_was():
    again = header_from_json(HEADER.to_json(), HERE)
    assert again == HEADER
    assert again.to_json() == HEADER.to_json()
    assert (again.skeleton, again.normalisation, again.in_channels) == (COCO_17, "person_centred", 3)


@pytest.mark.parametrize("text", [None, "", "{", "[]", "3", '{"format": "other"}', '{"version": 1}'])
def test_other_texts_are_refused(text):
    with pytest.raises(CheckpointError, match=r"model\.onnx: not a poselift model"):
        header_from_json(text, HERE)


@pytest.mark.parametrize("about", [{"a": float("nan")}, {"a": {1, 2}}, {"a": Path()}], ids=str)
def test_what_json_cannot_hold_is_refused(about):
    with pytest.raises(CheckpointError, match="not JSON"):
        replace(HEADER, about=about).to_json()
