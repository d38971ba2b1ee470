"""`poselift lift`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from poselift.detect import DEFAULT_DETECTOR, DETECTORS
from poselift.errors import OutputError, RecipeError
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lookup import look_up

if TYPE_CHECKING:
    import numpy as np

    from poselift.data.scene import Scene
    from poselift.geometry.camera import Camera
    from poselift.runtime.network import Device
    from poselift.runtime.precision import Precision

_TABLES = ("poses.npz", "poses.json", "poses.csv")
_OVERLAY, _VIEWER = "overlay.mp4", "viewer.html"


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
    detector: Annotated[
        str, typer.Option(help=f"What finds people in the frames: {', '.join(DETECTORS)}.")
    ] = DEFAULT_DETECTOR,
    model: Annotated[
        Path | None, typer.Option(help="Model, an .onnx file. Default: the one that comes along.")
    ] = None,
    precision: Annotated[
        str,
        typer.Option(help="float32; int8, faster, from the model's .int8.onnx; or auto, what suits this machine."),
    ] = "float32",
    device: Annotated[
        str, typer.Option(help="Where the network runs: cpu, cuda, or auto. The detector uses the processor.")
    ] = "cpu",
    flip: Annotated[bool, typer.Option(help="Average with the mirrored prediction.")] = True,
    focal_px: Annotated[float | None, typer.Option(help="Focal length of the camera, in pixels.")] = None,
    fov_deg: Annotated[float | None, typer.Option(help="Or its field of view along the longer side.")] = None,
    max_gap: Annotated[
        float, typer.Option(help="Fill gaps in the detections of up to so many seconds.")
    ] = DEFAULTS.max_gap_s,
    smoothing: Annotated[
        str, typer.Option(help=f"How joints are smoothed over time: {', '.join(SMOOTHERS)}.")
    ] = DEFAULTS.smoothing,
    smooth: Annotated[float, typer.Option(help="Smooth over so many seconds; 0 does not.")] = DEFAULTS.smoothing_s,
    overlay: Annotated[bool, typer.Option(help="Write overlay.mp4.")] = True,
    viewer: Annotated[bool, typer.Option(help="Write viewer.html.")] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace older results in the folder.")] = False,
) -> None:
    """Lift a video to 3D: poses as .npz, .json and .csv, an overlay video and a page that plays them."""
    from poselift.cli.progress import progress_bar
    from poselift.detect.frames import video_info
    from poselift.detect.video import detect_video
    from poselift.files import writable_folder
    from poselift.lifting.lifter import Lifter
    from poselift.lifting.video import lift_detected
    from poselift.skeleton import conversion
    from poselift.tracking import track

    # Detection takes long: what can be wrong is checked before.
    options = LiftOptions(max_gap_s=max_gap, smoothing=smoothing, smoothing_s=smooth)
    new_detector = look_up(DETECTORS, detector, "detector")
    info = video_info(video)
    camera = _camera(info.size_px, focal_px, fov_deg)
    lifter = Lifter(model, flip=flip, precision=cast("Precision", precision), device=cast("Device", device))
    if video.resolve() == (output / _OVERLAY).resolve():
        raise OutputError(f"{video}: would be replaced by its own overlay", "name another folder")
    writable_folder(output, overwrite=overwrite)
    times = _Times()
    with new_detector() as finds, progress_bar("detect", info.n_frames) as show, times.of("detection"):
        conversion(finds.skeleton, lifter.skeleton)  # there is one, or it says so now
        detected = detect_video(video, finds, on_frame=show)
    with times.of("lifting"):
        scene = lift_detected(track(detected).with_camera(camera), lifter, options)
    with times.of("tables"):
        _write_tables(scene, output, overwrite=overwrite)
    _tell(scene, times, output)
    _write_views(scene, video, output, overlay=overlay, viewer=viewer)


def _camera(size_px: tuple[int, int], focal_px: float | None, fov_deg: float | None) -> Camera:
    import numpy as np

    from poselift.geometry.camera import Camera

    if focal_px is not None and fov_deg is not None:
        raise RecipeError("expected --focal-px or --fov-deg, got both", "leave one out")
    if focal_px is not None and not 0 < focal_px < math.inf:
        raise RecipeError(f"--focal-px: expected a positive number, got {focal_px:g}", "a guess is --fov-deg 55")
    if fov_deg is not None and not 0 < fov_deg < 180:
        raise RecipeError(f"--fov-deg: expected 0 to 180 degrees, got {fov_deg:g}", "most phones have about 65")
    if focal_px is not None:
        return Camera(np.full(2, focal_px), np.array(size_px) / 2, size_px=size_px)
    return Camera.guessed(size_px) if fov_deg is None else Camera.guessed(size_px, fov_deg=fov_deg)


def _write_tables(scene: Scene, output: Path, *, overwrite: bool) -> None:
    from poselift.export.by_ending import export_scene

    for name in _TABLES:
        export_scene(scene, output / name, overwrite=overwrite)


def _write_views(scene: Scene, video: Path, output: Path, *, overlay: bool, viewer: bool) -> None:
    from poselift.cli.progress import progress_bar
    from poselift.detect.frames import read_frames
    from poselift.viz.overlay import write_overlay
    from poselift.viz.viewer import write_viewer

    for name in (_VIEWER, _OVERLAY):  # they show older poses
        (output / name).unlink(missing_ok=True)
    if viewer:
        write_viewer(scene, output / _VIEWER)
        typer.echo(f"  {output / _VIEWER}")
    if overlay:
        with progress_bar("overlay", len(scene.footage)) as show:
            write_overlay(_counted(read_frames(video), show), scene, output / _OVERLAY)
        typer.echo(f"  {output / _OVERLAY}")


def _counted(frames: Iterator[np.ndarray], show: Callable[[int], None]) -> Iterator[np.ndarray]:
    for done, frame in enumerate(frames, start=1):
        yield frame
        show(done)


def _tell(scene: Scene, times: _Times, output: Path) -> None:
    """Say what was found and how fast; loading models, the page and the overlay do not count."""
    frames = len(scene.footage)
    somebody, filled = _seen(scene)
    speed = frames / sum(times.seconds.values())
    share = 100 * times.seconds["lifting"] / times.seconds["detection"]
    typer.echo(
        f"{frames} frames, {somebody} with a person ({filled} of them filled), "
        f"{speed:.1f} frames/s; lifting took {share:.1f} % of the detector's time"
    )
    for name in _TABLES:
        typer.echo(f"  {output / name}")


def _seen(scene: Scene) -> tuple[int, int]:
    """In how many frames somebody is, and in how many of them all who are were not observed but interpolated."""
    import numpy as np

    somebody, observed = np.zeros((2, len(scene.footage)), dtype=bool)
    for person in scene.tracks:
        frames = slice(person.first_frame, person.first_frame + len(person.clip))
        somebody[frames] |= person.clip.valid
        observed[frames] |= person.clip.valid & ~person.clip.filled
    return int(somebody.sum()), int((somebody & ~observed).sum())
