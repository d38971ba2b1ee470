"""A file is run only if its graph has the sides that its header describes."""

from __future__ import annotations

import json

import onnx
import pytest

from poselift.data.windows import Window
from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError
from poselift.models import create_model
from poselift.runtime.header import network_header
from poselift.runtime.network import Network
from poselift.skeleton import COCO_17


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("header") / "m.onnx"
    export_onnx(create_model("lcn", channels=4, layers=1, in_channels=3, skeleton="coco17"), {}, path)
    return path


def rewritten(path, target, sides=None, **entries):
    """A copy of a file with other shapes of its sides (by name), or other entries of its header."""
    made = onnx.load(path)
    header = json.loads(made.metadata_props[0].value)
    onnx.helper.set_model_props(made, {"poselift": json.dumps({**header, **entries})})
    for side in (*made.graph.input, *made.graph.output):
        if side.name in (sides or {}):
            kind = onnx.TensorProto.FLOAT
            side.CopyFrom(onnx.helper.make_tensor_value_info(side.name, kind, ["batch", *sides[side.name]]))
    target.write_bytes(made.SerializeToString())
    return Network(target, threads=1)


def test_a_file_says_what_it_is(path):
    header = network_header(Network(path, threads=1))
    assert (header.model, header.in_channels, header.window) == ("lcn", 3, Window())
    assert header.skeleton is COCO_17


@pytest.mark.parametrize(
    "entries",
    [
        {"window": Window(frames=27).as_dict()},
        {"window": Window(predicts="all").as_dict(), "config": {"in_channels": 2}},
        {"config": {"in_channels": 2}},
    ],
    ids=str,
)
def test_a_header_of_other_sides_is_refused(path, tmp_path, entries):
    if "config" in entries:
        config = {**network_header(Network(path, threads=1)).config, "skeleton": "coco17"}
        entries = {**entries, "config": {**config, **entries["config"]}}
    network = rewritten(path, tmp_path / "other.onnx", **entries)
    with pytest.raises(
        CheckpointError, match=r"other\.onnx: expected a network \[\('joints_norm', .*, found"
    ) as caught:
        network_header(network)
    assert "export" in caught.value.hint


@pytest.mark.parametrize("predicts", ["middle", "last", "all", "all_causal"])
def test_a_single_frame_has_no_axis_of_time(path, tmp_path, predicts):
    network = rewritten(path, tmp_path / "same.onnx", window=Window(predicts=predicts).as_dict())
    assert network_header(network).window.predicts == predicts
