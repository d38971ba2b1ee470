"""The protocols: what each of them ignores."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError, SkeletonError
from poselift.geometry import vector_rotation
from poselift.metrics import PROTOCOLS, joint_errors, protocol_errors
from poselift.skeleton import COCO_17, H36M_17

TARGET = np.random.default_rng(3).normal(0, 300, (10, 17, 3))
PREDICTED = TARGET + np.random.default_rng(4).normal(0, 40, TARGET.shape)

MOVES = {
    "translation": lambda x: x + np.array([500.0, -200, 3000]),
    "scale about the root": lambda x: (x - x[:, :1]) * 1.7,
    "rotation": lambda x: x @ vector_rotation(np.array([0.3, -0.8, 0.5])),
    "mirror": lambda x: x * np.array([-1.0, 1, 1]),
}
IGNORES = {
    "root_relative": {"translation"},
    "procrustes": {"translation", "scale about the root", "rotation"},
    "procrustes_mirror": {"translation", "scale about the root", "rotation", "mirror"},
    "scale_normalised": {"translation", "scale about the root"},
    "lcn": set(),
    "velocity": {"translation"},
    "acceleration": {"translation"},
}


def test_the_table_of_what_is_ignored_is_complete():
    assert IGNORES.keys() == PROTOCOLS.keys()
    assert all(name == protocol.name for name, protocol in PROTOCOLS.items())


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_ignores_what_it_says_and_nothing_else(name, move):
    plain = protocol_errors(PROTOCOLS[name], PREDICTED, TARGET, H36M_17)
    moved = protocol_errors(PROTOCOLS[name], MOVES[move](PREDICTED), TARGET, H36M_17)
    assert np.allclose(plain, moved) == (move in IGNORES[name])


def test_what_needs_places_or_clips_says_so():
    assert [name for name, protocol in PROTOCOLS.items() if protocol.absolute] == ["lcn"]
    assert [name for name, protocol in PROTOCOLS.items() if protocol.steps] == ["velocity", "acceleration"]


def test_single_precision_is_measured_in_double():
    pair = (PREDICTED + 5e6).astype(np.float32), (TARGET + 5e6).astype(np.float32)
    for protocol in PROTOCOLS.values():
        expected = protocol_errors(protocol, *(a.astype(np.float64) for a in pair), H36M_17)
        np.testing.assert_array_equal(protocol_errors(protocol, *pair, H36M_17), expected)


def test_the_root_is_the_skeletons():
    # COCO has no pelvis: its root is the middle of the hips, so it has no joint of error 0.
    errors = protocol_errors(PROTOCOLS["root_relative"], PREDICTED, TARGET, COCO_17)
    assert errors.min() > 0
    assert (protocol_errors(PROTOCOLS["root_relative"], PREDICTED, TARGET, H36M_17)[:, 0] == 0).all()


def test_only_the_measured_joints_count_and_the_root_is_still_the_root():
    joints = ("left_wrist", "right_knee")
    chosen = H36M_17.indices(joints)
    errors = protocol_errors(PROTOCOLS["root_relative"], PREDICTED, TARGET, H36M_17, joints)
    np.testing.assert_array_equal(
        errors, joint_errors(PREDICTED - PREDICTED[:, :1], TARGET - TARGET[:, :1])[:, chosen]
    )


def test_joints_that_are_left_out_do_not_take_part_in_the_alignment():
    spoilt = PREDICTED.copy()
    spoilt[:, H36M_17.index("head")] += 1e4
    limbs = tuple(j for j in H36M_17.joints if j != "head")
    errors = [protocol_errors(PROTOCOLS["procrustes"], p, TARGET, H36M_17, limbs) for p in (PREDICTED, spoilt)]
    np.testing.assert_allclose(*errors)


@pytest.mark.usefixtures("unchecked_shapes")
def test_a_wrong_skeleton_or_joint_is_refused():
    with pytest.raises(ShapeError, match="predicted_mm of skeleton h36m17: expected"):
        protocol_errors(PROTOCOLS["procrustes"], PREDICTED[:, :16], TARGET, H36M_17)
    with pytest.raises(SkeletonError, match="left_paw"):
        protocol_errors(PROTOCOLS["procrustes"], PREDICTED, TARGET, H36M_17, ["left_paw"])
