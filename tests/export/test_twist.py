"""The twist of a limb follows its bend, and is steady where there is none."""

from __future__ import annotations

import numpy as np

from poselift.export.twist import steady_twist

FPS = 30.0


def limb(bend_deg, twist_deg):
    """A limb along y that bends about an axis that is turned by the twist from z towards x."""
    bend, twist = np.radians(np.broadcast_arrays(bend_deg, twist_deg))
    along = np.tile([0.0, 1, 0], (len(bend), 1))
    axis = np.stack([np.sin(twist), np.zeros(len(bend)), np.cos(twist)], axis=-1)
    return along, np.tile([0.0, 0, 1], (len(bend), 1)), np.sin(bend)[:, None] * axis


def twist_deg(along, rest, bend):
    found = steady_twist(along, rest, bend, np.ones(len(along)), FPS)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1)
    return np.degrees(np.unwrap(np.arctan2(found[:, 0], found[:, 2])))


def test_a_bent_limb_is_twisted_as_its_bend_says():
    said = 100 * np.sin(np.linspace(0, 6, 200))
    assert np.abs(twist_deg(*limb(60.0, said)) - said).max() < 1


def test_a_straight_limb_goes_from_one_bend_to_the_next_the_shorter_way():
    said = np.where(np.arange(90) < 45, -80.0, 80.0)
    bent = np.where(np.abs(np.arange(90) - 45) < 15, 0.0, 60.0)
    found = twist_deg(*limb(bent, said))
    assert np.abs(found[[0, -1]] - [-80, 80]).max() < 1
    assert np.diff(found).max() < 8
    assert np.diff(found).min() > -1


def test_a_bend_that_turns_over_by_chance_does_not_turn_a_straight_limb():
    rng = np.random.default_rng(0)
    assert np.abs(twist_deg(*limb(rng.uniform(-9, 9, 300), rng.uniform(-20, 20, 300)))).max() < 1


def test_a_limb_that_stays_straight_goes_back_to_rest():
    bent = np.where(np.arange(400) < 30, 60.0, 0.0)
    found = twist_deg(*limb(bent, 70.0))
    np.testing.assert_allclose(found[:25], 70, atol=1)
    assert abs(found[-1]) < 3


def test_a_single_frame_has_a_twist():
    assert abs(twist_deg(*limb(np.array([60.0]), 40.0))[0] - 40) < 1


def test_the_mirror_image_is_twisted_the_other_way():
    rng = np.random.default_rng(1)
    said, bent = 90 * np.sin(rng.normal(size=200).cumsum() / 5), rng.uniform(0, 60, 200)
    np.testing.assert_allclose(twist_deg(*limb(bent, -said)), -twist_deg(*limb(bent, said)), atol=1e-6)
