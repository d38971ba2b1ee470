"""`poselift lift`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from poselift.data.keypoints import KEYPOINTS, recognised
from poselift.detect import DEFAULT_DETECTOR, DETECTORS
from poselift.errors import OutputError
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.smoothing import SMOOTHERS

if TYPE_CHECKING:
    import numpy as np

    from poselift.cli.lift_source import KeypointSource, VideoSource
    from poselift.data.scene import Scene
    from poselift.geometry.camera import Camera
    from poselift.lifting.lifter import Lifter
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
    source: Annotated[
        Path, typer.Argument(help=f"Video of one person, or a file of 2D keypoints ({', '.join(KEYPOINTS)}).")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")],
    detector: Annotated[
        str, typer.Option(help=f"What finds people in the frames: {', '.join(DETECTORS)}.")
    ] = DEFAULT_DETECTOR,
    keypoint_format: Annotated[
        str | None,
        typer.Option("--format", help="Format of a file of keypoints. Default: by the ending of its name."),
    ] = None,
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
    """Lift a video, or a file of 2D keypoints, to 3D: poses as .npz, .json and .csv, and a page that plays them.

    Of a video there is an overlay too, the same video with its keypoints and the 3D figure beside it.
    """
    from poselift.cli.lift_source import KeypointSource, VideoSource, chosen_camera
    from poselift.files import writable_folder
    from poselift.lifting.lifter import Lifter

    # Detection takes long: what can be wrong is checked before.
    options = LiftOptions(max_gap_s=max_gap, smoothing=smoothing, smoothing_s=smooth)
    is_video = not (keypoint_format or recognised(source))
    found = VideoSource(source, detector) if is_video else KeypointSource(source, keypoint_format)
    camera = chosen_camera(found, focal_px, fov_deg)
    lifter = Lifter(model, flip=flip, precision=cast("Precision", precision), device=cast("Device", device))
    _check_not_replaced(source, output)
    writable_folder(output, overwrite=overwrite)
    times = _Times()
    scene = _lifted(found, camera, lifter, options, times)
    with times.of("tables"):
        _write_tables(scene, output, overwrite=overwrite)
    _tell(scene, times, output, is_video=is_video)
    _write_views(scene, source if is_video and overlay else None, output, viewer=viewer)


def _lifted(
    source: VideoSource | KeypointSource, camera: Camera, lifter: Lifter, options: LiftOptions, times: _Times
) -> Scene:
    from poselift.lifting.video import lift_detected
    from poselift.skeleton import conversion

    with source.opened() as (skeleton, detected):
        conversion(skeleton, lifter.skeleton)  # there is one, or it says so now
        with times.of("detection"):
            people = detected()
    with times.of("lifting"):
        return lift_detected(people.with_camera(camera), lifter, options)


def _check_not_replaced(source: Path, output: Path) -> None:
    for name in (_OVERLAY, *_TABLES):
        if source.resolve() == (output / name).resolve():
            own = "overlay" if name == _OVERLAY else "result"
            raise OutputError(f"{source}: would be replaced by its own {own}", "name another folder")


def _write_tables(scene: Scene, output: Path, *, overwrite: bool) -> None:
    from poselift.export.by_ending import export_scene

    for name in _TABLES:
        export_scene(scene, output / name, overwrite=overwrite)


def _write_views(scene: Scene, video: Path | None, output: Path, *, viewer: bool) -> None:
    from poselift.cli.progress import progress_bar
    from poselift.detect.frames import read_frames
    from poselift.viz.overlay import write_overlay
    from poselift.viz.viewer import write_viewer

    for name in (_VIEWER, _OVERLAY):  # they show older poses
        (output / name).unlink(missing_ok=True)
    if viewer:
        write_viewer(scene, output / _VIEWER)
        typer.echo(f"  {output / _VIEWER}")
    if video is not None:
        with progress_bar("overlay", len(scene.footage)) as show:
            write_overlay(_counted(read_frames(video), show), scene, output / _OVERLAY)
        typer.echo(f"  {output / _OVERLAY}")


def _counted(frames: Iterator[np.ndarray], show: Callable[[int], None]) -> Iterator[np.ndarray]:
    for done, frame in enumerate(frames, start=1):
        yield frame
        show(done)


def _tell(scene: Scene, times: _Times, output: Path, *, is_video: bool) -> None:
    """Say what was found and how fast; loading models, the page and the overlay do not count."""
    frames = len(scene.footage)
    somebody, filled = _seen(scene)
    speed = frames / sum(times.seconds.values())
    share = 100 * times.seconds["lifting"] / times.seconds["detection"]
    detected = f"; lifting took {share:.1f} % of the detector's time" if is_video else ""
    typer.echo(f"{frames} frames, {somebody} with a person ({filled} of them filled), {speed:.1f} frames/s{detected}")
    for note in scene.footage.notes:
        typer.echo(f"note: {note}")
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
