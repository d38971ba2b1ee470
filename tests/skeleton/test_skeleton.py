import numpy as np
import pytest

from poselift.errors import SkeletonError
from poselift.skeleton import SKELETONS, Skeleton

ALL = pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)

TOY = {
    "name": "toy",
    "joints": ("middle", "left_hand", "right_hand"),
    "bones": (("middle", "left_hand"), ("middle", "right_hand")),
    "root": ("middle",),
    "left": ("left_hand",),
    "right": ("right_hand",),
}


@ALL
def test_flipping_twice_changes_nothing(skeleton):
    flip = skeleton.flip_permutation
    np.testing.assert_array_equal(flip[flip], np.arange(len(skeleton)))


@ALL
def test_a_flip_exchanges_every_left_with_its_right(skeleton):
    mirrored = [name.replace("left", "@").replace("right", "left").replace("@", "right") for name in skeleton.joints]
    mirrored = [name.replace("Left", "@").replace("Right", "Left").replace("@", "Right") for name in mirrored]
    assert [skeleton.joints[i] for i in skeleton.flip_permutation] == mirrored


@ALL
def test_bones_and_root_are_their_own_mirror_image(skeleton):
    flip = skeleton.flip_permutation
    bones = {frozenset(edge) for edge in skeleton.edges}
    assert {frozenset((int(flip[a]), int(flip[b]))) for a, b in skeleton.edges} == bones
    assert {int(flip[j]) for j in skeleton.root_indices} == set(skeleton.root_indices)


@ALL
def test_parents_follow_bones_to_a_start(skeleton):
    bones = {frozenset(edge) for edge in skeleton.edges}
    assert skeleton.parents[skeleton.root_indices[0]] == -1
    assert all(frozenset((j, p)) in bones for j, p in enumerate(skeleton.parents) if p != -1)
    for joint in range(len(skeleton)):
        steps = 0
        while skeleton.parents[joint] != -1:
            joint, steps = skeleton.parents[joint], steps + 1
            assert steps < len(skeleton)


def test_parents_of_human36m_are_the_published_ones():
    assert SKELETONS["h36m17"].parents == (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15)


@ALL
def test_the_root_moves_with_the_body(skeleton):
    joints = np.random.default_rng(0).normal(size=(4, len(skeleton), 3))
    assert skeleton.root_position(joints).shape == (4, 1, 3)
    np.testing.assert_allclose(skeleton.root_position(joints + 5), skeleton.root_position(joints) + 5)


def test_what_a_skeleton_hands_out_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        SKELETONS["coco17"].flip_permutation[0] = 1


def test_a_misspelt_joint_is_answered_with_the_nearest():
    with pytest.raises(SkeletonError, match="'left_kne'") as caught:
        SKELETONS["h36m17"].index("left_kne")
    assert "left_knee" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"joints": ("middle", "middle", "right_hand")}, "not unique"),
        ({"left": ()}, "0 left joints, 1 right"),
        ({"left": ("right_hand",)}, "both sides"),
        ({"root": ()}, "root"),
        ({"bones": (("middle", "foot"),)}, "no joint 'foot'"),
        ({"extra_edges": (("middle", "foot"),)}, "no joint 'foot'"),
    ],
)
def test_a_skeleton_that_contradicts_itself_is_refused(change, message):
    with pytest.raises(SkeletonError, match=message):
        Skeleton(**{**TOY, **change})


def test_skeletons_have_the_same_joints_where_their_arrays_mean_the_same():
    toy = Skeleton(**TOY)
    assert toy.same_joints(Skeleton(**{**TOY, "name": "other", "bones": (), "left": (), "right": ()}))
    for change in ({"root": ("left_hand",)}, {"joints": ("middle", "right_hand", "left_hand")}):
        assert not toy.same_joints(Skeleton(**{**TOY, **change}))


def test_a_skeleton_has_joints_where_it_has_them_all():
    toy = Skeleton(**TOY)
    assert toy.has(())
    assert toy.has(("middle", "left_hand"))
    assert not toy.has(("middle", "foot"))
