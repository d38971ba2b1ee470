"""Expected errors are compared with those of all joints but the root, relative to it."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.evaluation.expected_errors import joint_reliability
from poselift.skeleton import COCO_17, H36M_17

DRAW = np.random.default_rng(0)
TRUTH_CAM_MM = DRAW.normal([0, 0, 4000], 300, (6, 17, 3))
OFF_MM = DRAW.uniform(10, 90, (6, 17))


def lifted(skeleton):
    """Joints (F, J, 3), each as far off as `OFF_MM` says."""
    return TRUTH_CAM_MM - skeleton.root_position(TRUTH_CAM_MM) + OFF_MM[..., None] * [0, 0.6, 0.8]


@pytest.mark.parametrize(("skeleton", "counted"), [(H36M_17, 16), (COCO_17, 17)], ids=["joint", "between_joints"])
def test_a_root_that_is_a_joint_does_not_count(skeleton, counted):
    expected = OFF_MM / 4
    if counted == 16:  # whatever is expected of it
        expected[:, 0] = 1e9
    found = joint_reliability(expected, lifted(skeleton), TRUTH_CAM_MM, skeleton)
    assert found.n_errors == 6 * counted
    assert found.factor == pytest.approx(4)
    assert found.sharpness == pytest.approx(1)


def test_a_frame_that_is_not_lifted_is_refused():
    expected = np.where(np.arange(6)[:, None] == 3, np.nan, OFF_MM)
    with pytest.raises(ShapeError, match="expected finite errors"):
        joint_reliability(expected, lifted(H36M_17), TRUTH_CAM_MM, H36M_17)
