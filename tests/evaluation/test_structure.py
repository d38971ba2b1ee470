"""The structure of networks in either form."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from poselift.data.store import load_store
from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError, RecipeError, ShapeError
from poselift.evaluation.structure import model_structure, skeleton_structure
from poselift.models import create_model
from poselift.models.checkpoint import save_checkpoint
from poselift.skeleton import H36M_17, hop_mask


@pytest.fixture
def saved(tmp_path, settled):
    def save(name="lcn", **settings):
        path = tmp_path / "m.safetensors"
        model = settled(create_model(name, **settings))
        save_checkpoint(path, model, name=name, about={})
        export_onnx(model, {}, path.with_suffix(".onnx"))
        return path

    return save


def test_a_joint_depends_on_those_within_reach_and_no_others(saved):
    path = saved(channels=4, layers=0, hops=1, graph="bones", add_input=False)
    for shown in (model_structure(path), model_structure(path.with_suffix(".onnx"))):
        assert shown.hops == 1
        # Two layers of one hop each.
        np.testing.assert_array_equal(shown.depends.by_joint > 0, hop_mask(shown.adjacent, 2))
        assert shown.learned is None


def test_a_learned_mask_is_that_of_the_network(saved):
    path = saved(channels=4, layers=1, mask="learnable")
    from poselift.models.checkpoint import load_checkpoint

    mask = load_checkpoint(path)[0].joint_mask().detach()
    torch.testing.assert_close(torch.from_numpy(model_structure(path).learned), mask)
    assert model_structure(path.with_suffix(".onnx")).learned is None  # it is multiplied out there


def test_networks_without_neighbours_have_no_hops_unless_asked(saved, mocap_store):
    path = saved("videopose3d", channels=4, filter_widths=[3], in_channels=3, normalisation="person_centred")
    shown = model_structure(path)
    assert (shown.hops, shown.mask.all(), shown.depends.by_frame.shape) == (None, True, (3, 17, 17))
    tried = model_structure(path, hops=2, store=load_store(mocap_store))
    assert tried.hops == 2
    assert not np.allclose(tried.depends.by_frame, shown.depends.by_frame)


def test_a_skeleton_alone_has_a_line_for_each_joint_and_a_table():
    shown = skeleton_structure(H36M_17, "bones", 2)
    lines = shown.lines()
    assert len(lines) == 17
    assert lines[H36M_17.index("left_wrist")] == "left_wrist  0: left_wrist  1: left_elbow  2: left_shoulder"
    table = json.loads(json.dumps(shown.as_dict()))
    assert np.array_equal(np.array(table["mask"], dtype=bool), shown.mask)
    assert len(table["edges"]) == 16


def test_a_model_has_a_line_for_each_joint_that_comes_out_most_first(saved):
    shown = model_structure(saved(channels=4, layers=1))
    line = shown.lines(most=3)[H36M_17.index("left_wrist")]
    name, *told = line.replace("  ", ", ").split(", ")
    values = [float(part.split()[1]) for part in told]
    assert name == "left_wrist"
    assert values == sorted(values, reverse=True)
    assert len(values) == 3
    assert json.dumps(shown.as_dict())


def test_mistakes_are_named(tmp_path, saved):
    with pytest.raises(ShapeError, match="hops: expected 0 or more, got -1"):
        skeleton_structure(H36M_17, "lcn", -1)
    with pytest.raises(ShapeError, match="hops: expected 0 or more, got -1"):
        model_structure(saved(channels=4, layers=0), hops=-1)
    with pytest.raises(RecipeError, match="unknown graph 'bone'"):
        skeleton_structure(H36M_17, "bone", 1)
    (tmp_path / "x.onnx").write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match=r"x\.onnx"):
        model_structure(tmp_path / "x.onnx")
