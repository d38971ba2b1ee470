"""What depends on what, of networks of which that is known."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.model_header import ModelHeader
from poselift.data.windows import Window
from poselift.errors import ShapeError
from poselift.evaluation.dependence import dependence
from poselift.skeleton import H36M_17


def header(window=Window(), normalisation="person_centred"):  # noqa: B008
    return ModelHeader("made_up", {"normalisation": normalisation, "in_channels": 3}, H36M_17, window)


def test_a_network_that_copies_depends_on_the_joint_itself():
    found = dependence(lambda x: np.pad(0.5 * x[..., :2], ((0, 0), (0, 0), (0, 1))), header())
    # 0.01 units of the input become 0.005 m.
    np.testing.assert_allclose(found.by_joint, 5 * np.eye(17), atol=1e-3)
    assert found.unit == "mm"
    assert found.offsets.tolist() == [0]


@pytest.mark.parametrize("predicts", ["middle", "last", "all"])
def test_a_difference_of_two_frames_depends_on_these(predicts):
    window = Window(frames=3, predicts=predicts, step=2)
    place = window.place

    def run(x):
        moved = np.pad(x[:, place, :, :2] - 0.25 * x[:, 0, :, :2], ((0, 0), (0, 0), (0, 1)))
        return np.stack([0 * moved, moved, 0 * moved], axis=1) if predicts == "all" else moved

    found = dependence(run, header(window))
    expected = dict.fromkeys(window.offsets.tolist(), 0.0)
    expected[window.offsets[0]], expected[0] = 2.5, 10.0
    np.testing.assert_allclose(found.by_offset[:, 3], list(expected.values()), atol=1e-3)
    np.testing.assert_allclose(found.by_joint, 12.5 * np.eye(17), atol=1e-3)


def test_units_are_those_of_the_output():
    assert "thousandths" in dependence(lambda x: x, header(normalisation="image_frame")).unit


def test_inputs_are_used_and_checked(unchecked_shapes):
    def squared(x):
        return x**2

    zero = np.zeros((50, 17, 3), dtype=np.float32)
    assert dependence(squared, header(), zero).by_joint.max() < 1e-6
    assert dependence(squared, header(), zero + 1).by_joint.max() == pytest.approx(20, rel=1e-3)
    with pytest.raises(ShapeError, match="inputs"):
        dependence(squared, header(), np.zeros((5, 16, 3), dtype=np.float32))
