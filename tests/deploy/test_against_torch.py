"""A file that computes something else than its network is noticed."""

from __future__ import annotations

import onnx
import pytest
import torch
from onnx import numpy_helper

from poselift.deploy.against_torch import check_against_torch
from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError
from poselift.models import create_model


@pytest.fixture
def model():
    torch.manual_seed(0)
    return create_model("lcn", channels=4, layers=1, add_input=False, max_norm=False)


@pytest.fixture
def file(tmp_path, model):
    export_onnx(model, {}, tmp_path / "m.onnx")
    return tmp_path / "m.onnx"


def changed(file, change):
    """Change the first weight that is a matrix."""
    made = onnx.load(file)
    weight = next(weight for weight in made.graph.initializer if len(weight.dims) == 2)
    weight.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(weight).copy()), weight.name))
    onnx.save(made, file)


@pytest.mark.parametrize("training", [True, False])
def test_the_same_function_passes_and_the_model_stays_in_its_mode(file, model, training):
    model.train(training)
    check_against_torch(file, model, "m", "float32")
    assert all(module.training == training for module in model.modules())


def test_a_small_difference_is_noticed_as_far_as_the_precision_promises(file, model):
    changed(file, lambda weight: weight * 1.002)
    check_against_torch(file, model, "m", "float16_weights")
    with pytest.raises(CheckpointError, match="m, random inputs: the file's joints differ from torch's by up to"):
        check_against_torch(file, model, "m", "float32")


@pytest.mark.parametrize("precision", ["float32", "float16_weights"])
def test_numbers_that_are_none_are_noticed(file, model, precision):
    changed(file, lambda weight: weight * float("nan"))
    with pytest.raises(CheckpointError, match="m, random inputs"):
        check_against_torch(file, model, "m", precision)


def test_a_file_of_another_network_is_noticed(tmp_path, file, model):
    other = create_model("lcn", channels=4, layers=1, in_channels=3)
    with pytest.raises(CheckpointError, match="m: was written, but does not run with 1 at a time"):
        check_against_torch(file, other, "m", "float32")
