from dataclasses import replace

import numpy as np
import pytest

from poselift.errors import ShapeError, SkeletonError
from poselift.skeleton import BODY_21, COCO_17, H36M_17, SKELETONS, conversion
from poselift.skeleton.convert import CONVERSIONS

# Which source joints make the 17 joints of Human3.6M, in order, as numbers from the formats' documents.
TABLES = {
    "coco17": [(11, 12), 12, 14, 16, 11, 13, 15, (5, 6, 11, 12), (5, 6), 0, (1, 2), 5, 7, 9, 6, 8, 10],
    "wholebody23": [(11, 12), 12, 14, 16, 11, 13, 15, (5, 6, 11, 12), (5, 6), 0, (1, 2), 5, 7, 9, 6, 8, 10],
    "coco18": [(8, 11), 8, 9, 10, 11, 12, 13, (2, 5, 8, 11), 1, 0, (14, 15), 5, 6, 7, 2, 3, 4],
    "body25b": [(11, 12), 12, 14, 16, 11, 13, 15, (5, 6, 11, 12), (5, 6), 0, 18, 5, 7, 9, 6, 8, 10],
    "halpe26": [19, 12, 14, 16, 11, 13, 15, (18, 19), 18, 0, 17, 5, 7, 9, 6, 8, 10],
    "body25": [8, 9, 10, 11, 12, 13, 14, (1, 8), 1, 0, (15, 16), 5, 6, 7, 2, 3, 4],
    "blazepose33": [
        *((23, 24), 24, 26, 28, 23, 25, 27, (11, 12, 23, 24), (11, 12), 0, (2, 5, 7, 8)),
        *(11, 13, 15, 12, 14, 16),
    ],
    "h36m32": [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27],
    "h36m16": [0, 1, 2, 3, 4, 5, 6, 7, 8, (8, 9), 9, 10, 11, 12, 13, 14, 15],
    "sh16": [6, 2, 1, 0, 3, 4, 5, 7, 8, (8, 9), 9, 13, 14, 15, 12, 11, 10],
    "cmu_mocap": [(8, 17), 17, 18, 19, 8, 9, 10, 2, (13, 22), 6, 7, 13, 14, 16, 22, 23, 25],
}
# Left toe, right toe, left heel, right heel of those that have them.
FEET = {
    "body25b": [19, 22, 21, 24],
    "halpe26": [20, 21, 24, 25],
    "wholebody23": [17, 20, 19, 22],
    "body25": [19, 22, 21, 24],
    "blazepose33": [31, 32, 29, 30],
    "h36m32": [10, 5, None, None],
}
SOURCES = pytest.mark.parametrize("source", TABLES)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_every_conversion_has_its_table_here():
    assert set(CONVERSIONS) == {
        *((source, target) for source in TABLES for target in ("h36m17", "body21")),
        ("h36m17", "body21"),
        ("body21", "h36m17"),
    }


@SOURCES
def test_feet_come_from_those_who_have_them_and_are_missing_elsewhere(source, rng):
    skeleton = SKELETONS[source]
    joints, confidence = rng.normal(size=(3, len(skeleton), 2)), rng.uniform(0.1, 1, size=(3, len(skeleton)))
    convert = conversion(skeleton, BODY_21)
    body, sure = convert.joints(joints), convert.confidence(confidence)
    np.testing.assert_array_equal(body[:, :17], conversion(skeleton, H36M_17).joints(joints))
    np.testing.assert_array_equal(sure[:, :17], conversion(skeleton, H36M_17).confidence(confidence))
    for foot, there in enumerate(FEET.get(source, [None] * 4), start=17):
        if there is None:
            assert np.isnan(body[:, foot]).all()
            assert (sure[:, foot] == 0).all()
        else:
            np.testing.assert_array_equal(body[:, foot], joints[:, there])
            np.testing.assert_array_equal(sure[:, foot], confidence[:, there])


def test_a_body_without_its_feet_is_a_body_of_human36m(rng):
    joints = rng.normal(size=(3, 21, 3))
    np.testing.assert_array_equal(conversion(BODY_21, H36M_17).joints(joints), joints[:, :17])


def test_poses_in_3d_must_have_every_joint():
    assert conversion(SKELETONS["halpe26"], BODY_21).whole().target == BODY_21
    with pytest.raises(SkeletonError, match=r"coco17 do not convert to body21.*left_toe, right_toe, left_heel"):
        conversion(COCO_17, BODY_21).whole()


def test_missing_joints_keep_the_type_of_the_others(rng):
    joints = rng.normal(size=(2, 17, 2)).astype(np.float32)
    assert conversion(COCO_17, BODY_21).joints(joints).dtype == np.float32
    assert conversion(COCO_17, BODY_21).confidence(joints[..., 0]).dtype == np.float32


@SOURCES
def test_joints_are_the_means_that_the_format_documents_name(source, rng):
    joints = rng.normal(size=(3, len(SKELETONS[source]), 2))
    expected = np.stack([joints[:, np.atleast_1d(part)].mean(axis=1) for part in TABLES[source]], axis=1)
    np.testing.assert_allclose(conversion(SKELETONS[source], H36M_17).joints(joints), expected)


@SOURCES
def test_a_derived_joint_is_as_confident_as_its_least_confident_part(source, rng):
    confidence = rng.uniform(size=(3, len(SKELETONS[source])))
    expected = np.stack([confidence[:, np.atleast_1d(part)].min(axis=1) for part in TABLES[source]], axis=1)
    np.testing.assert_array_equal(conversion(SKELETONS[source], H36M_17).confidence(confidence), expected)


@SOURCES
def test_converting_the_mirror_image_is_mirroring_the_conversion(source, rng):
    skeleton = SKELETONS[source]
    convert = conversion(skeleton, H36M_17)
    joints = rng.normal(size=(3, len(skeleton), 3))
    np.testing.assert_allclose(
        convert.joints(joints[:, skeleton.flip_permutation]),
        convert.joints(joints)[:, H36M_17.flip_permutation],
    )


@SOURCES
def test_a_conversion_keeps_the_root(source, rng):
    joints = rng.normal(size=(3, len(SKELETONS[source]), 3))
    converted = conversion(SKELETONS[source], H36M_17).joints(joints)
    np.testing.assert_allclose(H36M_17.root_position(converted), SKELETONS[source].root_position(joints))


def test_a_skeleton_converts_to_itself_unchanged(rng):
    joints = rng.normal(size=(2, 17, 3)).astype(np.float32)
    converted = conversion(COCO_17, COCO_17).joints(joints)
    assert converted.dtype == np.float32
    np.testing.assert_array_equal(converted, joints)


def test_an_unknown_conversion_is_answered_with_those_there_are():
    with pytest.raises(SkeletonError, match="h36m17 to coco17") as caught:
        conversion(H36M_17, COCO_17)
    assert "coco17 -> h36m17" in caught.value.hint


@pytest.mark.usefixtures("unchecked_shapes")
def test_arrays_of_another_skeleton_are_refused():
    convert = conversion(SKELETONS["body25"], H36M_17)
    with pytest.raises(ShapeError, match=r"joints: expected shape \(\.\.\., 25, any\), got \(5, 17, 2\)"):
        convert.joints(np.zeros((5, 17, 2)))
    with pytest.raises(ShapeError, match="confidence"):
        convert.confidence(np.zeros((5, 17)))


def test_a_known_name_with_other_joints_does_not_convert():
    impostor = replace(COCO_17, joints=COCO_17.joints[::-1])
    with pytest.raises(SkeletonError, match="no conversion from coco17 to h36m17") as caught:
        conversion(impostor, H36M_17)
    assert "other joints" in caught.value.hint
    with pytest.raises(SkeletonError, match="no conversion"):
        conversion(COCO_17, replace(H36M_17, root=("spine",)))


def test_known_joints_convert_whatever_their_skeleton_is_called():
    mine = replace(COCO_17, name="mine", extra_edges=(("nose", "left_wrist"),))
    assert conversion(mine, H36M_17).parts == conversion(COCO_17, H36M_17).parts


def test_another_graph_over_the_same_joints_is_no_other_place(rng):
    graph = replace(H36M_17, name="graph", extra_edges=())
    joints = rng.normal(size=(2, 17, 3))
    np.testing.assert_array_equal(conversion(H36M_17, graph).joints(joints), joints)
    np.testing.assert_array_equal(conversion(graph, H36M_17).joints(joints), joints)
