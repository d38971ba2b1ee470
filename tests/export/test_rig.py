"""A rig is a tree of nodes that holds the skeleton's joints."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import SkeletonError
from poselift.export.rig import Rig, children_of, lateral_pair
from poselift.skeleton import BODY_21, BODY_25, COCO_17, H36M_17, HALPE_26


def rig_of(skeleton, seed=0):
    return Rig.of(skeleton, np.random.default_rng(seed).uniform(50, 400, len(skeleton)))


@pytest.mark.parametrize("skeleton", [BODY_21, H36M_17, HALPE_26, BODY_25], ids=lambda s: s.name)
def test_every_joint_has_a_node_of_its_name_and_parents_come_first(skeleton):
    rig = rig_of(skeleton)
    assert set(skeleton.joints) <= set(rig.names)
    assert len(set(rig.names)) == len(rig)
    assert all(parent < node for node, parent in enumerate(rig.parents))
    for joint, carrier in rig.carriers.items():
        assert skeleton.parents[joint] == (rig.joints[carrier] if carrier >= 0 else -1)


@pytest.mark.parametrize("skeleton", [BODY_21, HALPE_26], ids=lambda s: s.name)
def test_no_node_has_to_aim_at_two_joints(skeleton):
    rig = rig_of(skeleton)
    aimed = [aim for aim in rig.aims if aim >= 0]
    assert sorted(aimed) == sorted(joint for joint in range(len(skeleton)) if skeleton.parents[joint] >= 0)


def test_bones_have_their_lengths_at_rest():
    lengths = np.arange(1.0, 22)
    rig = Rig.of(BODY_21, lengths)
    places = rig.rest_places_mm[[rig.joints.index(joint) for joint in range(21)]]
    for joint, parent in enumerate(BODY_21.parents):
        if parent >= 0:
            assert np.linalg.norm(places[joint] - places[parent]) == pytest.approx(lengths[joint])


def test_a_rig_at_rest_that_is_moved_stands_elsewhere():
    rig, root_mm = rig_of(BODY_21), np.array([[1.0, 2, 3]])
    turns = np.broadcast_to(np.eye(3), (len(rig), 1, 3, 3))
    np.testing.assert_allclose(rig.places_mm(root_mm, turns)[0], rig.rest_places_mm + root_mm[0])


def test_the_nodes_that_bones_hang_on_have_names_of_bodies():
    rig = rig_of(BODY_21)
    assert {"left_pelvis", "right_collar", "lower_back", "neck", "left_hindfoot"} <= set(rig.names)
    # Its own joint is called neck already.
    assert "neck_to_nose" in rig_of(HALPE_26).names


def test_bones_that_are_no_tree_are_refused():
    with pytest.raises(SkeletonError, match="no tree"):
        rig_of(COCO_17)


def test_children_and_pairs():
    thorax = BODY_21.index("thorax")
    assert children_of(BODY_21, thorax) == BODY_21.indices(["nose", "left_shoulder", "right_shoulder"])
    assert lateral_pair(BODY_21, thorax) == tuple(BODY_21.indices(["left_shoulder", "right_shoulder"]))
    assert lateral_pair(BODY_21, BODY_21.index("left_ankle")) is None
