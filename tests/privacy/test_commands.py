"""No command of poselift, and nobody who serves poses by it, reaches out of the machine or writes where it must not.

They run in processes of their own, in a network of their own in which there is nobody.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("av")

EXAMPLE = Path(__file__).parents[2] / "examples" / "balance.mp4"
TINY = """
[data]
store = {store!r}
[model]
name = "lcn"
channels = 4
layers = 1
in_channels = 3
{more}
[train]
steps = 4
batch_size = 16
log_every = 2
val_every = 2
"""
PERSON_CENTRED = 'normalisation = "person_centred"\nadd_input = false'
# One command after the other in one process: to import torch again for each would take most of the time.
COMMANDS = """
import json, sys
from poselift.cli.main import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["poselift", *words]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
"""
SERVED = """
import multiprocessing
import threading

import numpy as np

from poselift import SKELETONS, Camera, Clip, Lifter


def served(lifter, camera):
    draw = np.random.default_rng(0)
    stream = lifter.stream(camera)
    poses = draw.uniform(200, 800, (40, len(lifter.skeleton), 2)).astype(np.float32)
    lifted = [stream.push(pose, time_s=number / 30) for number, pose in enumerate(poses)]
    clip = Clip(SKELETONS["coco17"], fps=30, joints_px=draw.uniform(200, 800, (50, 17, 2)), size_px=(1920, 1080))
    lifter.lift(clip.replaced(camera=camera))
    return len(lifted)


def in_a_worker(_):
    return served(Lifter(), Camera.guessed((1920, 1080), fov_deg=60))


if __name__ == "__main__":
    lifter, camera = Lifter(precision="auto"), Camera.guessed((1920, 1080), fov_deg=60)
    threads = [threading.Thread(target=served, args=(lifter, camera)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for way in ("spawn", "fork"):
        with multiprocessing.get_context(way).Pool(1) as pool:
            assert pool.map(in_a_worker, [0]) == [40]
"""


@pytest.fixture
def poselift(box):
    """Run commands, each a list of words; they must end well and not offend."""

    def run(*commands):
        ended = box.watch("-c", COMMANDS, json.dumps([[str(word) for word in words] for words in commands]))
        assert (ended.code, ended.err) == (0, "")
        assert ended.offences == []

    return run


@pytest.fixture(scope="session")
def video(tmp_path_factory, write_video):
    """A dozen frames of the example video."""
    from poselift.detect.frames import read_frames

    return write_video(tmp_path_factory.mktemp("video") / "walk.mp4", images=islice(read_frames(EXAMPLE), 12))


def recipe(box, store, more=""):
    path = box.folder / "tiny.toml"
    path.write_text(TINY.format(store=str(store), more=more), encoding="utf-8")
    return path


def test_a_video_is_lifted_drawn_shown_and_written(poselift, box, video):
    poselift(["lift", video, "-o", box.output / "walk", "--precision", "auto"])
    made = {path.name for path in (box.output / "walk").iterdir()}
    assert made == {"poses.npz", "poses.json", "poses.csv", "overlay.mp4", "viewer.html"}
    assert list((box.home / ".cache" / "poselift").iterdir()), "the choice of precision is kept"
    result = box.output / "walk" / "poses.npz"
    poselift(
        ["lift", result, "-o", box.output / "again"],
        ["view", result, "-o", box.output / "walk.html"],
        ["export-clip", result, "-o", box.output / "walk.csv"],
    )


def test_poses_are_served_by_threads_and_worker_processes(box):
    script = box.folder / "serve.py"
    script.write_text(SERVED, encoding="utf-8")
    ended = box.watch(script)
    assert (ended.code, ended.err, ended.offences) == (0, "", [])


def test_a_network_is_trained_on_motion_capture_measured_and_exported(poselift, box, mocap_store):
    pytest.importorskip("torch")
    run, out = box.output / "run", box.output
    poselift(
        ["train", recipe(box, mocap_store, PERSON_CENTRED), "-o", run],
        ["train", "--resume", "-o", run, "--set", "train.steps=6"],
        [
            "evaluate",
            run / "best.safetensors",
            mocap_store,
            "--split",
            "val",
            "--views",
            1,
            "-o",
            out / "report.json",
        ],
        ["export", run / "best.safetensors", "-o", out / "exact.onnx"],
        [
            "export",
            run / "best.safetensors",
            "-o",
            out / "fast.onnx",
            "--precision",
            "int8",
            "--calibrate",
            mocap_store,
        ],
    )


def test_a_network_is_trained_on_recordings_predicts_and_is_compared(poselift, box, recorded_store):
    pytest.importorskip("torch")
    run, predicted = box.output / "run", box.output / "predictions.npz"
    poselift(
        ["train", recipe(box, recorded_store), "-o", run],
        ["predict", run / "best.safetensors", recorded_store, "-o", predicted],
        ["compare", recorded_store, run / "best.safetensors", predicted, "-o", box.output / "bars.png"],
        ["export-dataset", recorded_store, "-o", box.output / "pickles"],
    )
