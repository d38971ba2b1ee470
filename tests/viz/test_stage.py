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
