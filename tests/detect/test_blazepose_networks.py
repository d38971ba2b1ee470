"""The files of the networks, and what they must look like."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from poselift.detect.blazepose import WEIGHTS
from poselift.detect.blazepose_networks import BodyNetwork, LandmarkNetwork
from poselift.errors import CheckpointError

LITE = WEIGHTS / "blazepose_landmarks_lite.onnx"
DETECTOR = WEIGHTS / "blazepose_detector.onnx"


@pytest.fixture(scope="module")
def crops():
    return np.random.default_rng(0).random((3, 256, 256, 3), dtype=np.float32)


def test_several_crops_at_once_are_one_after_the_other(crops):
    network = LandmarkNetwork(LITE)
    together = network.run(crops)
    alone = [network.run(crops[i : i + 1]) for i in range(3)]
    for name in together._fields:
        np.testing.assert_allclose(
            getattr(together, name), np.concatenate([getattr(one, name) for one in alone]), atol=1e-3
        )


def test_a_file_for_one_crop_at_a_time_does_too(tmp_path, crops):
    model = onnx.load(LITE)
    for side in (*model.graph.input, *model.graph.output):
        side.type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(model, tmp_path / "one.onnx")
    one, many = LandmarkNetwork(tmp_path / "one.onnx").run(crops), LandmarkNetwork(LITE).run(crops)
    np.testing.assert_allclose(one.landmarks, many.landmarks, atol=1e-3)
    assert one.heatmap.shape == (3, 64, 64, 39)


def test_the_network_for_bodies_says_as_many_boxes_as_there_are_anchors():
    boxes, logits = BodyNetwork(DETECTOR).run(np.zeros((224, 224, 3), dtype=np.float32))
    assert boxes.shape == (2254, 12)
    assert logits.shape == (2254,)
    assert (logits < 0).all()


def test_another_network_says_what_is_wrong_with_it():
    with pytest.raises(CheckpointError, match=r"not a network of BlazePose: image: expected \(256, 256, 3\), found"):
        LandmarkNetwork(DETECTOR)
    with pytest.raises(CheckpointError, match=r"image: expected \(256, 256, 3\), found nothing"):
        LandmarkNetwork(WEIGHTS / "frame.onnx")


def test_an_output_too_few_is_named(tmp_path):
    onnx.utils.extract_model(str(LITE), str(tmp_path / "a.onnx"), ["image"], ["landmarks", "presence", "heatmap"])
    with pytest.raises(CheckpointError, match=r"world_landmarks: expected \(117,\), found nothing"):
        LandmarkNetwork(tmp_path / "a.onnx")


@pytest.mark.parametrize("content", [None, b"", b"garbage" * 99, LITE.read_bytes()[:100_000]])
def test_what_is_no_network_is_one_error(tmp_path, content):
    if content is not None:
        (tmp_path / "a.onnx").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"a\.onnx: (no such|not a)") as caught:
        LandmarkNetwork(tmp_path / "a.onnx")
    assert "\n" not in str(caught.value)
    assert "convert_blazepose" in caught.value.hint
