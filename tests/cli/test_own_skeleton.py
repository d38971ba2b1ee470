"""Somebody's own skeleton of 26 joints, which exists in one TOML file, goes the whole way by the command line."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from poselift.data.scene_file import load
from poselift.data.store import load_store
from poselift.deploy.onnx import export_onnx
from poselift.detect.base import Detection
from poselift.lifting.lifter import Lifter
from poselift.models import create_model
from poselift.models.checkpoint import load_checkpoint
from poselift.skeleton import read_skeleton

pytest.importorskip("av")
pytest.importorskip("aggdraw")

# Left-hand joints of somebody who stands, in millimetres: x to the left, y forward, z up.
STANDING_MM = {
    **{"Kreuzbein": (0, -40, 1000), "Lende": (0, -40, 1150), "Brust": (0, 0, 1350), "Hals": (0, 0, 1480)},
    **{"Kopf": (0, 30, 1600), "Scheitel": (0, 0, 1750), "Auge": (35, 90, 1640), "Schlüsselbein": (30, 20, 1420)},
    **{"Schulter": (190, 0, 1400), "Ellbogen": (220, -20, 1120), "Hand": (230, 40, 850), "Hüfte": (110, 0, 950)},
    **{"Knie": (115, 20, 520), "Knöchel": (115, -20, 90), "Ferse": (115, -70, 40), "Ballen": (125, 110, 20)},
}
RECIPE = """
[data]
store = "{store}"
val_poses = 16
[model]
name = "lcn"
channels = 8
layers = 1
in_channels = 3
normalisation = "person_centred"
skeleton = "{skeleton}"
[train]
steps = 6
batch_size = 16
threads = 1
log_every = 3
val_every = 3
"""
FRAMES = 12


@pytest.fixture(scope="module")
def own(own_skeleton_file):
    return read_skeleton(own_skeleton_file)


def standing(own):
    """Joints (26, 3) of somebody who stands, in the world."""
    joints = np.array([STANDING_MM[name.removesuffix(" L").removesuffix(" R")] for name in own.joints], dtype=float)
    joints[own.indices(own.right), 0] *= -1
    return joints


def bvh(own, seed, frames=60):
    """Somebody who waves every joint, as motion capture by the own names; centimetres, y up."""
    place = dict(zip(own.joints, standing(own)[:, [0, 2, 1]] * [0.1, 0.1, -0.1], strict=True))
    children = {joint: [child for parent, child in own.bones if parent == joint] for joint in own.joints}

    def block(joint, parent):
        offset = place[joint] - (place[parent] if parent else 0)
        lines = [f"{'JOINT' if parent else 'ROOT'} {joint}", "{", "OFFSET {} {} {}".format(*offset)]
        lines.append("CHANNELS 3 Zrotation Yrotation Xrotation")
        inner = [line for child in children[joint] for line in block(child, joint)]
        return [*lines, *(inner or ["End Site", "{", "OFFSET 0 1 0", "}"]), "}"]

    rng = np.random.default_rng(seed)
    rate, phase = rng.uniform(0.4, 1.5, 78), rng.uniform(0, 6, 78)
    rows = 10 * np.sin(2 * np.pi * rate * np.arange(frames)[:, None] / 30 + phase)
    motion = [
        "MOTION",
        f"Frames: {frames}",
        "Frame Time: .0333333",
        *(" ".join(f"{v:.4f}" for v in row) for row in rows),
    ]
    return "\n".join(["HIERARCHY", *block("Kreuzbein", ""), *motion])


@pytest.fixture
def corpus(own, tmp_path):
    """A folder of motion capture; by its file's name one take is held out to select on."""
    (tmp_path / "corpus").mkdir()
    for seed, name in enumerate(("one", "two", "three", "running_3_train")):
        (tmp_path / "corpus" / f"{name}.bvh").write_text(bvh(own, seed), encoding="utf-8")
    return tmp_path / "corpus"


@pytest.fixture
def film(own, tmp_path, write_video, fake_detector, monkeypatch):
    """A video, and a detector that finds the 26 joints in each of its frames."""
    jitter_px = np.random.default_rng(0).normal(0, 0.5, (FRAMES, 26, 2))
    joints_px = (standing(own)[:, [0, 2]] * [0.025, -0.025] + [32, 46] + jitter_px).astype(np.float32)
    detector = fake_detector(lambda call: [Detection(joints_px[call], np.full(26, 0.9, dtype=np.float32))])
    detector.skeleton = own
    monkeypatch.setattr("poselift.detect.blazepose.full", lambda: detector)
    return write_video(tmp_path / "film.mp4", frames=FRAMES, size_px=(64, 48))


def test_an_own_skeleton_goes_from_motion_capture_to_page(poselift, own, own_skeleton_file, corpus, film, tmp_path):
    names = ("own.toml", "own.safetensors", "recipe.toml", "run")
    skeleton_file, store, recipe, run = (tmp_path / name for name in names)
    skeleton_file.write_bytes(own_skeleton_file.read_bytes())
    recipe.write_text(RECIPE.format(store=store, skeleton=skeleton_file), encoding="utf-8")

    def done(*words):
        ended = poselift(*words)
        assert ended.code == 0, ended.err
        return ended

    done("prepare", "mocap", corpus, "-o", store, "--skeleton", skeleton_file)
    assert load_store(store).skeleton == own
    done("train", recipe, "-o", run, "--device", "cpu")
    skeleton_file.unlink()  # from here on the files say what the joints are
    done("train", "--resume", "-o", run, "--device", "cpu")
    model, header = load_checkpoint(run / "best.safetensors")
    assert model.skeleton == header.skeleton == own
    done("evaluate", run / "best.safetensors", store, "--split", "val", "--views", "2")
    done("export", run / "best.safetensors", "-o", tmp_path / "own.onnx")
    assert Lifter(tmp_path / "own.onnx").skeleton == own
    done("lift", film, "-o", tmp_path / "out", "--model", tmp_path / "own.onnx")
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"poses.csv", "overlay.mp4", "viewer.html"}
    assert "Hüfte L" in (tmp_path / "out" / "poses.csv").read_text(encoding="utf-8")
    lifted = [load(tmp_path / "out" / name).main for name in ("poses.npz", "poses.json")]
    for name, clip in zip(("npz", "json"), lifted, strict=True):
        assert clip.skeleton == own, name
        assert clip.joints_root_mm.shape == (FRAMES, 26, 3), name
        np.testing.assert_array_equal(clip.joints_root_mm, lifted[0].joints_root_mm)
        np.testing.assert_allclose(own.root_position(clip.joints_root_mm), 0, atol=1e-3)
        done("view", tmp_path / "out" / f"poses.{name}", "-o", tmp_path / f"{name}.html")
        shown = page_data(tmp_path / f"{name}.html")["people"][0]
        assert shown["joints"] == list(own.joints), name
        assert len(shown["bones"]) == 25, name
    done("lift", tmp_path / "out" / "poses.json", "-o", tmp_path / "again", "--model", tmp_path / "own.onnx")
    assert load(tmp_path / "again" / "poses.npz").main.skeleton == own


def test_a_detector_that_does_not_know_the_joints_is_refused_before_it_looks(
    poselift, own, film, fake_detector, monkeypatch, tmp_path
):
    detector = fake_detector(lambda call: [])  # of Human3.6M-17
    monkeypatch.setattr("poselift.detect.blazepose.full", lambda: detector)
    export_onnx(
        create_model("lcn", skeleton=own, channels=4, normalisation="person_centred"), {}, tmp_path / "m.onnx"
    )
    ended = poselift("lift", film, "-o", tmp_path / "out", "--model", tmp_path / "m.onnx")
    assert (ended.code, detector.shown) == (2, [])
    assert "no conversion from h36m17 to puppe" in ended.err[0]
    assert "use a model of h36m17 itself" in ended.err[1]


def page_data(page):
    """What the page is given to play."""
    (text,) = re.findall(r"<script[^>]*application/json[^>]*>(.*?)</script>", page.read_text(encoding="utf-8"), re.S)
    return json.loads(text)
