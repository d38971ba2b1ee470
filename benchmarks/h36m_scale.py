"""Human3.6M at its full size, made up: time and memory of preparing a store of VideoPose3D's files, opening it,
training on it and measuring predictions.

    python benchmarks/h36m_scale.py [--frames 1500000] [--folder PLACE] [--json scale.json]

Each step runs in a fresh process. Its memory is the most that was resident: `peak` from the start of the process,
`added` on top of what Python and the imports took.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from poselift.data.predictions import Predictions, load_predictions
from poselift.data.readers.h36m import prepare_h36m
from poselift.data.readers.h36m.tables import ACTIONS, CAMERAS, SPLITS, Take, camera_of
from poselift.data.sources.recordings import load_recorded
from poselift.data.sources.truth import load_truth
from poselift.data.store import ClipInfo, DatasetStore, load_store
from poselift.evaluation.recordings import evaluate_recordings
from poselift.metrics import PROTOCOLS
from poselift.skeleton import H36M_17, H36M_32, conversion

POSES, STORE = "videopose3d", "h36m.safetensors"
RECIPE = Path(__file__).parents[1] / "recipes" / "lcn_h36m_sh.toml"
TEST_FRAMES = 567_000
_NAMES = json.loads(files("poselift.data.readers.h36m").joinpath("recordings.json").read_text())["recordings"]
TAKES = [
    Take(subject, action, number)
    for subjects in SPLITS.values()
    for subject in subjects
    for action in ACTIONS.values()
    for number in (1, 2)
]


@dataclass(frozen=True)
class Step:
    """What is measured, and what it must stay under; None where there is no goal."""

    work: Callable[[Path], object]
    seconds: float | None = None
    peak_mb: float | None = None
    added_mb: float | None = None


@dataclass(frozen=True)
class Measured:
    """Time and memory of a step."""

    seconds: float
    peak_mb: float
    added_mb: float


def make(folder: Path, frames: int) -> None:
    """VideoPose3D's npz of people who sway, of as many frames of cameras: 3D, ideal detections and noisy ones."""
    rng = np.random.default_rng(0)
    each, left_over = divmod(frames // len(CAMERAS), len(TAKES))
    positions: dict[str, dict[str, np.ndarray]] = {}
    exact: dict[str, dict[str, list[np.ndarray]]] = {}
    noisy: dict[str, dict[str, list[np.ndarray]]] = {}
    for number, take in enumerate(TAKES):
        joints_world_mm = swaying_mm(rng, each + (number < left_over))
        joints_mm = conversion(H36M_32, H36M_17).joints(joints_world_mm)
        cameras = [camera_of(take.subject, name) for name in CAMERAS]
        views = [c.camera_to_image(c.world_to_camera(joints_mm)).astype(np.float32) for c in cameras]
        seen = [view + rng.normal(0, 5, view.shape).astype(np.float32) for view in views]
        for table, value in ((positions, (joints_world_mm / 1000).astype(np.float32)), (exact, views), (noisy, seen)):
            table.setdefault(take.subject, {})[_NAMES[take.subject][take.action][take.number - 1]] = value
    sides = [list(H36M_17.indices(side)) for side in (H36M_17.left, H36M_17.right)]
    metadata = {"layout_name": "h36m", "num_joints": len(H36M_17), "keypoints_symmetry": sides}
    folder.mkdir(parents=True)
    np.savez_compressed(folder / "data_3d_h36m.npz", positions_3d=positions)
    for name, found in (("gt", exact), ("cpn_ft_h36m_dbb", noisy)):
        np.savez_compressed(folder / f"data_2d_h36m_{name}.npz", positions_2d=found, metadata=metadata)


def swaying_mm(rng: np.random.Generator, frames: int) -> np.ndarray:
    """World joints (F, 32, 3) in millimetres that move up to 0.2 m about their places, at up to 2 Hz."""
    places = rng.uniform([-300, -300, 100], [300, 300, 1700], (1, 32, 3))
    phase = rng.uniform(0, 2 * np.pi, (1, 32, 3)) + np.arange(frames)[:, None, None] / 50 * rng.uniform(1, 12)
    swaying: np.ndarray = places + 200 * np.sin(phase)
    return swaying


def prepare(folder: Path) -> None:
    prepare_h36m(folder / POSES).save(folder / STORE, overwrite=True)


def open_store(folder: Path) -> None:
    store = load_store(folder / STORE)
    for clip in store.clips:
        store.camera_of(clip)


def train_shortly(folder: Path) -> None:
    """Some steps of the paper's recipe on the detections of all training subjects."""
    from poselift.cli.train import brief_waits

    brief_waits()
    from poselift.training.loop import train
    from poselift.training.recipe_file import load_recipe

    steps = min(100, 1 + load_store(folder / STORE).n_frames // 1000)
    run = folder / "run"
    short = [f"data.store={folder / STORE}", "data.detections=cpn", "train.epochs=0", f"train.steps={steps}"]
    recipe = load_recipe(RECIPE, [*short, "train.val_every=100"])
    train(recipe, run, device="cpu", overwrite=True)


def predict_noise(folder: Path) -> None:
    """A file of predictions: the truth in the image frame with errors of some pixels."""
    store = load_store(folder / STORE)
    clips = evaluated_clips(store)
    joints = load_truth(store, clips).to_image(load_recorded(store, clips, "gt", channels=2).targets)
    joints += np.random.default_rng(0).normal(0, 10, joints.shape)
    named = tuple((clip.name, clip.length) for clip in clips)
    Predictions(joints.astype(np.float32), "image", named).save(folder / "predictions.npz", overwrite=True)


def evaluate(folder: Path) -> None:
    """Every protocol, by action, subject and joint."""
    store = load_store(folder / STORE)
    report = evaluate_recordings(load_predictions(folder / "predictions.npz"), store, evaluated_clips(store))
    assert set(report.results) == set(PROTOCOLS)


def evaluated_clips(store: DatasetStore) -> list[ClipInfo]:
    """As many frames as the test set of lcn-pose has: the test split and some of the rest."""
    clips = (*store.clips_of(("test",)), *store.clips_of(("val", "train")))
    before = np.cumsum([0, *(clip.length for clip in clips)])
    return [clip for clip, frames in zip(clips, before, strict=False) if frames < TEST_FRAMES]


# Each step may use the files of those before it.
STEPS = {
    "prepare": Step(prepare, seconds=180, peak_mb=4000),
    "open": Step(open_store, seconds=1, added_mb=100),
    "train": Step(train_shortly, peak_mb=2500),
    "predict": Step(predict_noise),
    "evaluate": Step(evaluate, seconds=10),
}


def measured_here(work: Callable[[Path], object], folder: Path) -> Measured:
    """Measure in this process, which should have done nothing else."""
    before, start = peak_mb(), time.perf_counter()
    work(folder)
    seconds, after = time.perf_counter() - start, peak_mb()
    return Measured(seconds, after, after - before)


def peak_mb() -> float:
    """The most memory that was resident. A process begins with the peak of its parent, so keep that one small."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return kilobytes * 1024 / 1e6


def in_fresh_process(*arguments: str) -> str:
    """What this script prints, called with these arguments."""
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def measured(folder: Path, frames: int) -> dict[str, Measured]:
    """Every step, on files made in `folder` where it has none."""
    if not (folder / POSES).exists():
        in_fresh_process("--frames", str(frames), "--folder", str(folder), "--step", "make")
    return {name: Measured(**json.loads(in_fresh_process("--folder", str(folder), "--step", name))) for name in STEPS}


def print_table(results: dict[str, Measured]) -> None:
    for name, result in results.items():
        figures = []
        for what, value in asdict(result).items():
            goal = getattr(STEPS[name], what)
            against = "" if goal is None else f" ({'under' if value < goal else 'NOT under'} {goal:g})"
            figures.append(f"{what} {value:.2f}{against}")
        print(f"{name:10s} {', '.join(figures)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1_500_000, help="frames of all four cameras together")
    parser.add_argument("--folder", type=Path, help="keep the files here, and take those that are here")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--step", choices=["make", *STEPS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step == "make":
        make(options.folder / POSES, options.frames)
    elif options.step:
        print(json.dumps(asdict(measured_here(STEPS[options.step].work, options.folder))))
    else:
        with TemporaryDirectory() as room:
            results = measured(options.folder or Path(room), options.frames)
        print_table(results)
        if options.json:
            options.json.write_text(json.dumps({name: asdict(result) for name, result in results.items()}, indent=1))


if __name__ == "__main__":
    main()
