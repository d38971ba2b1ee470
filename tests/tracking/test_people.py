"""Laws of telling people apart over time."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.skeleton import BLAZEPOSE_33, BODY_25, COCO_17
from poselift.tracking.people import LOOKAHEAD_S, PeopleTracker
from poselift.tracking.who import Who

SECONDS = 3.0


@pytest.fixture
def crossing(walking):
    """Two who walk past each other, one nearer, both at an angle to the picture."""

    def walkers(mm_per_s=1400.0, angle_deg=0.0):
        across, along = mm_per_s * np.array([np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))])
        half = SECONDS / 2
        return [
            walking.Walker((-across * half, 5000 - along * half), (across, along)),
            walking.Walker((across * half, 5700 - 0.3 * along * half), (-across, 0.3 * along), phase=1.0),
        ]

    return walkers


@pytest.mark.parametrize("skeleton", [COCO_17, BODY_25, BLAZEPOSE_33], ids=lambda s: s.name)
@pytest.mark.parametrize("mm_per_s", [700, 1400, 3000])
@pytest.mark.parametrize("angle_deg", [0, 30, 60])
def test_who_cross_keep_their_ids(walking, crossing, skeleton, mm_per_s, angle_deg):
    """Whether the one behind is missed at once or found on the other meanwhile, and found again at once or later."""
    for fps in (12, 25, 60):
        for doubles, run in ((False, 0), (True, 16)):
            frames = walking.filmed(
                crossing(mm_per_s, angle_deg), SECONDS, fps, skeleton=skeleton, doubles=doubles, run=run
            )
            # Of two in one place, either may be the one who is seen.
            ids = walking.ids_by_walker(walking.pushed(frames, fps, skeleton=skeleton), fewest=2)
            assert sorted(ids.values(), key=min) == [{1}, {2}], (fps, doubles, run)


def test_the_order_within_a_frame_does_not_matter(walking, crossing):
    frames = walking.filmed(crossing(), SECONDS, 25)
    turned = [found[::-1] for found in frames]
    told, told_turned = (walking.pushed(f, 25) for f in (frames, turned))
    assert [sorted(frame) for frame in told] == [sorted(frame) for frame in told_turned]


def test_mirrored_in_is_mirrored_out(walking, crossing):
    def mirrored(person):
        joints_px = person.joints_px[COCO_17.flip_permutation] * np.float32([-1, 1]) + np.float32([1920, 0])
        return person._replace(joints_px=joints_px, confidence=person.confidence[COCO_17.flip_permutation])

    frames = walking.filmed(crossing(), SECONDS, 25)
    told = walking.pushed([[(w, mirrored(d)) for w, d in found] for found in frames], 25)
    assert told == walking.pushed(frames, 25)


def test_exchanged_sides_are_the_same_person(walking, crossing):
    frames = walking.filmed(crossing(), SECONDS, 25)
    rng = np.random.default_rng(0)
    spoilt = [
        [(w, d._replace(joints_px=d.joints_px[COCO_17.flip_permutation]) if rng.random() < 0.3 else d) for w, d in f]
        for f in frames
    ]
    assert walking.pushed(spoilt, 25) == walking.pushed(frames, 25)


def test_what_is_settled_is_older_than_the_lookahead_and_all_of_it_is_told(walking, crossing):
    frames, fps = walking.filmed(crossing(), SECONDS, 25), 25
    tracker, told = PeopleTracker(COCO_17, walking.SIZE_PX), []
    for frame, found in enumerate(frames):
        told += tracker.push([d for _, d in found], frame / fps)
        assert len(told) == max(0, frame + 1 - int(np.ceil(LOOKAHEAD_S * fps)))
    told += tracker.finish()
    assert [s.frame for s in told] == list(range(len(frames)))
    assert tracker.finish() == []


def test_the_future_changes_nothing_that_was_told(walking, crossing):
    frames = walking.filmed(crossing(), SECONDS, 25)

    def settled(frames):
        tracker = PeopleTracker(COCO_17)
        return [s for n, found in enumerate(frames) for s in tracker.push([d for _, d in found], n / 25)]

    cut = settled(frames[:40])
    assert settled(frames)[: len(cut)] == cut
    assert settled(frames[:40] + [[]] * 35)[: len(cut)] == cut


def test_a_ghost_is_nobody_and_whoever_stays_is_somebody_from_the_first_frame(walking):
    walker = walking.Walker((0, 5000))
    for fps in (25, 60):
        for seconds, people in ((0.1, {0: {1}}), (0.3, {0: {1}, 1: {2}})):
            ghost = walking.Walker((1500, 5000), from_s=1, until_s=1 + seconds)
            told = walking.pushed(walking.filmed([walker, ghost], 3, fps), fps)
            assert walking.ids_by_walker(told) == people
            assert sum(len(frame) for frame in told) == 3 * fps + (round(seconds * fps) if len(people) > 1 else 0)


def test_a_single_picture_and_no_picture(walking):
    walker = walking.Walker((0, 5000))
    assert walking.pushed(walking.filmed([walker], 0.04, 25), 25) == [[(0, 1)]]
    assert walking.pushed([[]] * 30, 25) == [[]] * 30
    assert PeopleTracker(COCO_17).finish() == []


def test_people_seen_now_and_then_are_people(walking):
    """Every fourth frame, as by a detector that hardly sees them."""
    frames = walking.filmed([walking.Walker((0, 5000), (600, 0))], 3, 25)
    seldom = [found if n % 4 == 0 else [] for n, found in enumerate(frames)]
    assert walking.ids_by_walker(walking.pushed(seldom, 25)) == {0: {1}}


def test_who_stands_in_for_a_while_hidden_comes_back_and_who_walks_in_elsewhere_is_new(walking):
    stands, enters = walking.Walker((-500, 5000), until_s=1), walking.Walker((1500, 5000), (-300, 0), from_s=2.5)
    again = walking.Walker((-450, 5000), from_s=3)
    late = walking.Walker((-500, 5000), from_s=10)
    told = walking.pushed(walking.filmed([stands, enters, again], 4, 25), 25)
    assert walking.ids_by_walker(told) == {0: {1}, 1: {2}, 2: {1}}
    told = walking.pushed(walking.filmed([stands, late], 11, 25), 25)
    assert walking.ids_by_walker(told) == {0: {1}, 1: {2}}


def test_ids_are_numbered_by_appearance_the_larger_first(walking):
    small, large = walking.Walker((-1000, 8000)), walking.Walker((1000, 4000))
    late = walking.Walker((0, 3000), from_s=1)
    told = walking.pushed(walking.filmed([small, large, late], 2, 25), 25)
    assert walking.ids_by_walker(told) == {0: {2}, 1: {1}, 2: {3}}


def test_fifty_people(walking):
    """In a hall, five rows of ten, each walking a little."""
    rng = np.random.default_rng(0)
    crowd = [
        walking.Walker((-6000 + 1300 * (n % 10), 9000 + 2500 * (n // 10)), tuple(rng.normal(0, 150, 2)))
        for n in range(50)
    ]
    told = walking.pushed(walking.filmed(crowd, 1.2, 25, hidden=0), 25)
    ids = walking.ids_by_walker(told)
    assert len(ids) == 50
    assert all(len(people) == 1 for people in ids.values())
    assert len(set().union(*ids.values())) == 50


def test_only_who_is_wanted_is_told(walking, crossing):
    frames = walking.filmed(crossing(), SECONDS, 25)
    left = PeopleTracker(COCO_17, walking.SIZE_PX, Who(person="leftmost"))
    told = walking.pushed(frames, 25, tracker=left)
    assert walking.ids_by_walker(told) == {0: {1}}
    assert sum(map(len, told)) == len(frames)


def test_frames_that_nobody_looked_at_are_no_absence(walking, crossing):
    """Every fifth of 60 frames a second: the same people as in these frames alone."""
    frames = walking.filmed(crossing(), SECONDS, 60)
    tracker, told = PeopleTracker(COCO_17), []
    for n, found in enumerate(frames):
        told += tracker.push(None if n % 5 else [d for _, d in found], n / 60)
    told += tracker.finish()
    assert [s.frame for s in told] == list(range(len(frames)))
    alone = PeopleTracker(COCO_17)
    seldom = [s for n in range(0, len(frames), 5) for s in alone.push([d for _, d in frames[n]], n / 60)]
    seldom += alone.finish()
    assert [s.people for s in told] == [{} if n % 5 else seldom[n // 5].people for n in range(len(frames))]
    assert sum(len(s.people) for s in told) > 60


@pytest.mark.parametrize("doubles", [False, True])
def test_where_people_cannot_be_told_apart_it_is_said(walking, doubles):
    """Eight people mill about on few square metres: ids change, and never without a word."""
    changed = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        places = zip(rng.uniform(-1000, 1000, 8), rng.uniform(6000, 7000, 8), strict=True)
        crowd = [walking.Walker(place, tuple(rng.normal(0, 400, 2)), phase=rng.uniform(0, 6)) for place in places]
        tracker = PeopleTracker(COCO_17, walking.SIZE_PX)
        frames = walking.filmed(crowd, 4, 25, doubles=doubles, run=16, seed=seed)
        ids = walking.ids_by_walker(walking.pushed(frames, 25, tracker=tracker))
        people = [person for its in ids.values() for person in its]
        changed += len(people) > len(set(people))
        if len(people) > len(set(people)):
            assert tracker.notes, seed
            assert all(note.startswith("ids of people ") for note in tracker.notes)
    assert changed > 3


@pytest.mark.parametrize("fps", [12, 25, 60])
def test_where_two_cross_nothing_is_doubted(walking, crossing, fps):
    tracker = PeopleTracker(COCO_17)
    walking.pushed(walking.filmed(crossing(), SECONDS, fps, doubles=True, run=16), fps, tracker=tracker)
    assert tracker.notes == ()


def test_half_bodies_at_the_edge_are_people(walking):
    """Somebody walks through the picture; what is outside of it is missing."""
    frames = walking.filmed([walking.Walker((-4200, 5000), (1400, 0))], 6, 25)
    cut = []
    for found in frames:
        (walker, whole), *_ = found
        inside = (whole.joints_px[:, 0] >= 0) & (whole.joints_px[:, 0] < walking.SIZE_PX[0])
        cut.append([(walker, whole._replace(confidence=whole.confidence * inside))] if inside.any() else [])
    told = walking.pushed(cut, 25)
    assert walking.ids_by_walker(told) == {0: {1}}
    seen = [bool(found) for found in cut]
    assert sum(1 <= (d.confidence > 0).sum() <= 8 for found in cut for _, d in found) > 5
    missed = sum(here and not frame for here, frame in zip(seen, told, strict=True))
    assert missed <= 4


def test_a_detector_that_goes_from_one_person_over_to_another_is_noticed(walking):
    """Who is behind is lost before they meet; from then on what was found of the one in front is found of them."""
    front, behind = walking.Walker((-1300, 5000), (1000, 0)), walking.Walker((1300, 5400), (-1000, 0), phase=1.0)
    frames = walking.filmed([front, behind], 2.6, 60, hidden=0)
    found = []
    for n, people in enumerate(frames):
        time_s = n / 60
        seen = (0, 1) if time_s < 0.9 or time_s > 2.0 else (0,) if time_s < 1.3 else (1,)
        found.append([(w, d) for w, d in people if w in seen])
    told = walking.pushed(found, 60)
    ends = walking.ids_by_walker([frame for n, frame in enumerate(told) if not 1.2 < n / 60 < 1.4])
    assert sorted(ends.values(), key=min) == [{1}, {2}]


def elsewhere(found, x=0.0, y=0.0, turned=False):
    """A detection moved by shares of a body height, and upside down."""
    ((walker, seen),) = found
    height_px = np.ptp(seen.joints_px[:, 1])
    middle_px = seen.joints_px.mean(axis=0)
    joints_px = (seen.joints_px - middle_px) * np.float32([1, -1 if turned else 1]) + middle_px
    return walker, seen._replace(joints_px=(joints_px + np.float32([x, y]) * height_px).astype(np.float32))


@pytest.mark.parametrize("overlap", [1, 2])
@pytest.mark.parametrize("fps", [25, 50])
def test_who_is_found_twice_while_the_detector_changes_its_mind_is_one(walking, overlap, fps):
    """Upside down from the second second on, and upright for a moment as well."""
    frames = walking.filmed([walking.Walker((0, 5000))], 3, fps)
    for n in range(fps, 3 * fps):
        other = elsewhere(frames[n], turned=True)
        frames[n] = [*frames[n], other] if n < fps + overlap else [other]
    told = walking.pushed(frames, fps)
    assert [len(frame) for frame in told] == [1] * len(frames)
    assert walking.ids_by_walker(told) == {0: {1}}


def test_who_is_seen_badly_before_they_are_seen_well_is_one(walking):
    """Behind a bush: gone, then found a third of their height aside for a while, then where they are."""
    frames = walking.filmed([walking.Walker((0, 5000))], 4, 25)
    for n in range(25, 50):
        frames[n] = [elsewhere(frames[n], x=0.35)] if n >= 38 else []
    assert walking.ids_by_walker(walking.pushed(frames, 25)) == {0: {1}}


def test_a_glimpse_elsewhere_does_not_make_forget_where_somebody_went(walking):
    """On the way behind a wall somebody is found for a moment as if they rose into the air."""
    frames = walking.filmed([walking.Walker((-1400, 5000), (1400, 0))], 3, 25)
    for n in range(26, 52):
        since = n - 28
        rising = elsewhere(frames[n], x=-0.15 - 0.045 * since, y=-0.15 * since)
        frames[n] = [rising] if 0 <= since < 3 else []
    assert walking.ids_by_walker(walking.pushed(frames, 25)) == {0: {1}}
