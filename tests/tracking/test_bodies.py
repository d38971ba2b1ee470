"""How alike two people are."""

import numpy as np
import pytest

from poselift.detect.base import Detection
from poselift.skeleton import BLAZEPOSE_33, BODY_25, COCO_17, H36M_17
from poselift.tracking.bodies import Bodies, Likeness

SKELETONS = [COCO_17, H36M_17, BODY_25, BLAZEPOSE_33]


@pytest.fixture(params=SKELETONS, ids=lambda s: s.name)
def skeleton(request):
    return request.param


@pytest.fixture
def person(skeleton, walking):
    return walking.Walker((0, 5000), (800, 0)).seen(skeleton, 0.3, np.random.default_rng(0))


def moved(person, share):
    height_px = np.ptp(person.joints_px[:, 1])
    return person._replace(joints_px=person.joints_px + np.float32([share * height_px, 0]))


def alike(skeleton, one, other, **options):
    return float(Likeness(skeleton)(Bodies.of([one]), Bodies.of([other]), **options)[0, 0])


def test_the_farther_the_less_alike_and_the_longer_ago_the_more(skeleton, person):
    likeness = [alike(skeleton, person, moved(person, share)) for share in (0, 0.05, 0.1, 0.3, 2)]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[0] > 0.9 > 0.1 > likeness[-2] > likeness[-1]
    away = moved(person, 0.3)
    assert alike(skeleton, person, away) < alike(skeleton, person, away, after_s=0.5)
    assert alike(skeleton, person, away) < alike(skeleton, person, away, astray=0.3)
    assert alike(skeleton, person, moved(person, 2), after_s=60.0, most=0.5) < 0.01


def test_exchanged_sides_are_no_difference(skeleton, person):
    mirror = skeleton.flip_permutation
    exchanged = Detection(person.joints_px[mirror], person.confidence[mirror])
    assert alike(skeleton, person, exchanged) == pytest.approx(alike(skeleton, person, person))


def test_size_does_not_matter(skeleton, person):
    near, far = (person._replace(joints_px=scale * person.joints_px) for scale in (3, 0.2))
    assert alike(skeleton, near, moved(near, 0.1)) == pytest.approx(alike(skeleton, far, moved(far, 0.1)), rel=1e-3)


@pytest.mark.parametrize("pixel", [np.nan, 1e9])
def test_missing_joints_say_nothing(skeleton, person, pixel):
    missing = [skeleton.index("left_wrist"), skeleton.index("nose")]
    joints_px, confidence = person.joints_px.copy(), person.confidence.copy()
    joints_px[missing], confidence[missing] = pixel, 0
    half = Detection(joints_px, confidence)
    assert alike(skeleton, half, person) == pytest.approx(alike(skeleton, person, half))
    assert 0.9 < alike(skeleton, half, person) < 1
    assert Bodies.of([half]).size_px[0] == pytest.approx(Bodies.of([person]).size_px[0], rel=0.2)


def test_somebody_without_joints_is_like_nobody(skeleton, person):
    nobody = person._replace(confidence=np.zeros_like(person.confidence))
    assert Bodies.of([nobody]).size_px.tolist() == [0]
    assert alike(skeleton, nobody, person) == alike(skeleton, person, nobody) == 0


def test_one_joint_alike_is_less_than_a_person_alike(skeleton, person):
    confidence = np.zeros_like(person.confidence)
    confidence[skeleton.index("left_hip")] = 0.5
    assert alike(skeleton, person._replace(confidence=confidence), person) <= 0.5


def test_frames_may_be_empty():
    nobody = Bodies.of([])
    assert nobody.size_px.shape == (0,)
    assert nobody.taken([]).size_px.shape == (0,)
