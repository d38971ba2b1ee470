"""Opening a data set and drawing batches from it, beside pickles of the same poses."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from poselift.bench.rounds import Contest, Settings
from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.recordings import h36m_recording, h36m_store
from poselift.data.readers.h36m.tables import ACTIONS, CAMERAS, Take, camera_of
from poselift.data.readers.recordings import Recording
from poselift.data.sources.epochs import RecordedBatches
from poselift.data.sources.recordings import load_recorded
from poselift.data.store import DatasetStore, load_store


def contests(settings: Settings) -> Iterator[Contest]:
    """Opening, reading into memory and drawing batches of made-up recordings."""
    store = _made_up(20 if settings.small else 1500)
    room = tempfile.TemporaryDirectory()
    path, pickled = Path(room.name) / "store.safetensors", Path(room.name) / "rows.pkl"
    store.save(path)
    pickled.write_bytes(pickle.dumps(_rows(store)))
    yield Contest(
        f"opening {store.n_frames} poses",
        "openings",
        1,
        {"a pickle of one dict a pose": lambda: _unpickled(pickled), "a store": lambda: load_store(path)},
        close=room.cleanup,
    )
    yield Contest(
        "reading recordings into memory",
        "poses",
        store.n_frames,
        {"poselift": lambda: load_recorded(store, store.clips, "cpn", channels=2)},
    )
    batches = RecordedBatches(load_recorded(store, store.clips, "cpn", channels=2), 200, seed=0, flip=True)
    numbers = iter(range(10**9))
    yield Contest(
        "drawing batches of 200 with mirror images",
        "poses",
        200,
        {"poselift": lambda: batches.batch(next(numbers) % 100)},
    )


def _made_up(frames: int) -> DatasetStore:
    rng = np.random.default_rng(0)

    def recordings() -> Iterator[Recording]:
        for action in list(ACTIONS.values())[:5]:
            joints_world_mm = rng.normal([0, 0, 900], [300, 300, 400], (frames, 17, 3))
            for name in CAMERAS:
                camera = camera_of("S1", name)
                joints_cam_mm = camera.world_to_camera(joints_world_mm)
                seen = Keypoints(camera.camera_to_image(joints_cam_mm), np.ones((frames, 17)))
                yield h36m_recording(Take("S1", action, 1), camera, joints_cam_mm, {"cpn": seen})

    return h36m_store(recordings(), about={})


def _rows(store: DatasetStore) -> list[dict[str, Any]]:
    """As lcn-pose keeps them: a dict for each pose."""
    joints, found = (np.asarray(store.arrays[name], dtype=np.float64) for name in ("joints_cam_mm", "joints_px.cpn"))
    return [
        {"joint_3d_camera": pose.copy(), "joint_2d": seen.copy(), "subject": 1, "action": 2, "box": np.zeros(4)}
        for pose, seen in zip(joints, found, strict=True)
    ]


def _unpickled(path: Path) -> Any:
    with path.open("rb") as file:
        return pickle.load(file)
