"""`poselift prepare mocap`: folders in, one store out, or one line that says which file is at fault."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.store import load_store
from poselift.skeleton import read_skeleton

# joint: parent and offset in centimetres; y up, facing z.
BONES = {"Hips": ("", (0, 100, 0))}
BONES |= {"Spine": ("Hips", (0, 11, 0)), "Spine1": ("Spine", (0, 12, 0)), "Neck": ("Spine1", (0, 0, 0))}
BONES |= {"Head": ("Neck", (0, 20, 0)), "HeadEnd": ("Head", (0, 10, 0))}
for _side, _x in (("Left", 1), ("Right", -1)):
    BONES |= {f"{_side}UpLeg": ("Hips", (9 * _x, -10, 0)), f"{_side}Leg": (f"{_side}UpLeg", (0, -43, 0))}
    BONES |= {f"{_side}Foot": (f"{_side}Leg", (0, -41, 0)), f"{_side}Shoulder": ("Spine1", (0, 0, 0))}
    BONES |= {
        f"{_side}Arm": (f"{_side}Shoulder", (18 * _x, 5, 0)),
        f"{_side}ForeArm": (f"{_side}Arm", (28 * _x, 0, 0)),
    }
    BONES |= {f"{_side}Hand": (f"{_side}ForeArm", (18 * _x, 0, 0)), f"{_side}FingerBase": (f"{_side}Hand", (0, 0, 0))}


def bvh(seed: int, frames: int) -> str:
    """Somebody who waves every joint, at 120 frames a second, differently for each seed."""

    def block(joint: str) -> list[str]:
        parent, offset = BONES[joint]
        if joint.endswith("End"):
            return ["End Site", "{", "OFFSET {} {} {}".format(*offset), "}"]
        lines = [f"{'JOINT' if parent else 'ROOT'} {joint}", "{", "OFFSET {} {} {}".format(*offset)]
        lines.append("CHANNELS 3 Zrotation Yrotation Xrotation")
        joints.append(joint)
        for child in BONES:
            if BONES[child][0] == joint:
                lines += block(child)
        return [*lines, "}"]

    joints: list[str] = []
    hierarchy = block("Hips")
    rng = np.random.default_rng(seed)
    rate, phase, size = (rng.uniform(low, high, 3 * len(joints)) for low, high in ((0.4, 1.5), (0, 6), (5, 30)))
    time = np.arange(frames)[:, None] / 120
    rows = [" ".join(f"{v:.4f}" for v in row) for row in size * np.sin(2 * np.pi * rate * time + phase)]
    return "\n".join(["HIERARCHY", *hierarchy, "MOTION", f"Frames: {frames}", "Frame Time: .0083333", *rows])


@pytest.fixture
def corpora(tmp_path):
    """Two folders; one take is in both under different names."""
    takes = {"a/walk_1_train": (0, 480), "a/walk_2_test": (1, 240), "a/walk_3_train": (2, 120), "b/006_07": (0, 480)}
    for name, (seed, frames) in takes.items():
        path = tmp_path / f"{name}.bvh"
        path.parent.mkdir(exist_ok=True)
        path.write_text(bvh(seed, frames))
    return tmp_path / "a", tmp_path / "b"


def test_a_store_that_opens(poselift, corpora, tmp_path):
    ended = poselift("prepare", "mocap", *corpora, "-o", tmp_path / "out" / "mocap.safetensors")
    assert (ended.code, ended.err) == (0, [])
    store = load_store(tmp_path / "out" / "mocap.safetensors")
    assert {clip.name: clip.split for clip in store.clips} == {
        "a/walk_1_train": "test",
        "a/walk_2_test": "test",
        "a/walk_3_train": "train",
        "b/006_07": "test",
    }
    assert store.n_frames == 660
    assert np.isfinite(store.joints_world_mm).all()


def test_the_table_tells_clips_frames_and_minutes_of_each_split(poselift, corpora, tmp_path):
    out = poselift("prepare", "mocap", *corpora, "-o", tmp_path / "mocap.safetensors").out
    rows = [line.replace("│", " ").split() for line in out if "│" in line]
    assert rows == [["test", "3", "600", "0.2"], ["train", "1", "60", "0.0"]]
    assert "1 takes come more than once, in 2 clips" in " ".join(" ".join(out).split())


def test_without_duplicates_there_is_no_word_about_them(poselift, corpora, tmp_path):
    out = poselift("prepare", "mocap", corpora[0], "-o", tmp_path / "mocap.safetensors").out
    assert not any("more than once" in line for line in out)


def test_fps_is_the_most_frames_per_second(poselift, corpora, tmp_path):
    poselift("prepare", "mocap", corpora[1], "-o", tmp_path / "s.safetensors", "--fps", "31")
    (clip,) = load_store(tmp_path / "s.safetensors").clips
    assert (clip.fps, clip.length) == (30.0, 120)


def test_a_skeleton_of_the_files_own_names_needs_no_code(poselift, corpora, tmp_path):
    own = tmp_path / "own.toml"
    parents = {"Hips": "", "HeadEnd": "Hips", "LeftFoot": "Hips", "RightFoot": "Hips"}
    joints = [f'{{ name = "{j}"{f", parent = {p!r}" if p else ""} }}' for j, p in parents.items()]
    pairs = '[["LeftFoot", "RightFoot"]]'
    own.write_text(f'name = "four"\nroot = "Hips"\njoints = [{", ".join(joints)}]\npairs = {pairs}\n')
    ended = poselift("prepare", "mocap", *corpora, "-o", tmp_path / "own.safetensors", "--skeleton", own)
    assert ended.code == 0, ended.err
    store = load_store(tmp_path / "own.safetensors")
    assert store.skeleton == read_skeleton(own)
    assert store.joints_world_mm.shape[1:] == (4, 3)
    large = tmp_path / "large.safetensors"
    assert poselift("prepare", "mocap", *corpora, "-o", large, "--skeleton", own, "--unit-mm", 20).code == 0
    np.testing.assert_allclose(load_store(large).joints_world_mm, 2 * store.joints_world_mm, rtol=1e-6)
    assert "citation" not in store.about  # nobody said that these are the CMU database's


def test_the_same_command_writes_the_same_bytes(poselift, corpora, tmp_path):
    for name in "xy":
        poselift("prepare", "mocap", *corpora, "-o", tmp_path / name)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def test_an_older_store_is_kept_and_refused_before_anything_is_read(poselift, corpora, tmp_path):
    path = tmp_path / "s.safetensors"
    path.write_text("old")
    (corpora[0] / "broken.bvh").write_text("")
    ended = poselift("prepare", "mocap", corpora[0], "-o", path)
    assert (ended.code, ended.out) == (2, [])
    assert "s.safetensors: exists" in ended.err[0]
    assert "--overwrite" in ended.err[1]
    assert path.read_text() == "old"


def test_overwrite_replaces_an_older_store(poselift, corpora, tmp_path):
    path = tmp_path / "s.safetensors"
    path.write_text("old")
    assert poselift("prepare", "mocap", corpora[1], "-o", path, "--overwrite").code == 0
    assert load_store(path).n_frames == 240


@pytest.mark.parametrize(
    ("damage", "line", "words"),
    [
        (lambda text: text[: len(text) // 2], True, "channel values"),
        (lambda text: text.replace("Xrotation", "Wrotation", 1), True, "'Wrotation'"),
        (lambda text: text.replace("Frames: 240", "Frames: 241"), True, "expected 241 frames"),
        (lambda text: text.replace("MOTION", "", 1), True, "or MOTION"),
        (lambda text: text.replace("LeftLeg", "shin"), False, "no LeftLeg"),
        (lambda text: "", False, "an empty file"),
        (lambda text: "\0\1\2" * 100, False, "binary data"),
    ],
    ids=["cut", "channel", "frame count", "no motion", "names", "empty", "binary"],
)
def test_a_broken_file_is_one_line_and_leaves_an_older_store(poselift, corpora, tmp_path, damage, line, words):
    path = corpora[0] / "walk_2_test.bvh"
    path.write_text(damage(path.read_text()))
    store = tmp_path / "s.safetensors"
    store.write_text("old")
    ended = poselift("prepare", "mocap", *corpora, "-o", store, "--overwrite")
    assert (ended.code, ended.out) == (2, [])
    error, hint = ended.err
    assert error.startswith(f"error: {path}" + (", line " if line else ": "))
    assert words in error
    assert hint.startswith("hint: ")
    assert store.read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: expected a folder"),
        (["empty"], "expected .bvh or .amc files, found none"),
        (["a/walk_1_train.bvh"], "expected a folder"),
        (["a", "a"], "found a/walk_1_train twice"),
        (["a", "--fps", "0"], "fps"),
        (["a", "--fps", "1e-09"], "fps"),
        (["a", "--fps", "-60"], "fps"),
        (["a", "--fps", "nan"], "fps"),
        (["a", "--fps", "many"], "fps"),
        (["a", "--unit-mm", "0"], "unit_mm: expected a length in millimetres, got 0"),
        (["a", "--unit-mm", "inf"], "unit_mm"),
        (["a", "--skeleton", "h36m18"], "unknown skeleton 'h36m18'"),
        (["a", "--skeleton", "absent.toml"], "absent.toml: cannot be read"),
        (["a", "--skeleton", "coco17"], "expected the joint names of coco17"),
        ([], "folders"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line(poselift, corpora, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    ended = poselift("prepare", "mocap", *arguments, "-o", "s.safetensors")
    assert (ended.code, ended.out) == (2, [])
    assert words in ended.err[0]
    assert [line.partition(":")[0] for line in ended.err] == ["error", "hint"]
    assert not (tmp_path / "s.safetensors").exists()


def test_an_output_that_cannot_be_written_is_one_line(poselift, corpora, tmp_path):
    (tmp_path / "file").write_text("no folder")
    ended = poselift("prepare", "mocap", corpora[1], "-o", tmp_path / "file" / "s.safetensors")
    assert (ended.code, ended.out) == (2, [])
    assert "s.safetensors: could not be written" in ended.err[0]
    assert len(ended.err) == 2


def test_a_motion_without_its_skeleton_is_one_line(poselift, tmp_path):
    (tmp_path / "01_01.amc").write_text("1\nroot 0 0 0 0 0 0\n")
    ended = poselift("prepare", "mocap", tmp_path, "-o", tmp_path / "s.safetensors")
    assert (ended.code, len(ended.err)) == (2, 2)
    assert "01_01.amc: expected the .asf file" in ended.err[0]
