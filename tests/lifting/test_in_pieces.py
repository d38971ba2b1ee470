"""Lifted in pieces, as frames come, is lifted at once."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.data.windows import Window
from poselift.detect.base import Detection
from poselift.geometry.camera import Camera
from poselift.lifting.detected import lift_detected
from poselift.lifting.in_pieces import LiftingInPieces, exchanged_frames
from poselift.lifting.options import LiftOptions
from poselift.lifting.sides import sides_kept
from poselift.skeleton import H36M_17

CAMERA = Camera.guessed((640, 480))
FPS = 30.0
FRAMES = 200


def times(uneven):
    steps = np.random.default_rng(7).uniform(0.6, 1.4, FRAMES) if uneven else np.ones(FRAMES)
    return np.concatenate([[0.0], np.cumsum(steps)[:-1]]) / FPS


def walker(seed, someone):
    """Joints (F, 17, 2) of somebody who walks through the picture and swings their limbs."""
    rng = np.random.default_rng(seed)
    at = np.linspace(0, 1, FRAMES)[:, None, None]
    path = np.array([60, 240]) + at * np.array([500, 40])
    swing = 4 * np.sin(40 * at + rng.uniform(0, 6, (17, 1))) * rng.normal(size=(17, 2))
    still = someone(0, 0, 4).joints_px
    return (path + still + swing + rng.normal(0, 0.3, (FRAMES, 17, 2))).astype(np.float32)


@pytest.fixture
def street(someone):
    """Two people with gaps of every kind. One comes late and leaves early; sides are exchanged now and then."""

    def scene(uneven=False):
        footage = Footage(times(uneven), (640, 480), CAMERA, "street.mp4", FPS)
        tracks = []
        for person_id, first, end in ((2, 0, FRAMES), (5, 41, 150)):
            joints_px = walker(person_id, someone)[first:end]
            valid = np.ones(end - first, dtype=bool)
            for gap in ((20, 23), (60, 72), (80, 101)):
                valid[slice(*gap)] = False
            joints_px[30:34] = joints_px[30:34, H36M_17.flip_permutation]
            joints_px[~valid] = np.nan
            confidence = np.where(valid[:, None], np.float32(0.8), 0) * np.ones((1, 17), dtype=np.float32)
            clip = Clip(
                H36M_17,
                FPS,
                joints_px=joints_px,
                confidence=confidence,
                valid=valid,
                size_px=(640, 480),
                camera=CAMERA,
                time_s=footage.time_s[first:end],
            )
            tracks.append(Track(person_id, first, clip))
        return Scene(footage, tuple(tracks))

    return scene


def in_pieces(scene, lifter, options):
    return given_to(LiftingInPieces(lifter, options, H36M_17, FPS, CAMERA), scene)


def given_to(pieces, scene):
    given = []
    for frame, time_s in enumerate(scene.footage.time_s.tolist()):
        people = {}
        for track in scene.tracks:
            row = frame - track.first_frame
            if 0 <= row < len(track.clip) and track.clip.valid[row]:
                people[track.id] = Detection(track.clip.joints_px[row], track.clip.confidence[row])
        for piece in pieces.push(time_s, people):
            assert time_s - piece.footage.time_s[-1] <= pieces.foresight_s + 6 / FPS
            given.append(piece)
    return [*given, *pieces.finish()]


def frames_of(scene, person_id, name):
    """A person's array over all frames of a scene, NaN where they have none."""
    found = np.full((len(scene.footage), 17, 3 if name == "joints_root_mm" else 2), np.nan)
    for track in scene.tracks:
        if track.id == person_id:
            values = np.where(track.clip.valid[:, None, None], getattr(track.clip, name), np.nan)
            found[track.first_frame : track.first_frame + len(track.clip)] = values
    return found


def same(whole, pieces):
    np.testing.assert_array_equal(np.concatenate([p.footage.time_s for p in pieces]), whole.footage.time_s)
    for person_id in (2, 5):
        for name in ("joints_px", "joints_root_mm"):
            expected = frames_of(whole, person_id, name)
            assert np.isfinite(expected).any()
            found = np.concatenate([frames_of(piece, person_id, name) for piece in pieces])
            np.testing.assert_allclose(found, expected, rtol=0, atol=0.02)


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        LiftOptions(world=None),
        LiftOptions(world=None, max_gap_s=0.0, smoothing="none"),
        LiftOptions(world=None, max_gap_s=1.5, cutoff_hz=1.5, smoothing="gaussian"),
    ],
)
def test_pieces_are_the_whole(street, window_lifter, options, uneven):
    lifter, scene = window_lifter(Window()), street(uneven)
    pieces = in_pieces(scene, lifter, options)
    assert len(pieces) > 5
    same(lift_detected(scene, lifter, options), pieces)


@pytest.mark.parametrize("options", [LiftOptions(world=None), LiftOptions(world=None, max_gap_s=0.0, cutoff_hz=3)])
def test_pieces_are_the_whole_where_the_detector_was_astray(street, window_lifter, options):
    lifter, scene = window_lifter(Window()), street()
    astray = np.isin(np.arange(FRAMES), [5, 16, 17, 27, 28, 40, 51, 107, 118, 119, 130, 141, 150])

    def spoilt(clip):
        middle = clip.joints_px.mean(axis=1, keepdims=True)
        there = astray[: len(clip), None, None]
        return clip.replaced(joints_px=np.where(there, middle + 0.1 * (clip.joints_px - middle), clip.joints_px))

    scene = scene.mapped(spoilt)
    whole = lift_detected(scene, lifter, options)
    for track in whole.tracks:
        assert track.clip.filled[astray[: len(track.clip)]].all()
    pieces = LiftingInPieces(lifter, options, H36M_17, FPS, CAMERA)
    same(whole, given_to(pieces, scene))
    expected = {(each.id, float(each.clip.time_s[row])) for each in scene.tracks for row in range(30, 34)}
    assert pieces.exchanged == expected


def test_windows_reach_over_the_ends_of_pieces(street, window_lifter):
    """Without long gaps: at their end a window cannot know yet whether somebody comes back."""
    lifter, scene = window_lifter(Window(frames=9)), street()
    options = LiftOptions(world=None, max_gap_s=1.0)
    same(lift_detected(scene, lifter, options), in_pieces(scene, lifter, options))


def test_a_short_video_is_one_piece_and_none_is_none(street, window_lifter):
    lifter = window_lifter(Window())
    (piece,) = in_pieces(street().part(0, 12), lifter, LiftOptions(world=None))
    assert len(piece.footage) == 12
    assert list(LiftingInPieces(lifter, LiftOptions(world=None), H36M_17, FPS, CAMERA).finish()) == []


def test_few_frames_are_kept(street, window_lifter):
    lifter = window_lifter(Window())
    pieces = LiftingInPieces(lifter, LiftOptions(world=None), H36M_17, FPS, CAMERA)
    for frame in range(3000):
        for _ in pieces.push(frame / FPS, {}):
            assert len(pieces._kept) < 5 * FPS


def test_whose_sides_were_exchanged_is_known(street, window_lifter):
    lifter, scene = window_lifter(Window()), street()
    pieces = LiftingInPieces(lifter, LiftOptions(world=None), H36M_17, FPS, CAMERA)
    given_to(pieces, scene)
    expected = {(each.id, float(each.clip.time_s[row])) for each in scene.tracks for row in range(30, 34)}
    assert pieces.exchanged == expected == exchanged_frames(scene, scene.mapped(sides_kept))


def test_who_is_seen_all_the_time_does_not_wait_for_gaps(street, window_lifter):
    lifter, options = window_lifter(Window()), LiftOptions(world=None, max_gap_s=3.0)
    pieces = LiftingInPieces(lifter, options, H36M_17, FPS, CAMERA)
    joints_px = walker(0, lambda *place: Detection(np.zeros((17, 2), np.float32), np.ones(17)))
    given = 0
    for frame in range(90):
        for piece in pieces.push(frame / FPS, {1: Detection(joints_px[frame], np.ones(17, np.float32))}):
            given += len(piece.footage)
    assert 90 - given < 0.6 * FPS
    for frame in range(90, 120):
        assert list(pieces.push(frame / FPS, {})) == []
