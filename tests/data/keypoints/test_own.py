"""What was saved is read as detections of the same people."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.keypoints.reading import read_keypoints
from poselift.data.scene import Scene, Track
from poselift.data.scene_file import save
from poselift.errors import DataFormatError
from poselift.skeleton import COCO_17, H36M_17
from poselift.tracking import track

FOOTAGE = Footage.regular(6, 25.0, size_px=(640, 480))


def person(track_id, first_frame, frames, skeleton=COCO_17):
    rng = np.random.default_rng(track_id)
    times = FOOTAGE.time_s[first_frame : first_frame + frames]
    valid = np.ones(frames, dtype=bool)
    valid[1] = False
    joints_px = rng.uniform(0, 400, (frames, len(skeleton), 2))
    clip = Clip(skeleton, 25.0, joints_px=joints_px, valid=valid, size_px=(640, 480), time_s=times)
    return Track(track_id, first_frame, clip)


@pytest.mark.parametrize("ending", ["npz", "json"])
def test_everybody_is_found_again_by_their_ids(tmp_path, ending):
    scene = Scene(FOOTAGE, (person(7, 0, 6), person(2, 2, 3)))
    save(scene, tmp_path / f"poses.{ending}")
    found = read_keypoints(tmp_path / f"poses.{ending}")
    assert found.frame.tolist() == [0, 2, 2, 3, 4, 4, 5]
    assert found.track_id.tolist() == [7, 7, 2, 7, 7, 2, 7]
    again = track(found, "ids")
    for before in scene.tracks:
        (after,) = [one for one in again.tracks if one.id == before.id]
        rows = np.flatnonzero(before.clip.valid)
        shift = before.first_frame - after.first_frame
        np.testing.assert_array_equal(after.clip.joints_px[rows + shift], before.clip.joints_px[rows])


def test_people_of_several_skeletons_and_nobody_are_refused(tmp_path):
    save(Scene(FOOTAGE, (person(1, 0, 6), person(2, 0, 6, H36M_17))), tmp_path / "two.npz")
    with pytest.raises(DataFormatError, match="expected people of one skeleton, found 2"):
        read_keypoints(tmp_path / "two.npz")
    save(Scene(FOOTAGE, ()), tmp_path / "none.npz")
    with pytest.raises(DataFormatError, match="expected people of one skeleton, found 0"):
        read_keypoints(tmp_path / "none.npz")
