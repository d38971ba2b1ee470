"""Laws of pose augmentation."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.sources.augment import PoseAugmentConfig, augmented, mirrored
from poselift.errors import RecipeError
from poselift.skeleton import H36M_17, SKELETONS, Skeleton

STILL = PoseAugmentConfig(
    mirror=0, exchange=0, turn_rad=0, wild=0, free=0, sit=0, tumble=0, size=0, bones=0, foot_rad=0
)

# A standing person facing +y, in millimetres: pelvis at 950, arms hanging.
_STANDING = {
    "pelvis": (0, 0, 950),
    "hip": (120, 0, 940),
    "knee": (120, 20, 510),
    "ankle": (120, 0, 90),
    "spine": (0, 0, 1180),
    "thorax": (0, 0, 1430),
    "nose": (0, 60, 1520),
    "head": (0, 0, 1680),
    "shoulder": (180, 0, 1410),
    "elbow": (200, -20, 1130),
    "wrist": (210, 20, 880),
}


def standing() -> np.ndarray:
    joints = np.zeros((17, 3))
    for i, name in enumerate(H36M_17.joints):
        x, y, z = _STANDING[name.split("_")[-1]]
        joints[i] = (-x if name.startswith("left") else x, y, z)
    return joints


def batch(count: int = 64, seed: int = 0) -> np.ndarray:
    """Standing people turned about the vertical, with noise."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, count)
    turn = np.zeros((count, 3, 3))
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(angle)
    turn[:, 1, 0], turn[:, 0, 1], turn[:, 2, 2] = np.sin(angle), -np.sin(angle), 1
    return np.einsum("bij,kj->bki", turn, standing()) + rng.normal(0, 5, (count, 17, 3))


def bone_lengths(joints: np.ndarray) -> np.ndarray:
    parents = np.array(H36M_17.parents)
    return np.linalg.norm(joints[:, 1:] - joints[:, parents[1:]], axis=-1)


def test_everything_off_is_the_identity():
    joints = batch()
    np.testing.assert_allclose(augmented(joints, H36M_17, STILL, np.random.default_rng(0)), joints, atol=1e-9)


def test_the_input_is_left_alone():
    joints = batch()
    before = joints.copy()
    augmented(joints, H36M_17, PoseAugmentConfig(), np.random.default_rng(0))
    np.testing.assert_array_equal(joints, before)


@pytest.mark.parametrize("name", ["mirror", "exchange", "turn_rad", "free", "sit", "tumble", "size", "bones"])
def test_each_setting_changes_the_poses(name):
    joints = batch()
    changed = augmented(joints, H36M_17, STILL.replaced(**{name: 0.5}), np.random.default_rng(0))
    assert np.abs(changed - joints).max() > 10


def test_wild_turns_further():
    joints = batch(400)
    moved = [
        np.abs(
            augmented(joints, H36M_17, STILL.replaced(turn_rad=0.1, wild=wild), np.random.default_rng(0)) - joints
        ).mean()
        for wild in (0.0, 1.0)
    ]
    assert moved[1] > 2 * moved[0]


@pytest.mark.parametrize("name", ["mirror", "exchange", "turn_rad", "free", "sit", "tumble"])
def test_bones_keep_their_lengths(name):
    joints = batch(1).repeat(32, axis=0)
    if name == "exchange":  # limbs of other people, but with the lengths of the pose's own
        joints = batch(32)
    changed = augmented(joints, H36M_17, STILL.replaced(**{name: 1.0}), np.random.default_rng(0))
    expected = bone_lengths(joints)
    if name == "mirror":
        expected = bone_lengths(mirrored(joints, H36M_17))
    np.testing.assert_allclose(bone_lengths(changed), expected, rtol=1e-6)


def test_the_root_stays_where_it_was():
    joints = batch()
    changed = augmented(joints, H36M_17, PoseAugmentConfig().replaced(mirror=0), np.random.default_rng(0))
    np.testing.assert_allclose(H36M_17.root_position(changed), H36M_17.root_position(joints), atol=1e-9)


def test_mirroring_twice_is_the_identity():
    joints = batch()
    np.testing.assert_array_equal(mirrored(mirrored(joints, H36M_17), H36M_17), joints)


def test_bone_lengths_change_alike_left_and_right():
    joints = standing()[None].repeat(16, axis=0)
    changed = augmented(joints, H36M_17, STILL.replaced(bones=0.1), np.random.default_rng(0))
    factor = np.linalg.norm(changed[:, 5] - changed[:, 4], axis=-1) / np.linalg.norm(
        changed[:, 2] - changed[:, 1], axis=-1
    )
    np.testing.assert_allclose(factor, 1, rtol=1e-6)


def test_an_exchanged_arm_keeps_its_direction_in_the_body_frame():
    """A pose and the same pose turned about the vertical exchange limbs without a change."""
    first = standing()
    second = first @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]])
    joints = np.stack([first, second])
    changed = augmented(joints, H36M_17, STILL.replaced(exchange=1.0), np.random.default_rng(3))
    np.testing.assert_allclose(changed, joints, atol=1e-6)


def test_who_sits_has_knees_in_front_and_feet_below():
    joints = standing()[None].repeat(64, axis=0)
    seated = augmented(joints, H36M_17, STILL.replaced(sit=1.0), np.random.default_rng(0))
    hip, knee, ankle = (seated[:, H36M_17.index(f"left_{j}")] for j in ("hip", "knee", "ankle"))
    assert ((knee - hip)[:, 1] > 200).all()  # forward is +y
    assert ((ankle - knee)[:, 2] < 0).all()
    assert np.median((knee - hip)[:, 0]) < 0  # the left knee opens to the left, which is -x


def test_free_limbs_keep_within_the_limits_of_their_joints():
    joints = standing()[None].repeat(500, axis=0)
    freed = augmented(joints, H36M_17, STILL.replaced(free=1.0), np.random.default_rng(0))
    for side, outwards in (("left", -1), ("right", 1)):
        bone = {}
        for name, start, end in (("thigh", "hip", "knee"), ("shin", "knee", "ankle"), ("arm", "shoulder", "elbow")):
            vector = freed[:, H36M_17.index(f"{side}_{end}")] - freed[:, H36M_17.index(f"{side}_{start}")]
            bone[name] = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
        # A knee folds the shin backwards: it is never further forward than the thigh continued.
        hinge = np.cross(bone["thigh"], bone["shin"])[:, 0]
        assert (hinge < 0.35).all()
        assert (outwards * bone["thigh"][:, 0]).mean() > 0.1  # legs open rather than cross
        assert bone["arm"][:, 1].min() > -0.51  # arms do not point far behind the back
        assert (outwards * bone["arm"][:, 0]).min() > -0.31  # nor through the chest


@pytest.mark.parametrize(("name", "value"), [("mirror", 1.5), ("sit", -0.1), ("turn_rad", -1.0), ("bones", -0.1)])
def test_values_out_of_range_are_refused(name, value):
    with pytest.raises(RecipeError, match=rf"augment\.{name}: expected .* got {value}"):
        PoseAugmentConfig(**{name: value})


def renamed(*lost: str) -> Skeleton:
    """Human3.6M-17 with names of its own in place of some of its joints."""

    def name(joint: str) -> str:
        return f"x{joint}" if joint in lost else joint

    def names(joints):
        return tuple(name(j) if isinstance(j, str) else tuple(map(name, j)) for j in joints)

    fields = ("joints", "bones", "root", "left", "right", "extra_edges")
    return Skeleton(name="own", **{field: names(getattr(H36M_17, field)) for field in fields})


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_any_skeleton_is_augmented_and_nothing_moves_where_all_is_off(skeleton):
    joints = np.random.default_rng(0).normal(0, 400, (32, len(skeleton), 3))
    changed = augmented(joints, skeleton, PoseAugmentConfig(), np.random.default_rng(1))
    assert np.isfinite(changed).all()
    assert np.abs(changed - joints).max() > 10
    same = augmented(joints, skeleton, STILL, np.random.default_rng(1))
    np.testing.assert_allclose(same, joints, atol=1e-9)


def test_a_skeleton_of_other_names_is_mirrored_and_resized_alone():
    own, joints = renamed(*H36M_17.joints), batch()
    for name, moves in {"mirror": True, "size": True, "bones": True, "tumble": True, "exchange": False}.items():
        changed = augmented(joints, own, STILL.replaced(**{name: 1.0}), np.random.default_rng(0))
        assert (np.abs(changed - joints).max() > 1) == moves, name


def test_limbs_move_where_their_joints_are_known():
    """Without the spine the legs have no frame to hang in; nor have the arms. Without a wrist an arm stays."""
    joints, free = batch(), STILL.replaced(free=1.0)
    for lost, moving in (("spine", set()), ("left_wrist", {"right_elbow", "left_knee", "right_knee"})):
        own = renamed(lost)
        moved = np.abs(augmented(joints, own, free, np.random.default_rng(0)) - joints).max(axis=(0, 2)) > 1
        assert {j for j, m in zip(own.joints, moved, strict=True) if m and j.endswith(("elbow", "knee"))} == moving


def test_sitting_needs_both_legs():
    joints, sit = batch(), STILL.replaced(sit=1.0)
    assert np.abs(augmented(joints, renamed("nose"), sit, np.random.default_rng(0)) - joints).max() > 100
    one_leg = augmented(joints, renamed("left_ankle"), sit, np.random.default_rng(0))
    np.testing.assert_allclose(one_leg, joints, atol=1e-9)


def test_joints_without_a_parent_move_with_the_body():
    """COCO's face hangs on nothing: it must keep its place beside the shoulders when the body grows."""
    coco = SKELETONS["coco17"]
    joints = np.random.default_rng(0).normal(0, 400, (8, 17, 3))
    grown = augmented(joints, coco, STILL.replaced(size=0.3), np.random.default_rng(0))
    about_root = [values - coco.root_position(values) for values in (joints, grown)]
    ratio = about_root[1] / about_root[0]
    np.testing.assert_allclose(ratio, ratio[:, :1, :1].repeat(17, 1).repeat(3, 2), rtol=1e-6)
