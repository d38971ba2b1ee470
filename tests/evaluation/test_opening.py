"""A checkpoint opened as a lifter is the network itself."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from poselift.errors import CheckpointError  # noqa: E402
from poselift.evaluation.opening import exported_lifter, opened_lifter  # noqa: E402
from poselift.models import create_model  # noqa: E402
from poselift.models.checkpoint import save_checkpoint  # noqa: E402


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return create_model("lcn", channels=8, layers=1, in_channels=3, normalisation="person_centred").eval()


@pytest.fixture
def inputs():
    return np.random.default_rng(0).normal(size=(5, 17, 3)).astype(np.float32)


def test_a_lifter_of_a_network_says_what_the_network_says(network, inputs):
    with exported_lifter(network, flip=False) as lifter, torch.no_grad():
        np.testing.assert_allclose(lifter.network_output(inputs), network(torch.from_numpy(inputs)), atol=1e-5)


def test_a_checkpoint_opens_with_the_options_of_a_lifter(network, inputs, tmp_path):
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, network, name="lcn", about={})
    said = {}
    for flip in (False, True):
        with opened_lifter(path, flip=flip) as lifter:
            assert lifter.flip == flip
            said[flip] = lifter.network_output(inputs)
    assert not np.array_equal(said[False], said[True])
    with exported_lifter(network) as lifter:
        np.testing.assert_array_equal(said[True], lifter.network_output(inputs))
    with (
        pytest.raises(CheckpointError, match="expected an exported model for precision int8"),
        opened_lifter(path, precision="int8"),
    ):
        pass


def test_an_exported_model_opens_as_it_is(tiny_model):
    with opened_lifter(tiny_model, flip=False) as lifter:
        assert lifter.about["licence"] == "MIT"


def test_a_missing_file_is_told(tmp_path):
    for name in ("no.onnx", "no.safetensors"):
        with pytest.raises(CheckpointError, match=name), opened_lifter(tmp_path / name):
            pass
