"""However poses are dealt out to threads, the numbers are the same."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.export.onnx import export_onnx
from poselift.lifting.runtime import Network
from poselift.models import create_model


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "m.onnx"
    export_onnx(create_model("lcn", channels=4, layers=1), {}, path)
    return path


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 31, 32, 200, 1000])
def test_any_number_of_poses_on_any_number_of_threads(path, count, threads):
    x = np.random.default_rng(0).normal(size=(1000, 17, 2)).astype(np.float32)
    network = Network(path, threads)
    whole = np.concatenate([network.run(x[[n]]) for n in range(0, count, 97)] or [np.empty((0, 17, 3))])
    out = network.run(x[:count])
    assert out.shape == (count, 17, 3)
    np.testing.assert_allclose(out[::97], whole, rtol=0, atol=1e-5)


def test_the_file_is_read_once_and_not_missed_later(path, tmp_path):
    copy = tmp_path / "m.onnx"
    copy.write_bytes(path.read_bytes())
    network, x = Network(copy, 2), np.ones((200, 17, 2), np.float32)
    copy.unlink()
    np.testing.assert_allclose(network.run(x), Network(path, 1).run(x), rtol=0, atol=1e-5)
