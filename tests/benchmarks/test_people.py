"""How people are judged: on tracks whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import people
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.skeleton import H36M_17

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FRAMES = 60


def _walk(start: float, end: float) -> np.ndarray:
    return np.stack([np.linspace(start, end, FRAMES), np.full(FRAMES, 500.0)], axis=1)


def _person(hips_px: np.ndarray, **more) -> object:
    hidden = np.zeros(FRAMES, dtype=bool)
    return people.Person("somebody", 400.0, hips_px, **{"hidden": hidden, **more})


RIGHT, LEFT = _walk(100, 1100), _walk(1100, 100)
CROSSING = [_person(RIGHT), _person(LEFT)]


def test_the_truth_is_perfect_whatever_the_ids_are():
    found = people.score(CROSSING, {7: LEFT + 3, 2: RIGHT - 5})
    assert (found.found, found.people, found.switches, found.missed, found.false) == (2, 2, 0, 0, 0)
    assert found.idf1 == 1
    assert found.perfect


def test_two_who_leave_with_each_others_ids_are_two_switches():
    half = (np.arange(FRAMES) < FRAMES // 2)[:, None]
    found = people.score(CROSSING, {1: np.where(half, RIGHT, LEFT), 2: np.where(half, LEFT, RIGHT)})
    assert found.switches == 2
    assert found.missed == 0
    assert 0.4 < found.idf1 < 0.7
    assert not found.perfect


def test_a_new_id_after_a_gap_is_a_switch_and_the_gap_is_missed():
    first, second = RIGHT.copy(), RIGHT.copy()
    first[20:] = np.nan
    second[:25] = np.nan
    found = people.score(CROSSING, {1: first, 2: second, 3: LEFT})
    assert (found.switches, found.missed, found.found) == (1, 5, 2)


def test_nobody_found():
    found = people.score(CROSSING, {})
    assert (found.found, found.missed, found.idf1, found.switches) == (0, 2 * FRAMES, 0, 0)


def test_a_track_where_nobody_is_is_false_unless_somebody_there_does_not_matter():
    far = _walk(100, 100) + np.array([0, 2000])
    assert people.score(CROSSING, {1: RIGHT, 2: LEFT, 3: far}).false == FRAMES
    with_another = people.score([*CROSSING, _person(far, judged=False)], {1: RIGHT, 2: LEFT, 3: far})
    assert (with_another.false, with_another.people, with_another.idf1) == (0, 2, 1)
    # nor is it missed where it has no track
    assert people.score([*CROSSING, _person(far, judged=False)], {1: RIGHT, 2: LEFT}).missed == 0


def test_frames_in_which_somebody_is_hidden_do_not_count_but_their_id_does():
    table = {
        "frames": FRAMES,
        "people": {"man": {"height_px": 400, "hidden": [[20, 39]], "hips_px": [[0, 100, 500], [59, 1100, 500]]}},
    }
    (man,) = people.people_of(table)
    assert np.isnan(man.hips_px[20:40]).all()
    np.testing.assert_allclose(man.hips_px[59], (1100, 500))
    lost = RIGHT.copy()
    lost[20:40] = np.nan
    assert people.score([man], {1: lost}).perfect
    elsewhere = RIGHT.copy()
    elsewhere[20:40] += 1000
    assert people.score([man], {1: elsewhere}).false == 0
    before, after = lost.copy(), lost.copy()
    before[30:], after[:30] = np.nan, np.nan
    assert people.score([man], {1: before, 2: after}).switches == 1


def test_hips_of_a_scene_are_where_people_were_observed():
    joints_px = np.random.default_rng(0).uniform(0, 900, (10, 17, 2))
    filled = np.arange(10) == 4
    clip = Clip(H36M_17, 25, joints_px=joints_px, filled=filled, time_s=np.arange(5, 15) / 25)
    tracked = people.tracked_hips(Scene(Footage.regular(20, 25), (Track(3, 5, clip),)))
    assert list(tracked) == [3]
    assert np.isfinite(tracked[3][:, 0]).tolist() == [5 <= f < 15 and f != 9 for f in range(20)]
    np.testing.assert_allclose(tracked[3][5], joints_px[0, 0])


@pytest.mark.parametrize("name", json.loads((BENCHMARKS / "people.json").read_text())["videos"])
def test_the_references_are_whole(name):
    for person in people.reference(name):
        x_px = person.hips_px[:, 0]
        assert person.height_px > 0
        assert np.isfinite(x_px).sum() >= 60
        # nobody goes faster than their own height in a tenth of a second
        steps_px = np.linalg.norm(np.diff(person.hips_px, axis=0), axis=1)
        assert np.nanmax(steps_px) < person.height_px / 6
