"""Feet of augmented poses: they hang on the shin, stay rigid, and turn within the limits of the ankle."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.sources.augment import PoseAugmentConfig, augmented
from poselift.data.sources.draws import WindowDraws
from poselift.data.sources.feet import feet_turned, limb_turn, put_flat, turn_between
from poselift.geometry.rotation import rotated
from poselift.skeleton import BODY_21, H36M_17

STILL = PoseAugmentConfig(
    mirror=0, exchange=0, turn_rad=0, wild=0, free=0, sit=0, tumble=0, size=0, bones=0, foot_rad=0
)
# x to the right, facing +y, z up; sides by their sign.
_STANDING = {
    **{"pelvis": (0, 0, 950), "hip": (120, 0, 940), "knee": (120, 20, 510), "ankle": (120, 0, 90)},
    **{"spine": (0, 0, 1180), "thorax": (0, 0, 1430), "nose": (0, 60, 1520), "head": (0, 0, 1680)},
    **{"shoulder": (180, 0, 1410), "elbow": (200, -20, 1130), "wrist": (210, 20, 880)},
    **{"toe": (110, 190, 20), "heel": (120, -50, 20)},
}


def standing(count: int) -> np.ndarray:
    places = [np.array(_STANDING[name.split("_")[-1]], dtype=float) for name in BODY_21.joints]
    sides = [np.array([-1 if name.startswith("left") else 1, 1, 1]) for name in BODY_21.joints]
    return (np.array(places) * sides)[None].repeat(count, axis=0)


def joint(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[:, BODY_21.index(name)]


def shin_and_foot(joints: np.ndarray, side: str) -> np.ndarray:
    """Distances within a shin and its foot: they tell whether they moved as one."""
    four = np.stack([joint(joints, f"{side}_{j}") for j in ("ankle", "toe", "heel")], axis=1)
    return np.linalg.norm(four[:, :, None] - four[:, None], axis=-1)


def ankle_angle(joints: np.ndarray, side: str) -> np.ndarray:
    shin = joint(joints, f"{side}_knee") - joint(joints, f"{side}_ankle")
    foot = joint(joints, f"{side}_toe") - joint(joints, f"{side}_heel")
    cosine = (shin * foot).sum(-1) / np.linalg.norm(shin, axis=-1) / np.linalg.norm(foot, axis=-1)
    return np.degrees(np.arccos(cosine))


def changed(joints: np.ndarray, **settings: float) -> np.ndarray:
    return augmented(joints, BODY_21, STILL.replaced(**settings), np.random.default_rng(0))


@pytest.mark.parametrize("name", ["exchange", "turn_rad", "free", "tumble"])
def test_a_foot_moves_with_its_shin(name):
    joints = standing(200)
    moved = changed(joints, **{name: 0.9})
    assert np.abs(moved - joints).max() > 10 or name == "exchange"
    for side in ("left", "right"):
        np.testing.assert_allclose(shin_and_foot(moved, side), shin_and_foot(joints, side), atol=1e-6)
        np.testing.assert_allclose(ankle_angle(moved, side), ankle_angle(joints, side), atol=1e-3)


def test_who_sits_has_the_toes_in_front_of_the_heels_and_most_feet_on_the_floor():
    joints = standing(400)
    seated = changed(joints, sit=1.0)
    for side in ("left", "right"):
        np.testing.assert_allclose(shin_and_foot(seated, side), shin_and_foot(joints, side), atol=1e-6)
        ahead = joint(seated, f"{side}_toe") - joint(seated, f"{side}_heel")
        assert (ahead[:, 1] > 0).mean() > 0.9
        tilt = np.degrees(np.arcsin(ahead[:, 2] / np.linalg.norm(ahead, axis=-1)))
        assert 0.5 < (np.abs(tilt) < 5).mean() < 0.8
        assert ankle_angle(seated, side).min() > 64


def test_a_level_foot_is_level_whichever_way_it_pointed():
    joints = standing(2)
    bones = np.zeros((2, 21, 3))
    foot = BODY_21.indices(("left_ankle", "left_toe", "left_heel"))
    bones[:, foot[0]] = joint(joints, "left_ankle") - joint(joints, "left_knee")
    bones[:, foot[1:]] = [[[0, 150, 50], [0, -60, -70]], [[0, 150, -120], [0, -60, 40]]]
    level = put_flat(bones, foot, np.array([[0, 0, 1.0]] * 2))
    np.testing.assert_allclose(level[:, foot[1], 2], level[:, foot[2], 2], atol=1.0)


def test_the_rest_of_the_body_does_not_know_of_feet():
    joints = standing(64) + np.random.default_rng(1).normal(0, 5, (64, 21, 3))
    config = PoseAugmentConfig(bones=0, size=0, sit=0)
    with_feet = augmented(joints, BODY_21, config.replaced(foot_rad=0), np.random.default_rng(2))
    without = augmented(joints[:, :17], H36M_17, config, np.random.default_rng(2))
    # Feet draw nothing unless they turn, or stand on the floor under who sits.
    upper = [BODY_21.index(j) for j in H36M_17.joints]
    np.testing.assert_allclose(with_feet[:, upper], without, atol=1e-9)


def test_feet_turn_within_the_limits_of_the_ankle_and_nothing_else_moves():
    joints = standing(500)
    turned = changed(joints, foot_rad=0.5)
    np.testing.assert_array_equal(turned[:, :17], changed(joints)[:, :17])
    for side in ("left", "right"):
        np.testing.assert_allclose(shin_and_foot(turned, side), shin_and_foot(joints, side), atol=1e-6)
        angle = ankle_angle(turned, side)
        assert 64 < angle.min() < 75
        assert 130 < angle.max() < 146
        assert np.std(angle) > 10


def test_a_foot_beyond_the_limits_stays_or_comes_back():
    bones = np.zeros((300, 21, 3))
    for side in ("left", "right"):
        ankle, toe, heel = BODY_21.indices(f"{side}_{j}" for j in ("ankle", "toe", "heel"))
        bones[:, ankle], bones[:, toe], bones[:, heel] = (0, 0, -400), (0, 60, -190), (0, -20, 60)
    before = np.degrees(np.arccos(-250 / np.hypot(80, 250)))
    turned = feet_turned(bones, BODY_21, 0.5, WindowDraws(np.random.default_rng(0), 1))
    foot = turned[:, BODY_21.index("left_toe")] - turned[:, BODY_21.index("left_heel")]
    angle = np.degrees(np.arccos(foot[:, 2] / np.linalg.norm(foot, axis=-1)))
    assert angle.max() <= before + 1e-6
    assert angle.min() < before - 10


def test_a_window_turns_its_feet_alike():
    joints = standing(4)[:, None].repeat(6, axis=1)
    turned = augmented(joints, BODY_21, STILL.replaced(foot_rad=0.3), np.random.default_rng(0))
    np.testing.assert_allclose(turned, turned[:, :1].repeat(6, axis=1), atol=1e-9)


def test_bones_of_a_foot_grow_together_and_alike_left_and_right():
    joints = standing(16)
    grown = changed(joints, bones=0.1)
    lengths = {
        name: np.linalg.norm(joint(grown, name) - joint(grown, f"{name.split('_')[0]}_ankle"), axis=-1)
        for name in ("left_toe", "left_heel", "right_toe", "right_heel")
    }
    factors = [found / found.mean() for found in lengths.values()]
    for factor in factors[1:]:
        np.testing.assert_allclose(factor, factors[0], rtol=1e-9)
    assert factors[0].std() > 0.03


def test_the_smallest_turn_leads_from_one_direction_to_the_other():
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=(2, 50, 3))
    turned = rotated(turn_between(start, end), start)
    np.testing.assert_allclose(
        turned / np.linalg.norm(turned, axis=-1, keepdims=True),
        end / np.linalg.norm(end, axis=-1, keepdims=True),
        atol=1e-9,
    )
    np.testing.assert_allclose(turn_between(start, start), np.eye(3)[None].repeat(50, axis=0), atol=1e-9)


def test_a_leg_that_bends_and_straightens_gives_the_foot_back():
    """Hip and knee bent alike leave the shin, and the foot, in their directions."""
    down, ahead = np.array([[0, 0, -1.0]]), np.array([[0, 1.0, 0]])
    np.testing.assert_allclose(limb_turn((down, down), (ahead, down)), np.eye(3)[None], atol=1e-9)
