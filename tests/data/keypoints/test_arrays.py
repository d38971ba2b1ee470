"""Arrays of rtmlib, of one person or several."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.errors import DataFormatError


@pytest.fixture
def arrays(people):
    joints = np.stack([np.full((17, 3), np.nan) if j is None else j for j in people()])
    return joints[:, None, :, :2], np.nan_to_num(joints[:, None, :, 2])


def test_several_people_and_one(tmp_path, arrays, said, same_person):
    places, scores = arrays
    for shape in (slice(None), 0):
        np.savez(tmp_path / "a.npz", keypoints=places[:, shape], scores=scores[:, shape])
        assert recognised(tmp_path / "a.npz") == "arrays"
        same_person(read_keypoints(tmp_path / "a.npz", said=said))


def test_whole_bodies_give_their_bodies(tmp_path, said):
    places = np.random.default_rng(0).uniform(100, 700, (3, 2, 133, 2))
    np.savez(tmp_path / "a.npz", keypoints=places, scores=np.full((3, 2, 133), 0.5))
    found = read_keypoints(tmp_path / "a.npz", said=said)
    assert (found.skeleton.name, found.frame.tolist()) == ("wholebody23", [0, 0, 1, 1, 2, 2])


def test_arrays_that_do_not_fit_and_no_arrays_are_refused(tmp_path, arrays, said):
    places, scores = arrays
    np.savez(tmp_path / "a.npz", keypoints=places, scores=scores[:4])
    with pytest.raises(DataFormatError, match="and a score of each"):
        read_keypoints(tmp_path / "a.npz", said=said)
    np.savez(tmp_path / "a.npz", keypoints=np.array([{}], dtype=object), scores=scores)
    with pytest.raises(DataFormatError, match="damaged, or no plain arrays"):
        read_keypoints(tmp_path / "a.npz", said=said)
    np.savez(tmp_path / "a.npz", keypoints=np.array(["a"]), scores=scores)
    with pytest.raises(DataFormatError, match="expected numbers"):
        read_keypoints(tmp_path / "a.npz", said=said)


def test_damage_is_one_line(survives, tmp_path, arrays):
    np.savez(tmp_path / "a.npz", keypoints=arrays[0], scores=arrays[1])
    survives("damaged.npz", (tmp_path / "a.npz").read_bytes(), "arrays")
