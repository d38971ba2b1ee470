"""Which people are kept, and when that is decided."""

import numpy as np
import pytest

from poselift.detect.base import Detection
from poselift.errors import PoseliftError
from poselift.tracking.bodies import Bodies
from poselift.tracking.chosen import GONE_S, Chooser, Placed
from poselift.tracking.who import Who

FPS = 10
SQUARE = np.array([[-0.3, -1], [0.3, -1], [0.3, 1], [-0.3, 1]])


def placed(frame, people):
    """People by id: (x, height) in pixels."""
    found = [Detection(SQUARE * height / 2 + [x, 300], np.ones(4)) for x, height in people.values()]
    return Placed(frame, frame / FPS, {person: n for n, person in enumerate(people)}, Bodies.of(found))


def kept(who, frames, size_px=(1000, 600)):
    """Ids in each frame, and by how many frames that was told later."""
    chooser = Chooser(who, size_px)
    told, lags = [], []
    for n, people in enumerate(frames):
        now = chooser.push(placed(n, people))
        told += now
        lags += [n - p.frame for p in now]
    told += chooser.finish()
    assert [p.frame for p in told] == list(range(len(frames)))
    return [set(p.people) for p in told], lags


THREE = {1: (450, 100), 2: (100, 300), 3: (800, 200)}


@pytest.mark.parametrize(("person", "chosen"), [("largest", 2), ("nearest-center", 1), ("leftmost", 2), (3, 3)])
def test_one_person_by_a_rule_or_by_id(person, chosen):
    told, _ = kept(Who(person=person), [THREE] * 30)
    assert told == [{chosen}] * 30


def test_everybody_is_told_at_once_and_who_is_chosen_by_watching_after_a_second():
    told, lags = kept(Who(), [THREE] * 30)
    assert told == [{1, 2, 3}] * 30
    assert set(lags) == {0}
    assert max(kept(Who(person=3), [THREE] * 30)[1]) == 0
    nobody_first = [{}] * 20 + [THREE] * 30
    told, lags = kept(Who(person="largest"), nobody_first)
    assert told == [set()] * 20 + [{2}] * 30
    assert lags[:20] == [0] * 20
    assert max(lags) == FPS
    assert lags[-1] == 0


def test_who_is_chosen_is_followed_whatever_becomes_of_them():
    grown = {1: (450, 900), 2: (100, 50)}
    assert kept(Who(person="largest"), [THREE] * 12 + [grown] * 20 + [{1: (450, 900)}] * 100)[0] == (
        [{2}] * 32 + [set()] * 100
    )


def test_who_is_hardly_seen_is_not_chosen():
    """A giant for two frames of the first second."""
    frames = [{**THREE, 4: (500, 900)} if n in (3, 4) else THREE for n in range(30)]
    assert kept(Who(person="largest"), frames)[0] == [{2}] * 30


def test_the_largest_of_the_first_second_have_the_places():
    assert kept(Who(people=2), [THREE] * 30)[0] == [{2, 3}] * 30
    assert kept(Who(people=5), [THREE] * 30)[0] == [{1, 2, 3}] * 30


def test_a_free_place_goes_to_who_comes_next():
    one = {1: (450, 100)}
    later = {**one, 2: (100, 50), 3: (300, 80)}
    assert kept(Who(people=2), [one] * 20 + [later] * 20)[0] == [{1}] * 20 + [{1, 3}] * 20


def test_who_left_gives_the_place_away_and_not_before():
    gone = round(GONE_S * FPS)
    first, second, third = {1: (450, 100)}, {2: (100, 50)}, {3: (100, 60)}
    frames = [first] * 20 + [second] * gone + [{**second, **third}] * 10
    told, _ = kept(Who(people=1), frames)
    assert told == [{1}] * 20 + [set()] * gone + [{3}] * 10


def test_a_centre_that_nobody_knows_is_that_of_the_people():
    assert kept(Who(person="nearest-center"), [THREE] * 12, size_px=None)[0] == [{1}] * 12


def test_footage_may_end_before_anything_is_chosen():
    assert kept(Who(people=1), [THREE] * 3)[0] == [{2}] * 3
    assert kept(Who(people=1), [{}] * 3)[0] == [set()] * 3
    assert kept(Who(person="largest"), [])[0] == []


def test_both_are_refused():
    with pytest.raises(PoseliftError, match="got both"):
        Who(people=1, person=1)
