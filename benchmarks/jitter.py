"""Do joints tremble less than MediaPipe's, and are hands and feet as fast as they were?

    python benchmarks/jitter.py --pose2sim pose2sim-0.10.49 [--store mocap.safetensors] [--model model.onnx]

On video: the mean acceleration of the twelve limb joints, relative to the root, of the man who stands on one leg in
the recording of `pose2sim.py`, all frames. He moves little, and no truth is at hand that trembles less than what is
measured, so an acceleration is nearly all error. MediaPipe's world landmarks are the rival: as they come by default,
when it looks for one person and smooths him itself; without that; and then with sides mended and smoothed as
poselift's are.

On held-out motion, where the truth is known, what `poselift evaluate --over-time --cutoff-hz 6 --joints h36m17` says:
who smooths too much trembles little, but loses speed. Needs the extra mediapipe.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mediapipe_landmarks import BUNDLE, landmarks_of
from pose2sim import TO_H36M, world_mended
from pose2sim_reference import CAMERAS, LIMB_JOINTS
from rich.console import Console
from rich.table import Table

from poselift.data.clip import Clip
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import DatasetStore, load_store
from poselift.evaluation.clips import chosen_clips
from poselift.evaluation.opening import opened_lifter
from poselift.evaluation.smoothed import smoothed_views
from poselift.evaluation.views import VirtualCameras, predict_views
from poselift.evaluation.views_report import evaluate_views
from poselift.files import whole_file
from poselift.lifting.lifter import Lifter
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lifting.video import lift_video
from poselift.lookup import look_up
from poselift.runtime.precision import DEFAULT_MODEL
from poselift.skeleton import H36M_17

RIVAL = "MediaPipe"
UNSMOOTHED = LiftOptions(smoothing="none")


def acceleration_mm_s2(joints_mm: np.ndarray, fps: float) -> float:
    """Mean over the limb joints, relative to the root, and over every three frames in a row that have them.

    Args:
        joints_mm: (F, 17, 3) of H36M-17; NaN where nobody was seen.
    """
    limbs = joints_mm[:, H36M_17.indices(LIMB_JOINTS)] - H36M_17.root_position(joints_mm)
    return float(np.nanmean(np.linalg.norm(np.diff(limbs, 2, axis=0), axis=-1)) * fps**2)


def smoothed(clip: Clip) -> Clip:
    """As `poselift lift` does it."""
    in_3d: Clip = look_up(SMOOTHERS, DEFAULTS.smoothing, "smoothing")(clip, DEFAULTS.cutoff_hz)
    return in_3d


def of_mediapipe(video: Path, bundle: Path) -> dict[str, Clip]:
    """What MediaPipe makes of a video, in three ways."""
    own, plain = (landmarks_of(video, bundle, people=people) for people in (1, 2))
    fps = plain.clip.fps
    joints = own.joints_root_mm, plain.joints_root_mm, world_mended(plain)
    default, unsmoothed, mended = (Clip(H36M_17, fps, joints_root_mm=TO_H36M.joints(these)) for these in joints)
    return {
        RIVAL: default,
        "MediaPipe, not smoothed": unsmoothed,
        "mended and smoothed": smoothed(mended),
    }


def of_poselift(video: Path, lifter: Lifter) -> dict[str, Clip]:
    """What `poselift lift` makes of it, and what it would without smoothing."""
    ways = {"poselift": DEFAULTS, "poselift, not smoothed": UNSMOOTHED}
    scenes = {name: lift_video(video, lifter=lifter, options=options) for name, options in ways.items()}
    return {name: scene.main.converted(H36M_17) for name, scene in scenes.items()}


def accelerations(videos: Mapping[str, Path], bundle: Path, lifter: Lifter) -> dict[str, dict[str, float]]:
    """By method, then by video, in mm/s²."""
    found: dict[str, dict[str, float]] = {}
    for name, path in videos.items():
        for method, clip in {**of_mediapipe(path, bundle), **of_poselift(path, lifter)}.items():
            assert clip.joints_root_mm is not None
            found.setdefault(method, {})[name] = acceleration_mm_s2(clip.joints_root_mm, clip.fps)
    return found


def share(row: Mapping[str, float], rival: Mapping[str, float]) -> float:
    """Of the rival's acceleration: the median over the videos, since sides exchanged in one would drown the rest."""
    return float(np.median([row[name] / rival[name] for name in rival]))


def held_out(store: DatasetStore, lifter: Lifter, views: int) -> dict[str, dict[str, float]]:
    """The figures of movements, smoothed as `poselift lift` does it, with true 2D and as a detector sees it."""
    detector = ViewConfig()
    clips, figures = chosen_clips(store, ("test",)), {}
    for name, config in {"true 2D": detector.with_true_2d(), "detector": detector}.items():
        lifted = predict_views(lifter, store, clips, VirtualCameras(views, config=config, over_time=True))
        said = evaluate_views(smoothed_views(lifted, DEFAULTS), H36M_17).figures
        figures[name] = {what: x for what, x in said.items() if "acceleration" in what or "speed" in what}
    return figures


def show(result: Mapping[str, Any]) -> None:
    rows = result["acceleration_mm_s2"]
    title = f"Mean acceleration of 12 limb joints, mm/s², {result['model']}"
    table = Table("method", *rows[RIVAL], "share", title=title)
    for method, row in rows.items():
        table.add_row(method, *(f"{x:,.0f}" for x in row.values()), f"{share(row, rows[RIVAL]):.2f}")
    Console().print(table)
    if result["held_out"]:
        table = Table("held-out motion", *result["held_out"])
        for what in next(iter(result["held_out"].values())):
            table.add_row(what, *(f"{figures[what]:,.4g}" for figures in result["held_out"].values()))
        Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pose2sim", type=Path, required=True, help="unpacked wheel of pose2sim 0.10.49")
    parser.add_argument("--store", type=Path, help="motion capture by `poselift prepare`; its split test is measured")
    parser.add_argument("--views", type=int, default=4, help="cameras that see each clip of it")
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="MediaPipe's pose_landmarker_*.task")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="default: poselift's own")
    parser.add_argument("--output", "-o", type=Path, default=Path("jitter.json"), help="where the JSON goes")
    options = parser.parse_args()
    folder = options.pose2sim / "Pose2Sim" / "Demo_SinglePerson" / "videos"
    videos = {f"camera {c}": folder / f"cam{c:02d}.mp4" for c in CAMERAS}
    with opened_lifter(options.model) as lifter:
        result = {
            "model": options.model.name,
            "joints": LIMB_JOINTS,
            "acceleration_mm_s2": accelerations(videos, options.bundle, lifter),
            "held_out": held_out(load_store(options.store), lifter, options.views) if options.store else {},
        }
    show(result)
    with whole_file(options.output, overwrite=True) as temporary:
        temporary.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
