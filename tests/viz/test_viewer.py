import base64
import json
import re
from importlib.resources import files

import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.errors import DataFormatError, OutputError, ShapeError
from poselift.skeleton.definitions import BLAZEPOSE_33
from poselift.viz.stage import Stage
from poselift.viz.viewer import write_viewer

PAGE = files("poselift.viz") / "page"
MALICE = "</script><script>window.broken = true</script> & <b> {{data}} \u2028"


def _data(path) -> dict:
    return json.loads(re.search(r'<script id="data"[^>]*>(.*?)</script>', path.read_text("utf-8"), re.S)[1])


def _unpacked(packed: dict, shape: tuple[int, ...]) -> np.ndarray:
    steps = np.frombuffer(base64.b64decode(packed["base64"]), "<i2").reshape(shape)
    return np.where(steps == -32768, np.nan, steps * packed["step"])


def test_the_page_holds_the_clip_to_a_tenth_of_a_millimetre(walk, tmp_path):
    valid, filled = np.arange(30) % 7 != 3, np.arange(30) % 7 == 4
    clip = walk(30, valid=valid, filled=filled)
    write_viewer(clip, tmp_path / "v.html")
    data, (actor,) = _data(tmp_path / "v.html"), Stage.of(Scene.of(clip)).actors
    assert (data["fps"], data["size_px"], data["main"]) == (50.0, [540, 960], 0)
    np.testing.assert_allclose(data["time_s"], clip.time_s, atol=1e-6)
    (person,) = data["people"]
    assert (person["id"], person["first_frame"], person["hue"]) == (1, 0, None)
    np.testing.assert_allclose(
        _unpacked(person["joints_root_stage_mm"], (30, 17, 3)), actor.joints_root_stage_mm, atol=0.1
    )
    np.testing.assert_allclose(_unpacked(person["root_height_mm"], (30,)), actor.root_height_mm, atol=0.1)
    np.testing.assert_allclose(_unpacked(person["root_stage_mm"], (30, 3)), actor.root_stage_mm, atol=0.1)
    np.testing.assert_allclose(_unpacked(person["joints_px"], (30, 17, 2)), clip.joints_px, atol=0.05)
    status = np.frombuffer(base64.b64decode(person["status"]), np.uint8)
    np.testing.assert_array_equal(status, np.where(valid, np.where(filled, 2, 1), 0))


def test_ten_thousand_frames_are_small(walk, tmp_path):
    clip = walk(10_000)
    write_viewer(clip, tmp_path / "v.html")
    assert (tmp_path / "v.html").stat().st_size < 5e6


def test_text_cannot_break_out(walk, tmp_path):
    scene = Scene.of(walk(2, source=MALICE))
    scene = scene.replaced(footage=scene.footage.noted(MALICE + "3"))
    write_viewer(scene, tmp_path / "v.html", title=MALICE + "2")
    page = (tmp_path / "v.html").read_text("utf-8")
    assert "<script>window.broken" not in page
    assert page.count("&lt;/script&gt;") >= 4
    assert page.count("</script>") == 3


def test_the_page_asks_for_nothing_from_elsewhere(walk, tmp_path):
    write_viewer(walk(2), tmp_path / "v.html")
    page = (tmp_path / "v.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//|@import|url\(|import\(""", page)


def test_three_js_comes_along_with_its_licence():
    assert "MIT" in (PAGE / "three.LICENSE").read_text()
    bundle = (PAGE / "three.bundle.js").read_text()
    assert len(bundle.encode()) < 1e6
    assert "</script" not in bundle.lower()
    # Everything that the page takes is in the bundle.
    exported = set(re.findall(r"^  (\w+),$", (PAGE / "three_entry.js").read_text(), re.M)) | {"OrbitControls"}
    used = {name for file in PAGE.iterdir() if file.name.endswith(".js") for name in _three_names(file)}
    assert used == exported
    assert all(f"{name}:()=>" in bundle for name in used)


def _three_names(file) -> list[str]:
    return [] if file.name.startswith("three") else re.findall(r"\bTHREE\.(\w+)", file.read_text())


def test_2d_alone_is_refused(walk, tmp_path):
    with pytest.raises(ShapeError, match="2D joints only"):
        write_viewer(walk(2, joints_root_mm=None), tmp_path / "v.html")
    assert not list(tmp_path.iterdir())


def test_an_older_page_is_kept_unless_told(walk, tmp_path):
    path = tmp_path / "v.html"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        write_viewer(walk(2), path)
    assert path.read_text() == "mine"
    write_viewer(walk(2), path, overwrite=True)
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_any_skeleton_and_missing_parts(walk, tmp_path):
    joints = np.random.default_rng(0).normal(0, 300, (4, 33, 3))
    clip = walk(4).replaced(
        skeleton=BLAZEPOSE_33, joints_root_mm=joints, joints_px=None, confidence=None, root_cam_mm=None, camera=None
    )
    write_viewer(clip, tmp_path / "v.html")
    (person,) = _data(tmp_path / "v.html")["people"]
    assert person["joints_px"] is person["root_stage_mm"] is person["confidence"] is None
    assert len(person["bone_sides"]) == len(BLAZEPOSE_33.bones)


def test_the_image_size_is_made_up_where_unknown(walk, tmp_path):
    clip = walk(4, size_px=None)
    write_viewer(clip, tmp_path / "v.html")
    assert _data(tmp_path / "v.html")["size_px"] == np.ceil(clip.joints_px.max(axis=(0, 1))).tolist()


def test_everybody_is_in_the_page_with_their_frames_alone(pair, tmp_path):
    scene = pair(first=20)
    write_viewer(scene, tmp_path / "v.html")
    data = _data(tmp_path / "v.html")
    assert [(p["id"], p["first_frame"], p["hue"]) for p in data["people"]] == [(1, 0, 0), (7, 20, 1)]
    for person, actor in zip(data["people"], Stage.of(scene).actors, strict=True):
        frames = len(actor.present)
        assert len(base64.b64decode(person["status"])) == frames
        np.testing.assert_allclose(_unpacked(person["place_stage_mm"], (frames, 2)), actor.place_stage_mm, atol=0.1)
        np.testing.assert_allclose(_unpacked(person["root_stage_mm"], (frames, 3)), actor.root_stage_mm, atol=0.1)
        assert person["joints"][person["head"]] == "head"


def test_times_are_those_of_the_footage(pair, tmp_path):
    time_s = np.array([1.5, 1.54, 2.25, 9.0])
    write_viewer(pair(4, time_s=time_s), tmp_path / "v.html")
    assert _data(tmp_path / "v.html")["time_s"] == time_s.tolist()


def test_notes_are_told(pair, tmp_path):
    scene = pair()
    write_viewer(scene.replaced(footage=scene.footage.noted("cut short", "2 frames")), tmp_path / "v.html")
    assert "<li>cut short</li><li>2 frames</li>" in (tmp_path / "v.html").read_text("utf-8")


def test_a_scene_of_nobody_is_a_page_too(pair, tmp_path):
    write_viewer(pair().replaced(tracks=()), tmp_path / "v.html")
    data = _data(tmp_path / "v.html")
    assert (data["people"], data["main"], data["size_px"]) == ([], None, [540, 960])


def test_a_video_is_found_from_the_page_or_is_in_it(walk, tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    (tmp_path / "a 1.mp4").write_bytes(b"video")
    page = tmp_path / "out" / "v.html"
    write_viewer(walk(2), page)
    assert "video" not in _data(page)
    assert "media-src" not in page.read_text("utf-8")
    write_viewer(walk(2), page, video=tmp_path / "a 1.mp4", overwrite=True)
    assert _data(page)["video"] == "../a%201.mp4"
    assert "media-src 'self' file: data:" in page.read_text("utf-8")
    write_viewer(walk(2), page, video=tmp_path / "a 1.mp4", embed=True, overwrite=True)
    assert _data(page)["video"] == "data:video/mp4;base64,dmlkZW8="
    with pytest.raises(DataFormatError, match=r"b\.mp4: cannot be read"):
        write_viewer(walk(2), page, video=tmp_path / "b.mp4", overwrite=True)
    monkeypatch.setattr("poselift.viz.viewer._MOST_EMBEDDED", 4)
    with pytest.raises(DataFormatError, match="expected at most 0 MiB to embed"):
        write_viewer(walk(2), page, video=tmp_path / "a 1.mp4", embed=True, overwrite=True)
