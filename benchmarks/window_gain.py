"""What a window of frames is worth: VideoPose3D of 27 frames beside the same network of single frames.

    python benchmarks/window_gain.py cmu.safetensors runs/window_gain [--set KEY=VALUE ...] [--split test]

Both follow recipes/videopose3d_27.toml: the same layers and channels, steps and batch size, and so as many poses,
of which a batch counts those that it predicts. Both are measured on the same whole clips, each clip through four
cameras, with true 2D joints and with those of a detector. Choose settings with --split val, and look at the test
once. A run that was interrupted goes on.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from poselift import Lifter
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import load_store
from poselift.data.windows import Window
from poselift.evaluation.opening import opened_lifter
from poselift.evaluation.views import LiftedViews, SeenClips, VirtualCameras, lift_views, seen_clips
from poselift.evaluation.views_report import evaluate_views
from poselift.skeleton import H36M_17
from poselift.training.folder import RunFolder
from poselift.training.log import Row
from poselift.training.loop import train
from poselift.training.recipe import Recipe
from poselift.training.recipe_file import load_recipe

RECIPE = Path(__file__).parents[1] / "recipes" / "videopose3d_27.toml"
NETWORKS = {"1 frame": [1, 1, 1], "27 frames": [3, 3, 3]}
NOISE = {"true 2D": ViewConfig().with_true_2d(), "detector": ViewConfig()}
PROTOCOLS = {"MPJPE": "root_relative", "PA-MPJPE": "procrustes"}
# Of more than one frame: whole clips are seen by one camera each, for both networks.
WINDOW = Window(frames=27)


def trained(recipe: Recipe, folder: RunFolder) -> None:
    """Begin or finish a run, or leave it if it is whole."""
    if not folder.final.exists():
        train(recipe, folder.path, resume=folder.last.exists(), device="cpu", report=show)


def show(row: Row) -> None:
    validation = f"  val MPJPE {row.val_mpjpe_mm:.1f} mm" if row.val_mpjpe_mm else ""
    print(f"step {row.step}  loss {row.loss:.4f}  {row.steps_per_s:.1f} steps/s{validation}", flush=True)


def minutes(folder: RunFolder) -> float:
    """How long the steps took, by the log."""
    with (folder.path / "metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = [(int(row["step"]), float(row["steps_per_s"])) for row in csv.DictReader(file)]
    before = [0, *(step for step, _ in rows)]
    return sum((step - last) / rate for (step, rate), last in zip(rows, before, strict=False)) / 60


def errors_mm(lifter: Lifter, seen: SeenClips) -> list[float]:
    """Of each protocol, over all frames."""
    joints_root_mm, expected_error_mm = lift_views(lifter, seen)
    lifted = LiftedViews(seen, joints_root_mm, lifter.skeleton, WINDOW, {}, expected_error_mm)
    results = evaluate_views(lifted).results
    return [results[name].mean_mm for name in PROTOCOLS.values()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE")
    parser.add_argument("--split", default="test")
    options = parser.parse_args()
    folders = {name: RunFolder(options.output / name.replace(" ", "_")) for name in NETWORKS}
    for name, widths in NETWORKS.items():
        settings = (f"data.store={options.store}", f"model.filter_widths={widths}", *options.settings)
        recipe = load_recipe(RECIPE, settings)
        trained(recipe, folders[name])
        poses = recipe.train.steps * recipe.train.batch_size
        print(f"{name}: {poses:,} poses seen, {minutes(folders[name]):.1f} minutes")
    store = load_store(options.store)
    clips = store.clips_of((options.split,))
    for noise, config in NOISE.items():
        seen = seen_clips(store, clips, H36M_17, VirtualCameras(config=config), window=WINDOW)
        errors = []
        for folder in folders.values():
            with opened_lifter(folder.best) as lifter:
                errors.append(errors_mm(lifter, seen))
        for metric, single, window in zip(PROTOCOLS, *errors, strict=True):
            change = 100 * (window / single - 1)
            print(f"{options.split}, {noise:8} {metric:8} {single:6.1f} and {window:6.1f} mm, {change:+.1f} %")


if __name__ == "__main__":
    main()
