"""People of several cameras as one scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.footage import Footage
from poselift.data.scene import Scene
from poselift.errors import NoPersonError, ShapeError
from poselift.geometry.rotation import axis_rotation
from poselift.lifting.options import LiftOptions
from poselift.multiview.scene import brought_together
from poselift.skeleton import BODY_21
from poselift.world.options import Sizes, WorldOptions

AS_THEY_ARE = LiftOptions(smoothing="none", world=WorldOptions(constant_bones=False))


@pytest.fixture
def scenes(two_people, cameras, filmed):
    return [filmed.scene(two_people, camera) for camera in cameras]


def nearest(scene, people):
    """How far off everybody is in the world, by whom they are nearest to."""
    worlds = [track.clip.joints_world_mm for track in scene.tracks]
    return [min(np.abs(world - joints).max() for joints in people) for world in worlds]


def test_everybody_is_where_they_are(scenes, cameras, two_people):
    scene = brought_together(scenes, cameras, options=AS_THEY_ARE)
    assert [track.id for track in scene.tracks] == [1, 2]
    assert max(nearest(scene, two_people)) < 0.01
    assert scene.footage.camera is not None
    np.testing.assert_allclose(scene.footage.camera.position_mm, cameras[0].position_mm)
    assert scene.about["triangulated"] == 1
    assert scene.about["cameras"] == 4
    assert scene.about["reprojection_px_cam3"] < 0.01
    seen = {track.clip.joints_px.tobytes() for track in scenes[0].tracks}
    assert {track.clip.joints_px.astype(np.float64).round(2).tobytes() for track in scene.tracks} == {
        np.frombuffer(each).astype(np.float32).astype(np.float64).round(2).tobytes() for each in seen
    }


def test_recordings_that_began_later_are_put_in_step(cameras, two_people, filmed):
    """The second camera began five frames later, so its clip begins with the world's sixth frame."""
    clips = [filmed.clip(two_people[0], cameras[0]), filmed.clip(two_people[0][5:], cameras[1])]
    scenes = [Scene.of(clip) for clip in clips]
    found = brought_together(scenes, cameras[:2], starts_s=[0.0, 5 / 30], options=AS_THEY_ARE)
    assert len(found) == 1
    np.testing.assert_allclose(found.main.joints_world_mm[5:], two_people[0][5:], atol=0.01)
    assert found.main.valid.all()


def test_joints_are_smoothed_and_bones_have_one_length(scenes, cameras):
    scene = brought_together(scenes, cameras)
    joints = scene.main.joints_root_mm
    for joint, parent in enumerate(BODY_21.parents):
        if parent >= 0:
            lengths = np.linalg.norm(joints[:, joint] - joints[:, parent], axis=-1)
            assert np.ptp(lengths) < 0.1
    assert (scene.about["smoothing"], scene.about["cutoff_hz"]) == ("butterworth", 6.0)


def test_a_world_that_lies_on_its_side_is_put_upright(scenes, cameras, two_people):
    """A calibration whose y axis points up."""
    turn = axis_rotation("X", -np.pi / 2)
    lying = [replace(c, rotation=c.rotation @ turn.T, position_mm=turn @ c.position_mm) for c in cameras]
    scene = brought_together(scenes, lying, options=AS_THEY_ARE)
    (note,) = scene.footage.notes
    assert note.startswith("z of the calibration is 9") or note.startswith("z of the calibration is 8")
    world = scene.main.joints_world_mm
    head, foot = world[:, BODY_21.index("head")], world[:, BODY_21.index("left_heel")]
    assert (head - foot)[:, 2].mean() > 1500


def test_a_world_without_a_unit_gets_that_of_somebodys_height(scenes, cameras, two_people):
    half = [replace(camera, position_mm=camera.position_mm / 2) for camera in cameras]
    with pytest.raises(ShapeError, match="has no unit, and nobody's size is known"):
        brought_together(scenes, half, metric=False, options=AS_THEY_ARE)
    tall = replace(AS_THEY_ARE, world=WorldOptions(constant_bones=False, sizes=Sizes({1: 1.7})))
    scene = brought_together(scenes, half, metric=False, options=tall)
    assert scene.footage.camera is not None
    factor = np.linalg.norm(scene.footage.camera.position_mm) / np.linalg.norm(half[0].position_mm)
    assert factor == pytest.approx(2, rel=0.05)
    np.testing.assert_allclose(
        scene.main.joints_world_mm * 2 / factor,
        min(two_people, key=lambda joints: np.abs(joints - scene.main.joints_world_mm).max()),
        atol=2,
    )


def test_what_does_not_go_together_is_refused(scenes, cameras):
    with pytest.raises(ShapeError, match="expected as many cameras"):
        brought_together(scenes, cameras[:3])
    with pytest.raises(NoPersonError, match="nobody is in the picture of any camera"):
        brought_together([Scene(Footage.regular(5, 30))] * 2, cameras[:2])
    with pytest.raises(NoPersonError, match="while the first camera records"):
        brought_together([Scene(Footage.regular(5, 30)), scenes[1]], cameras[:2], starts_s=[0.0, 60.0])
