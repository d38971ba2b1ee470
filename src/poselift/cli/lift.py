"""`poselift lift`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from poselift.errors import RecipeError

if TYPE_CHECKING:
    import numpy as np

    from poselift.data.clip import Clip
    from poselift.geometry.camera import Camera

_WRITTEN = ("poses.npz", "poses.json", "poses.csv", "overlay.mp4", "viewer.html")


@dataclass
class _Times:
    """Seconds by part of the work."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[part] = time.perf_counter() - start


def lift(
    video: Annotated[Path, typer.Argument(help="Video of one person.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")],
    model: Annotated[
        Path | None, typer.Option(help="Model, an .onnx file. Default: the one that comes along.")
    ] = None,
    flip: Annotated[bool, typer.Option(help="Average with the mirrored prediction.")] = True,
    focal_px: Annotated[float | None, typer.Option(help="Focal length of the camera, in pixels.")] = None,
    fov_deg: Annotated[float | None, typer.Option(help="Or its field of view along the longer side.")] = None,
    max_gap: Annotated[float, typer.Option(help="Fill gaps in the detections of up to so many seconds.")] = 0.5,
    smooth: Annotated[float, typer.Option(help="Smooth over so many seconds; 0 does not.")] = 0.04,
    overlay: Annotated[bool, typer.Option(help="Write overlay.mp4.")] = True,
    viewer: Annotated[bool, typer.Option(help="Write viewer.html.")] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace older results in the folder.")] = False,
) -> None:
    """Lift a video to 3D: poses as .npz, .json and .csv, an overlay video and a page that plays them."""
    from poselift.data.clip_file import save_clip
    from poselift.data.output import writable_folder
    from poselift.detect.frames import read_frames, video_info
    from poselift.detect.mediapipe import MediaPipeDetector
    from poselift.export.tables import write_csv
    from poselift.lifting.lifter import Lifter
    from poselift.lifting.video import detect_video, lift_detected
    from poselift.viz.overlay import write_overlay
    from poselift.viz.viewer import write_viewer

    info = video_info(video)
    camera = _camera(info.size_px, focal_px, fov_deg)
    lifter = Lifter(model, flip=flip)
    writable_folder(output, overwrite=overwrite)
    times = _Times()
    with times.of("detection"), MediaPipeDetector() as detector, _bar("detect", info.n_frames) as show:
        detected = detect_video(video, detector, on_frame=show)
    with times.of("lifting"):
        clip = lift_detected(detected.replaced(camera=camera), lifter, max_gap_s=max_gap, smoothing_s=smooth)
    with times.of("tables"):
        for name in ("poses.npz", "poses.json"):
            save_clip(clip, output / name, overwrite=overwrite)
        write_csv(clip, output / "poses.csv", overwrite=overwrite)
    if viewer:
        write_viewer(clip, output / "viewer.html", title=video.name, overwrite=overwrite)
    if overlay:
        with _bar("overlay", len(clip)) as show:
            frames = _counted(read_frames(video), show)
            write_overlay(frames, clip, output / "overlay.mp4", overwrite=overwrite)
    _summary(clip, times, output)


def _camera(size_px: tuple[int, int], focal_px: float | None, fov_deg: float | None) -> Camera:
    import numpy as np

    from poselift.geometry.camera import Camera

    if focal_px is not None and fov_deg is not None:
        raise RecipeError("expected --focal-px or --fov-deg, got both", "leave one out")
    if focal_px is not None:
        return Camera(np.full(2, focal_px), np.array(size_px) / 2, size_px=size_px)
    return Camera.guessed(size_px) if fov_deg is None else Camera.guessed(size_px, fov_deg=fov_deg)


def _counted(frames: Iterator[np.ndarray], show: Callable[[int], None]) -> Iterator[np.ndarray]:
    for done, frame in enumerate(frames, start=1):
        yield frame
        show(done)


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def _summary(clip: Clip, times: _Times, output: Path) -> None:
    assert clip.valid is not None
    assert clip.filled is not None
    total = sum(times.seconds.values())
    valid, filled = int(clip.valid.sum()), int(clip.filled.sum())
    share = 100 * times.seconds["lifting"] / times.seconds["detection"]
    typer.echo(
        f"{len(clip)} frames, {valid} with a person ({filled} of them filled), {len(clip) / total:.1f} frames/s; "
        f"lifting took {share:.1f} % of the detector's time"
    )
    for name in _WRITTEN:
        if (output / name).exists():
            typer.echo(f"  {output / name}")
