import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.viz.stage import Actor, Stage


def _alone(clip) -> Actor:
    (actor,) = Stage.of(Scene.of(clip)).actors
    return actor


def test_every_figure_stands_on_the_floor(walk):
    heights = _alone(walk(60)).standing_stage_mm[..., 1]
    lowest = heights.min(axis=1)
    np.testing.assert_allclose(lowest, lowest[0])
    assert 0 < lowest[0] < 100
    assert 1500 < np.median(heights.max(axis=1)) < 1700


def test_bones_keep_their_length(walk):
    clip = walk(20)
    stage = _alone(clip)
    for a, b in clip.skeleton.edges:
        before = np.linalg.norm(clip.joints_root_mm[:, a] - clip.joints_root_mm[:, b], axis=-1)
        after = np.linalg.norm(stage.standing_stage_mm[:, a] - stage.standing_stage_mm[:, b], axis=-1)
        np.testing.assert_allclose(after, before)


def test_the_path_is_centred_and_its_feet_are_near_the_floor(walk):
    stage = _alone(walk(100, pitch_deg=12))
    root = stage.root_stage_mm
    np.testing.assert_allclose((root.min(axis=0) + root.max(axis=0))[[0, 2]], 0, atol=1e-6)
    lowest = (stage.joints_root_stage_mm + root[:, None])[..., 1].min(axis=1)
    assert np.percentile(lowest, 2) == pytest.approx(45, abs=1)
    # Over 2.4 m a pitch that is 2 degrees wrong lifts a foot by 8 cm.
    assert lowest.max() < 250


def test_absent_and_filled_frames(walk):
    valid, filled = np.ones(10, bool), np.zeros(10, bool)
    valid[3:5], filled[4:7] = False, True
    clip = walk(10, valid=valid, filled=filled)
    joints = clip.joints_root_mm.copy()
    joints[8] = np.nan
    stage = _alone(clip.replaced(joints_root_mm=joints))
    assert np.flatnonzero(~stage.present).tolist() == [3, 4, 8]
    assert np.flatnonzero(stage.filled).tolist() == [5, 6]
    assert np.isnan(stage.standing_stage_mm[~stage.present]).all()
    assert np.isfinite(stage.standing_stage_mm[stage.present]).all()


def test_nobody_at_all_is_no_error(walk):
    assert not _alone(walk(5, valid=np.zeros(5, bool))).present.any()


def test_an_unknown_path_is_none(walk):
    assert _alone(walk(5, root_cam_mm=None)).root_stage_mm is None
    assert _alone(walk(5, root_cam_mm=np.full((5, 3), np.nan))).root_stage_mm is None


def test_2d_alone_is_refused_with_advice(walk):
    with pytest.raises(ShapeError, match="2D joints only") as caught:
        _alone(walk(5, joints_root_mm=None))
    assert "lift" in caught.value.hint


def test_people_keep_their_places_to_each_other(pair):
    scene = pair(first=20)
    one, other = (track.clip.joints_cam_mm for track in scene.tracks)
    apart = np.linalg.norm(one[20:] - other, axis=-1)
    one, other = (a.joints_root_stage_mm + a.root_stage_mm[:, None] for a in Stage.of(scene).actors)
    np.testing.assert_allclose(np.linalg.norm(one[20:] - other, axis=-1), apart)


def test_there_is_one_floor_and_in_its_middle_walks_the_main_person(pair):
    stage = Stage.of(pair(first=20))
    assert stage.main == 0
    path = stage.actors[0].root_stage_mm
    np.testing.assert_allclose((path.min(axis=0) + path.max(axis=0))[[0, 2]], 0, atol=1e-6)
    soles = [(a.joints_root_stage_mm + a.root_stage_mm[:, None])[..., 1].min(axis=1) for a in stage.actors]
    assert np.percentile(np.concatenate(soles), 2) == pytest.approx(45, abs=1)


def test_everybody_stands_at_their_place_with_a_foot_on_the_floor(pair):
    for actor in Stage.of(pair()).actors:
        np.testing.assert_allclose(actor.standing_stage_mm[..., 1].min(axis=1), 45)
        np.testing.assert_allclose(actor.standing_stage_mm[:, 0, ::2], actor.root_stage_mm[:, ::2], atol=1e-6)


def test_gaps_of_a_path_are_bridged(pair):
    root = pair().tracks[1].clip.root_cam_mm.copy()
    root[10:20] = root[:3] = np.nan
    _, actor = Stage.of(pair(root_cam_mm=root)).actors
    assert np.isnan(actor.root_stage_mm[[0, 15]]).all()
    place = actor.place_stage_mm
    np.testing.assert_allclose(place[:3], np.repeat(place[3:4], 3, axis=0))
    np.testing.assert_allclose(np.diff(place[9:21], n=2, axis=0), 0, atol=1e-9)


def test_whose_place_is_unknown_stands_beside_the_others(pair, walk):
    one, other = Stage.of(pair(root_cam_mm=None)).actors
    assert other.root_stage_mm is None
    assert other.place_stage_mm[:, 0].min() >= one.place_stage_mm[:, 0].max() + 900
    # With nobody's known, the row is that of the image; 7 walks on the left of 1.
    scene = pair().mapped(lambda clip: clip.replaced(root_cam_mm=None))
    one, other = Stage.of(scene).actors
    assert one.place_stage_mm[0, 0] - other.place_stage_mm[0, 0] >= 900


def test_the_main_person_is_the_scenes(pair):
    scene = pair(first=20)
    assert Stage.of(scene.replaced(tracks=scene.tracks[::-1])).main == 1


def test_an_actor_is_only_there_in_frames_of_their_track(pair):
    _, actor = Stage.of(pair(first=20, valid=np.arange(40) != 5)).actors
    assert [actor.row(frame) for frame in (19, 20, 25, 59, 60)] == [None, 0, None, 39, None]


def test_a_scene_of_nobody_is_an_empty_stage(pair):
    stage = Stage.of(pair().replaced(tracks=()))
    assert stage.actors == ()
    assert stage.main is None
