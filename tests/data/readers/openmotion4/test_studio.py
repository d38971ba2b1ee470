"""Four cameras around a person: what they see is the projection of where the person is."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.readers.openmotion4.studio import CAMERAS, placed, seen_in_studio
from poselift.data.readers.openmotion4.takes import Take
from poselift.skeleton import H36M_17

TAKE = Take("corpus/take", "corpus", "s", "a", "train")


@pytest.fixture(scope="module")
def walk(person):
    """Six frames, somewhere far off in the corpus's own world."""
    return person.h36m() + np.array([5000.0, -7000.0, 300.0])


def test_the_cameras_stand_in_the_corners_and_look_at_the_middle():
    middle = np.array([[0.0, 0.0, 1000.0]])
    for camera in CAMERAS:
        depth = camera.world_to_camera(middle)[0, 2]
        assert 4000 < depth < 7000
        off_px = camera.camera_to_image(camera.world_to_camera(middle))[0] - camera.center_px
        assert (np.abs(off_px) < 0.1 * np.array(camera.size_px)).all()
        above, below = camera.world_to_camera(np.array([[0.0, 0, 1900], [0.0, 0, 0]]))
        assert camera.camera_to_image(above)[1] < camera.camera_to_image(below)[1]
    corners = {tuple(np.sign(camera.position_mm[:2])) for camera in CAMERAS}
    assert len(corners) == len({camera.name for camera in CAMERAS}) == 4


def test_a_take_is_moved_to_the_middle_and_keeps_its_shape(walk):
    joints = placed(walk, np.ones(6, dtype=bool), H36M_17, "corpus/take")
    root = H36M_17.root_position(joints)[:, 0]
    np.testing.assert_allclose((root.min(axis=0) + root.max(axis=0))[:2], 0, atol=1e-6)
    np.testing.assert_allclose(joints[..., 2].min(), 0, atol=30)
    apart = np.linalg.norm(walk[:, :, None] - walk[:, None], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(joints[:, :, None] - joints[:, None], axis=-1), apart, atol=1e-6)
    rise = walk[..., 2] - joints[..., 2]
    np.testing.assert_allclose(rise, rise[0, 0])


def test_frames_that_are_cut_do_not_move_the_person(walk):
    known = np.arange(6) < 4
    astray = np.where(known[:, None, None], walk, 1e6)
    np.testing.assert_allclose(
        placed(astray, known, H36M_17, "x")[:4], placed(walk[:4], known[:4], H36M_17, "x"), atol=1e-6
    )


def test_all_cameras_see_the_same_person(walk):
    known = np.ones(6, dtype=bool)
    recordings = list(seen_in_studio(TAKE, walk, known, H36M_17, fps=30))
    assert [r.camera for r in recordings] == list(CAMERAS)
    world = placed(walk, known, H36M_17, TAKE.name)
    for recording in recordings:
        np.testing.assert_allclose(recording.camera.camera_to_world(recording.joints_cam_mm), world, atol=0.05)


def test_frames_out_of_view_and_cut_frames_are_not_valid(walk):
    away = walk.copy()
    away[3] += 20_000
    known = np.arange(6) != 3
    for recording in seen_in_studio(TAKE, away, known, H36M_17, fps=30):
        np.testing.assert_array_equal(recording.valid, known)
    # Two frames at one end of the room, one beyond the other: not in the image of every camera.
    far = np.concatenate([walk, walk + np.array([12_000, 0, 0])])
    valid = [r.valid for r in seen_in_studio(TAKE, far, np.ones(12, dtype=bool), H36M_17, fps=30)]
    assert not np.all(valid)
    for recording in seen_in_studio(TAKE, far, np.ones(12, dtype=bool), H36M_17, fps=30):
        near = recording.joints_cam_mm[recording.valid]
        inside = recording.camera.in_image(recording.camera.camera_to_image(near))
        assert (inside.mean(axis=1) >= 0.5).all()
        assert (near[..., 2] >= 500).all()
