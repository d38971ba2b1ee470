"""From frame to frame: who continues whom."""

import numpy as np
import pytest

from poselift.skeleton import COCO_17
from poselift.tracking.bodies import Bodies
from poselift.tracking.tracklets import Follower, Tracklet


def followed(frames, fps):
    """For each frame, the tracklet of each walker."""
    follower = Follower(COCO_17)
    told = []
    for frame, found in enumerate(frames):
        seen = follower.push(frame, frame / fps, Bodies.of([d for _, d in found])).seen
        told.append({walker: tracklet for (walker, _), tracklet in zip(found, seen, strict=True)})
    return told


@pytest.mark.parametrize("fps", [12, 25, 60])
def test_a_sprinter_is_one_tracklet(walking, fps):
    """Nine metres a second, more than five body heights."""
    sprinter = walking.Walker((-6000, 9000), (9000, 0), height_mm=1700)
    told = followed(walking.filmed([sprinter], 1.2, fps), fps)
    assert len({frame[0] for frame in told}) == 1


def test_one_frame_is_no_pause_however_long_it_lasts(walking):
    walker = walking.Walker((0, 5000), (300, 0))
    for fps, missing, pieces in ((60, [20], 1), (60, range(20, 30), 2), (4, [4], 1), (4, [4, 5], 2)):
        frames = walking.filmed([walker], 3, fps)
        for frame in missing:
            frames[frame] = []
        assert len({frame[0] for frame in followed(frames, fps) if frame}) == pieces


def test_somebody_found_twice_is_one(walking):
    walker, rng = walking.Walker((0, 5000), (800, 0)), np.random.default_rng(1)
    frames = [[(n, walker.seen(COCO_17, frame / 25, rng)) for n in range(2)] for frame in range(20)]
    for frame in followed(frames, 25):
        assert sorted(t is None for t in frame.values()) == [False, True]


def test_whoever_lost_all_joints_is_nobody(walking):
    frames = walking.filmed([walking.Walker((0, 5000))], 1, 25)
    frames[5] = [(0, frames[5][0][1]._replace(confidence=np.zeros(17, np.float32)))]
    told = followed(frames, 25)
    assert told[5][0] is None
    assert told[4][0] is told[6][0]


def test_half_a_person_is_still_the_person(walking):
    """They sink behind a wall, and only head and shoulders are left."""
    frames = walking.filmed([walking.Walker((0, 5000), (500, 0))], 2, 25)
    below = [
        n for n, joint in enumerate(COCO_17.joints) if any(p in joint for p in ("hip", "knee", "ankle", "wrist"))
    ]
    for frame in range(10, 40):
        walker, whole = frames[frame][0]
        confidence = whole.confidence.copy()
        confidence[below] = 0
        frames[frame] = [(walker, whole._replace(confidence=confidence))]
    told = followed(frames, 25)
    assert len({frame[0] for frame in told}) == 1
    assert told[-1][0].size_px == pytest.approx(told[5][0].size_px, rel=0.1)


def test_a_false_detection_on_the_same_person_is_a_gap(walking):
    """The person for one frame upside down."""
    frames = walking.filmed([walking.Walker((0, 5000))], 1, 25)
    walker, upright = frames[9][0]
    upside_down = upright.joints_px * np.float32([1, -1]) + np.float32([0, 2 * upright.joints_px[:, 1].mean()])
    frames[9] = [(walker, upright._replace(joints_px=upside_down))]
    told = followed(frames, 25)
    assert told[8][0] is told[10][0] is not told[9][0]


def test_two_who_change_places_between_two_frames_are_a_close_call(walking):
    """Four frames a second cannot tell whether they did."""
    pair = [walking.Walker((side * 250, 5000), (-side * 2000, 0)) for side in (-1, 1)]

    def close_calls(fps):
        follower, frames = Follower(COCO_17), walking.filmed(pair, 0.5, fps, hidden=0)
        pushed = [follower.push(n, n / fps, Bodies.of([d for _, d in found])) for n, found in enumerate(frames)]
        return sum(len(followed.close_calls) for followed in pushed)

    assert close_calls(4) == 1
    assert close_calls(30) == 0


def test_until_a_frame_is_what_was_seen_before_it(walking):
    walker, rng = walking.Walker((0, 5000), (800, 0)), np.random.default_rng(0)
    bodies = [Bodies.of([walker.seen(COCO_17, n / 25, rng)]) for n in range(30)]

    def of(count):
        whole = Tracklet(0, 0.0, bodies[0], COCO_17.flip_permutation)
        for n in range(1, count):
            whole.extend(n, n / 25, bodies[n])
        return whole

    whole = of(30)
    earlier, short = whole.until(28), of(28)
    assert (earlier.last_frame, earlier.last_s) == (short.last_frame, short.last_s) == (27, 27 / 25)
    np.testing.assert_allclose(earlier.motion.px_per_s, short.motion.px_per_s, atol=5)
    np.testing.assert_array_equal(earlier.last.joints_px, short.last.joints_px)
    assert whole.last_frame == 29
    assert of(5).until(0) is None
