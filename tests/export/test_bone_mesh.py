"""Bones to look at: closed, facing outwards, from joint to joint."""

from __future__ import annotations

import numpy as np

from poselift.export.bone_mesh import bone_mesh
from poselift.export.rig import Rig
from poselift.skeleton import BODY_21


def rig_of(lengths):
    return Rig.of(BODY_21, lengths)


def test_a_bone_goes_from_joint_to_joint():
    rig = rig_of(np.full(21, 300.0))
    knee = BODY_21.index("left_knee")
    mesh = bone_mesh(rig, [knee])
    places = rig.rest_places_mm
    corners = mesh.corners_mm.reshape(-1, 3)
    for joint in ("left_hip", "left_knee"):
        assert np.linalg.norm(corners - places[rig.names.index(joint)], axis=-1).min() < 1e-9
    assert set(mesh.nodes.tolist()) == {rig.names.index("left_hip")}
    assert np.ptp(corners[:, 0]) < 100


def test_a_bone_is_closed_and_faces_outwards():
    mesh = bone_mesh(rig_of(np.full(21, 300.0)), [BODY_21.index("left_knee")])
    middle = mesh.corners_mm.reshape(-1, 3).mean(axis=0)
    assert (((mesh.corners_mm - middle) * mesh.normals).sum(axis=-1) > 0).all()
    # By the divergence theorem the areas of a closed surface, as vectors, add up to nothing.
    areas = np.cross(mesh.corners_mm[:, 1] - mesh.corners_mm[:, 0], mesh.corners_mm[:, 2] - mesh.corners_mm[:, 0])
    np.testing.assert_allclose(areas.sum(axis=0), 0, atol=1e-6)


def test_a_bone_without_a_length_is_left_out():
    lengths = np.full(21, 300.0)
    lengths[BODY_21.index("left_heel")] = 0
    mesh = bone_mesh(rig_of(lengths), BODY_21.indices(["left_heel", "left_toe"]))
    assert len(mesh.nodes) == 8
    assert len(bone_mesh(rig_of(lengths), []).nodes) == 0
