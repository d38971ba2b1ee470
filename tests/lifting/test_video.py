"""From a video to poses, with a detector whose findings are known."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.detect.video import detect_video
from poselift.errors import NoPersonError, RecipeError
from poselift.geometry.camera import Camera
from poselift.lifting.detected import lift_detected
from poselift.lifting.lifter import Lifter
from poselift.lifting.options import LiftOptions
from poselift.lifting.video import lift_video
from poselift.tracking import track
from poselift.tracking.who import Who

pytest.importorskip("av")
SIZE_PX = (64, 48)


@pytest.fixture(scope="module")
def video(tmp_path_factory, write_video):
    return write_video(tmp_path_factory.mktemp("video") / "walk.mp4", frames=20, fps=25, size_px=SIZE_PX)


@pytest.fixture(scope="module")
def lifter(tiny_model):
    return Lifter(tiny_model)


@pytest.fixture
def walker(fake_detector, someone):
    """Somebody who walks to the right, and whom the detector misses in frames 3 and 8 to 12."""
    missed = {3, *range(8, 13)}
    return fake_detector(lambda frame: [] if frame in missed else [someone(20 + frame, 24)])


def test_detections_become_a_clip(video, walker, someone):
    clip = track(detect_video(video, walker)).main
    seen = [i for i in range(20) if i not in {3, *range(8, 13)}]
    assert np.flatnonzero(clip.valid).tolist() == seen
    for i in seen:
        np.testing.assert_array_equal(clip.joints_px[i], someone(20 + i, 24).joints_px)
        np.testing.assert_array_equal(clip.confidence[i], someone().confidence)
    assert np.isnan(clip.joints_px[~clip.valid]).all()
    assert (clip.confidence[~clip.valid] == 0).all()
    assert (clip.fps, clip.size_px, clip.source, clip.skeleton) == (25.0, SIZE_PX, "walk.mp4", walker.skeleton)


def test_the_main_person_is_kept_among_two(video, fake_detector, someone):
    def found(frame):
        people = [someone(20 + frame / 2), someone(60 - frame / 2, size=0.5 + frame / 15)]
        return people[:: (-1) ** frame]

    clip = track(detect_video(video, fake_detector(found))).main
    for i in range(20):
        np.testing.assert_array_equal(clip.joints_px[i], someone(20 + i / 2).joints_px)


def test_short_gaps_are_filled_and_long_ones_stay(video, walker, lifter):
    def lifted(max_gap_s):
        return lift_video(
            video, lifter=lifter, detector=_again(walker), options=LiftOptions(max_gap_s=max_gap_s)
        ).main

    clip = lifted(0.1)
    assert np.flatnonzero(clip.filled).tolist() == [3]
    assert np.flatnonzero(~clip.valid).tolist() == list(range(8, 13))
    assert np.isfinite(clip.joints_root_mm[clip.valid]).all()
    assert np.isnan(clip.joints_root_mm[~clip.valid]).all()
    assert lifted(0.2).valid.all()
    assert lifted(0).filled.sum() == 0


def _again(detector):
    return type(detector)(detector.found)


def test_lifting_a_video_is_its_parts(video, walker, lifter):
    whole = lift_video(video, lifter=lifter, detector=walker).main
    parts = lift_detected(track(detect_video(video, _again(walker))), lifter).main
    for name in ("joints_px", "confidence", "valid", "filled", "joints_root_mm", "root_cam_mm", "joints_world_mm"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_a_known_camera_says_how_far_away_the_person_is(video, walker, lifter):
    """Twice the focal length of the same image: about twice as far."""
    scene = lift_video(video, lifter=lifter, detector=walker)
    guessed = scene.main
    assert scene.footage.camera is guessed.camera
    tele = Camera(2 * guessed.camera.focal_px, guessed.camera.center_px, size_px=SIZE_PX)
    known = lift_video(video, lifter=lifter, detector=_again(walker), camera=tele).main
    np.testing.assert_array_equal(known.camera.focal_px, tele.focal_px)
    ratio = np.median(known.root_cam_mm[known.valid, 2] / guessed.root_cam_mm[guessed.valid, 2])
    assert 1.5 < ratio < 2.5


def test_smoothing_smooths(video, fake_detector, someone, lifter):
    jitter = np.random.default_rng(0).normal(0, 1, (20, 17, 2)).astype(np.float32)

    def found(frame):
        return [someone()._replace(joints_px=someone().joints_px + jitter[frame])]

    def unrest(cutoff_hz):
        options = LiftOptions(cutoff_hz=cutoff_hz, world=None)
        clip = lift_video(video, lifter=lifter, detector=fake_detector(found), options=options).main
        return np.abs(np.diff(clip.joints_root_mm, axis=0)).mean()

    assert unrest(99) > 1.5 * unrest(3) > 1.5 * 1.5 * unrest(0.7)


def test_exchanged_sides_are_mended(video, fake_detector, someone, lifter):
    def found(frame):
        person = someone()
        mirror = walker_mirror if frame in (5, 6) else slice(None)
        return [person._replace(joints_px=person.joints_px[mirror], confidence=person.confidence[mirror])]

    walker_mirror = lifter.skeleton.flip_permutation
    clip = lift_video(video, lifter=lifter, detector=fake_detector(found)).main
    np.testing.assert_array_equal(clip.joints_px, np.broadcast_to(someone().joints_px, (20, 17, 2)))


def test_a_detector_that_is_given_is_left_open_and_the_default_one_is_closed(
    video, walker, lifter, fake_detector, monkeypatch
):
    lift_video(video, lifter=lifter, detector=walker)
    assert not walker.closed
    default = _again(walker)
    monkeypatch.setattr("poselift.detect.blazepose.full", lambda: default)
    lift_video(video, lifter=lifter)
    assert default.closed


def test_the_default_model_is_that_of_the_package(video, walker, tiny_model, monkeypatch):
    monkeypatch.setattr("poselift.lifting.lifter.DEFAULT_MODEL", tiny_model)
    assert isinstance(lift_video(video, detector=walker), Scene)


def test_the_default_detector_needs_no_mediapipe(video, lifter, monkeypatch):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(NoPersonError, match="no person found in 20 frames"):
        lift_video(video, lifter=lifter)


def test_a_video_of_varying_rate_is_mended_and_smoothed_by_its_own_times(
    tmp_path, write_video, fake_detector, someone, lifter
):
    """Two gaps of one frame, the second of which lasts 0.4 s; and a pause across which nothing is smoothed."""
    times = np.array([0, 0.04, 0.08, 0.12, 0.16, 0.20, 0.60, 0.64, 0.68, 5.0, 5.04, 5.08])
    path = write_video(tmp_path / "a.mp4", frames=12, times_s=times)

    def found(frame):
        return [] if frame in (2, 5) else [someone(20 if frame < 9 else 40)]

    def lifted(**options):
        return lift_video(path, lifter=lifter, detector=fake_detector(found), options=LiftOptions(**options)).main

    clip = lifted(max_gap_s=0.1)
    np.testing.assert_allclose(clip.time_s, times, atol=1e-6)
    assert np.flatnonzero(clip.filled).tolist() == [2]
    assert np.flatnonzero(lifted(max_gap_s=0.41).filled).tolist() == [2, 5]
    raw, smooth = (lifted(smoothing=name, cutoff_hz=0.3).root_cam_mm for name in ("none", "gaussian"))
    assert np.abs(raw[9] - raw[8]).max() > 50
    np.testing.assert_allclose(smooth[[8, 9]], raw[[8, 9]], atol=0.1)


class Witness:
    """Notes what it is shown."""

    def __init__(self):
        self.written, self.began = [], threading.Event()

    def kept(self, picture):
        return round((float(picture.rgb().mean()) - 5) / 10)

    def write(self, pictures, scene):
        self.written.append((pictures, scene))
        self.began.set()


def test_a_watcher_sees_every_frame_in_order_with_what_the_result_says(
    tmp_path, write_video, fake_detector, someone, lifter
):
    """Of 80 frames, before the last one is decoded; two people, one of whom comes late."""
    images = [np.full((48, 64, 3), 5 + 10 * (i % 25), dtype=np.uint8) for i in range(80)]
    path = write_video(tmp_path / "two.mp4", images=images, fps=25)

    def found(frame):
        if frame == 79:
            assert witness.began.wait(20)
        people = [someone(10 + frame / 2)] if frame not in {13, 14, *range(30, 40)} else []
        return [*people, someone(50, 20 + frame / 8, 0.8)] if frame > 33 else people

    witness = Witness()
    options = LiftOptions(world=None)
    scene = lift_video(path, lifter=lifter, detector=fake_detector(found), watcher=witness, options=options)
    assert [each.id for each in scene.tracks] == [1, 2]
    assert [picture for pictures, _ in witness.written for picture in pictures] == [i % 25 for i in range(80)]
    shown = [people_of(piece, frame) for _, piece in witness.written for frame in range(len(piece.footage))]
    for frame, people in enumerate(shown):
        expected = people_of(scene, frame)
        assert people.keys() == expected.keys()
        for person_id, (filled, joints_root_mm) in people.items():
            assert filled == expected[person_id][0]
            np.testing.assert_allclose(joints_root_mm, expected[person_id][1], atol=0.02)


def people_of(scene, frame):
    """Whether each person in a frame is filled, and their joints."""
    people = {}
    for each in scene.tracks:
        row = frame - each.first_frame
        if 0 <= row < len(each.clip) and each.clip.valid[row]:
            people[each.id] = each.clip.filled[row], each.clip.joints_root_mm[row]
    return people


def test_whoever_is_wanted_is_lifted(video, fake_detector, someone, lifter):
    def found(frame):
        return [someone(16, size=0.8), someone(46)]

    def lifted(**who):
        scene = lift_video(video, lifter=lifter, detector=fake_detector(found), who=Who(**who))
        return [float(np.nanmean(track.clip.joints_px[..., 0])) for track in scene.tracks]

    small, large = 16, 46
    np.testing.assert_allclose(lifted(), [large, small], atol=2)
    np.testing.assert_allclose(lifted(person="largest"), [large], atol=2)
    np.testing.assert_allclose(lifted(person="leftmost"), [small], atol=2)
    np.testing.assert_allclose(lifted(person=2), [small], atol=2)
    np.testing.assert_allclose(lifted(people=1), [large], atol=2)


def test_what_was_shown_with_sides_that_later_prove_wrong_is_told(
    tmp_path, write_video, fake_detector, someone, lifter, caplog
):
    """Four seconds of a detector that calls left right, before twice as much of one that does not."""
    images = [np.full((48, 64, 3), 5, dtype=np.uint8)] * 300
    path = write_video(tmp_path / "long.mp4", images=images, fps=25)

    def found(frame):
        person = someone()
        return (
            [person._replace(joints_px=person.joints_px[lifter.skeleton.flip_permutation])]
            if frame < 100
            else [person]
        )

    clip = lift_video(path, lifter=lifter, detector=fake_detector(found), watcher=Witness()).main
    np.testing.assert_array_equal(clip.joints_px[50], clip.joints_px[200])
    (record,) = caplog.records
    assert "left and right are the other way round than what was shown" in record.message


@pytest.fixture
def long_video(tmp_path, write_video):
    images = [np.full((48, 64, 3), 5 + 10 * (i % 25), dtype=np.uint8) for i in range(101)]
    return write_video(tmp_path / "long.mp4", images=images, fps=25)


@pytest.mark.parametrize(("how", "step"), [({"every": 4}, 4), ({"fps": 2.5}, 10), ({"fps": 99.0}, 1)])
def test_frames_that_are_not_looked_at_are_filled_and_flagged(long_video, fake_detector, someone, lifter, how, step):
    """However long it is between two, and what is shown meanwhile says the same."""
    detector = fake_detector(lambda n: [someone(10 + n * step / 4)])
    witness, options = Witness(), LiftOptions(max_gap_s=0.04, world=None)
    scene = lift_video(long_video, lifter=lifter, detector=detector, options=options, watcher=witness, **how)
    looked_at = np.arange(101) % step == 0
    np.testing.assert_allclose([time_s for _, time_s in detector.shown], np.flatnonzero(looked_at) / 25)
    assert len(scene.footage) == 101
    np.testing.assert_array_equal(scene.main.filled, ~looked_at)
    truth = [someone(10 + n / 4).joints_px for n in range(101)]
    np.testing.assert_allclose(scene.main.joints_px, truth, atol=1e-3)
    assert scene.footage.notes == (
        (f"{looked_at.sum()} of 101 frames were looked at; the others are filled in",) * (step > 1)
    )
    assert [picture for pictures, _ in witness.written for picture in pictures] == [i % 25 for i in range(101)]
    shown = [people_of(piece, frame) for _, piece in witness.written for frame in range(len(piece.footage))]
    assert [people[1][0] for people in shown] == (~looked_at).tolist()
    for frame, people in enumerate(shown):
        np.testing.assert_allclose(people[1][1], people_of(scene, frame)[1][1], atol=0.02)


def test_somebody_who_is_not_found_where_it_is_looked_is_a_gap(long_video, fake_detector, someone, lifter):
    def lifted(max_gap_s):
        detector = fake_detector(lambda n: [] if n == 5 else [someone()])
        options = LiftOptions(max_gap_s=max_gap_s)
        return lift_video(long_video, lifter=lifter, detector=detector, options=options, every=4).main

    assert np.flatnonzero(~lifted(0.2).valid).tolist() == list(range(17, 24))
    assert lifted(0.3).valid.all()


def test_every_and_fps_that_cannot_be_are_refused(video, walker, lifter):
    for how, message in (
        ({"every": 0}, "--every: expected 1 or more"),
        ({"fps": -1.0}, "--fps: expected a positive"),
        ({"every": 2, "fps": 5.0}, "expected --every or --fps, got both"),
    ):
        with pytest.raises(RecipeError, match=message):
            lift_video(video, lifter=lifter, detector=walker, **how)
