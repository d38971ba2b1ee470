"""A data set like 3DPW, with several people in a video and a camera that moves, is one file and one row."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from poselift.data.readers import READERS
from poselift.data.store import load_store

# All that somebody writes: a module, and `"wild": "wild:prepare_wild"` in READERS.
MODULE = '''
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np

from poselift.data.clip import Keypoints
from poselift.data.readers import OnRead, read_silently
from poselift.data.readers.option import Option
from poselift.data.readers.recordings import Recording, recordings_store
from poselift.data.store import DatasetStore
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17


def prepare_wild(
    folder: Annotated[Path, Option("Folder with its .json files.")],
    *,
    test: Annotated[Sequence[str], Option("Videos to test on.")] = (),
    fps: Annotated[float, Option("Frames per second of the videos.")] = 30.0,
    on_read: OnRead = read_silently,
) -> DatasetStore:
    """People in the wild to a dataset store, each person of a video a clip.

    Args:
        on_read: called for every video.
    """
    return recordings_store(_recordings(folder, test, fps, on_read), H36M_17, about={"source": "people in the wild"})


def _recordings(folder: Path, test: Sequence[str], fps: float, on_read: OnRead) -> Iterator[Recording]:
    paths = sorted(folder.glob("*.json"))
    for number, path in enumerate(paths, 1):
        video = json.loads(path.read_text())
        camera = Camera(np.array(video["focal"]), np.array(video["center"]), size_px=(1080, 1920), name=path.stem)
        rotations, positions = np.array(video["rotation"]), np.array(video["position"])
        for person, found in enumerate(video["people"]):
            joints_cam_mm = (np.array(found["joints"]) - positions[:, None]) @ rotations.swapaxes(1, 2)
            yield Recording(
                name=f"{path.stem}/{person}",
                subject=found["actor"],
                action=path.stem.partition("_")[0],
                take=path.stem,
                camera=camera,
                joints_cam_mm=joints_cam_mm,
                fps=fps,
                detections={"openpose": Keypoints(np.array(found["joints_px"]), np.array(found["confidence"]))},
                valid=np.array(found["valid"]),
                split="test" if path.stem in test else "train",
            )
        on_read(number, len(paths))
'''


@pytest.fixture
def wild(tmp_path, monkeypatch):
    """Two videos; in the first the camera walks past two people, of whom the second is gone for a while."""
    (tmp_path / "wild.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(READERS, "wild", "wild:prepare_wild")
    monkeypatch.delitem(sys.modules, "wild", raising=False)
    rng = np.random.default_rng(0)
    (tmp_path / "videos").mkdir()
    for name, people in {"street_00": 2, "cafe_01": 1}.items():
        positions = np.stack([np.linspace(-1000, 1000, 6), np.zeros(6), np.full(6, -4000)], axis=-1)
        found = [
            {
                "actor": f"actor {person}",
                "joints": rng.normal(0, 300, (6, 17, 3)).tolist(),
                "joints_px": rng.uniform(0, 1000, (6, 17, 2)).tolist(),
                "confidence": rng.uniform(0.2, 1, (6, 17)).tolist(),
                "valid": [person == 0 or frame < 4 for frame in range(6)],
            }
            for person in range(people)
        ]
        video = {"focal": [1960, 1960], "center": [540, 960], "people": found}
        video |= {"rotation": np.tile(np.eye(3), (6, 1, 1)).tolist(), "position": positions.tolist()}
        (tmp_path / "videos" / f"{name}.json").write_text(json.dumps(video))
    return tmp_path / "videos"


def test_it_is_offered_with_its_help_and_its_options(poselift, wild):
    assert any("wild" in line and "People in the wild" in line for line in poselift("prepare", "--help").out)
    shown = " ".join(" ".join(poselift("prepare", "wild", "--help").out).replace("│", " ").split())
    for words in ("Folder with its .json files.", "--fps", "Frames per second of the videos.", "--test", "--output"):
        assert words in shown
    assert "on_read" not in shown.replace("-", "_")
    assert "called for every video" not in shown


def test_each_person_is_a_clip_in_the_axes_of_the_moving_camera(poselift, wild, tmp_path):
    path = tmp_path / "wild.safetensors"
    ended = poselift("prepare", "wild", wild, "-o", path, "--fps", "25", "--test", "street_00")
    assert (ended.code, ended.err) == (0, [])
    store = load_store(path)
    assert store.kind == "recordings"
    assert [(c.name, c.subject, c.action, c.split, c.fps) for c in store.clips] == [
        ("cafe_01/0", "actor 0", "cafe", "train", 25.0),
        ("street_00/0", "actor 0", "street", "test", 25.0),
        ("street_00/1", "actor 1", "street", "test", 25.0),
    ]
    assert store.valid_frames(store.clips[2]).tolist() == [True] * 4 + [False] * 2
    video = json.loads((wild / "street_00.json").read_text())
    seen = np.array(video["people"][1]["joints"]) - np.array(video["position"])[:, None]
    np.testing.assert_allclose(store.joints_cam_mm[store.clips[2].frames][:4], seen[:4], rtol=1e-5)


def test_models_are_measured_on_it_where_the_pose_is_known(poselift, wild, tiny_model, tmp_path):
    path = tmp_path / "wild.safetensors"
    assert poselift("prepare", "wild", wild, "-o", path, "--test", "street_00").code == 0
    for source in ("gt", "openpose"):
        report = tmp_path / f"{source}.json"
        ended = poselift("evaluate", tiny_model, path, "--detections", source, "-o", report)
        assert ended.code == 0, ended.err
        read = json.loads(report.read_text())
        assert read["n_frames"] == 6 + 4  # the second person is gone for two frames
        assert read["group_frames"] == {"action": {"street": 10}, "subject": {"actor 0": 6, "actor 1": 4}}
