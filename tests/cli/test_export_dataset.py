"""`poselift export-dataset`: a store of Human3.6M back as pickles that `prepare h36m` reads again."""

from __future__ import annotations

import numpy as np

from poselift.data.store import load_store


def test_what_is_written_is_read_again(poselift, recorded_store, tmp_path):
    ended = poselift("export-dataset", recorded_store, "-o", tmp_path / "pickles")
    assert (ended.code, ended.out) == (0, [f"{tmp_path / 'pickles'}: 360 frames of 12 videos"])
    again = tmp_path / "again.safetensors"
    assert poselift("prepare", "h36m", tmp_path / "pickles", "-o", again).code == 0
    before, after = load_store(recorded_store), load_store(again)
    assert after.n_frames == before.n_frames
    mine = {(c.subject, c.action, c.camera): c.frames for c in before.clips}
    for clip in after.clips:
        frames = mine[clip.subject, clip.action, clip.camera]
        np.testing.assert_allclose(after.joints_cam_mm[clip.frames], before.joints_cam_mm[frames], atol=0.01)


def test_older_pickles_are_replaced_only_when_told(poselift, recorded_store, tmp_path):
    assert poselift("export-dataset", recorded_store, "-o", tmp_path).code == 0
    ended = poselift("export-dataset", recorded_store, "-o", tmp_path)
    assert ended.code == 2
    assert "exists" in ended.err[0]
    assert poselift("export-dataset", recorded_store, "-o", tmp_path, "--overwrite").code == 0


def test_what_is_no_human36m_is_refused_before_anything_is_written(poselift, mocap_store, tmp_path):
    ended = poselift("export-dataset", mocap_store, "-o", tmp_path / "pickles")
    assert (ended.code, list(tmp_path.glob("pickles/*"))) == (2, [])
    assert "expected a name such as" in ended.err[0]
