"""VideoPose3D's own videos, prepared or as Detectron saw them."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError


def held(value):
    array = np.empty((), dtype=object)
    array[()] = value
    return array


@pytest.fixture
def prepared(tmp_path, people):
    def make(videos=("walk.mp4",), **size):
        places = np.stack([np.full((17, 2), np.nan) if j is None else j[:, :2] for j in people()])
        about = {"layout_name": "coco", "num_joints": 17, "video_metadata": dict.fromkeys(videos, size)}
        positions = {video: {"custom": [places.astype(np.float32)]} for video in videos}
        np.savez(tmp_path / "data_2d_custom.npz", positions_2d=held(positions), metadata=held(about))
        return tmp_path / "data_2d_custom.npz"

    return make


def test_a_prepared_video_says_its_size(prepared, people):
    path = prepared(w=1280, h=720)
    assert recognised(path) == "videopose3d"
    found = read_keypoints(path, said=Said(fps=30))
    assert (found.footage.size_px, found.frame.tolist()) == ((1280, 720), [0, 1, 2, 4, 5])
    np.testing.assert_allclose(found.joints_px[0], people()[0][:, :2], rtol=1e-6)
    with pytest.raises(DataFormatError, match="does not say how many frames a second"):
        read_keypoints(path, said=Said())


def test_several_videos_are_listed(prepared, said):
    with pytest.raises(DataFormatError, match=r"expected one video, found a\.mp4, b\.mp4"):
        read_keypoints(prepared(("a.mp4", "b.mp4")), said=said)


def test_the_most_certain_person_of_detectron_is_taken(tmp_path, people, said, same_person):
    keypoints = np.empty(6, dtype=object)
    for n, joints in enumerate(people()):
        if joints is None:
            keypoints[n] = [[], np.empty((0, 4, 17))]
            continue
        sure = np.stack([joints[:, 0], joints[:, 1], joints[:, 2], joints[:, 2]])
        keypoints[n] = [[], np.stack([sure * [[1], [1], [0], [0.1]] + 5, sure])]
    np.savez(tmp_path / "a.npz", boxes=keypoints, keypoints=keypoints, metadata=held({"w": 1280, "h": 720}))
    assert recognised(tmp_path / "a.npz") == "videopose3d"
    keypoints[1][1] = np.ones((2, 3, 17))
    np.savez(tmp_path / "b.npz", boxes=keypoints, keypoints=keypoints)
    with pytest.raises(DataFormatError, match=r"frame 1: expected \(people, 4, 17\), found \(2, 3, 17\)"):
        read_keypoints(tmp_path / "b.npz", said=said)


def test_a_pickle_that_runs_code_runs_none(tmp_path, said):
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    np.savez(tmp_path / "a.npz", positions_2d=held(Evil()), metadata=held({}))
    with pytest.raises(DataFormatError):
        read_keypoints(tmp_path / "a.npz", said=said)


def test_damage_is_one_line(survives, prepared):
    survives("damaged.npz", prepared(w=1280, h=720).read_bytes(), "videopose3d")
