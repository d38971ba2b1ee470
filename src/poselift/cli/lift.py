"""`poselift lift`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from poselift.cli import lift_options as say
from poselift.cli.lift_files import OVERLAY, TABLES, write_results
from poselift.detect import DEFAULT_DETECTOR
from poselift.errors import OutputError
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.tracking.who import Who
from poselift.world.options import Sizes, WorldOptions

if TYPE_CHECKING:
    from poselift.cli.lift_cameras import AboutCameras
    from poselift.cli.lift_source import KeypointSource, VideoSource
    from poselift.lifting.lifter import Lifter


def lift(
    source: say.Sources,
    output: say.Output,
    detector: say.DetectorName = DEFAULT_DETECTOR,
    keypoint_format: say.KeypointFormat = None,
    size: say.Size = None,
    video: say.OfVideo = None,
    layout: say.Layout = None,
    most_confidence: say.MostConfidence = None,
    model: say.Model = None,
    precision: say.PrecisionName = "float32",
    device: say.DeviceName = "cpu",
    people: say.People = "all",
    person: say.Person = None,
    every: say.Every = 1,
    fps: say.Fps = None,
    flip: say.Flip = True,
    focal_px: say.FocalPx = None,
    fov_deg: say.FovDeg = None,
    calibration: say.Calibration = None,
    camera: say.CameraName = None,
    sync: say.Sync = None,
    height: say.Height = None,
    bone: say.Bone = None,
    pitch: say.Pitch = None,
    constant_bones: say.ConstantBones = True,
    max_gap: say.MaxGap = DEFAULTS.max_gap_s,
    smoothing: say.Smoothing = DEFAULTS.smoothing,
    cutoff_hz: say.CutoffHz = DEFAULTS.cutoff_hz,
    overlay: say.Overlay = True,
    viewer: say.Viewer = True,
    overwrite: say.Overwrite = False,
) -> None:
    """Lift a video, or a file of 2D keypoints, to 3D: poses as .npz, .json and .csv, and a page that plays them.

    Of a video there is an overlay too, the same video with its keypoints and the 3D figure beside it.
    """
    from poselift.cli.lift_cameras import AboutCameras, lift_cameras
    from poselift.cli.lift_source import AboutKeypoints, source_of
    from poselift.lifting.lifter import Lifter, default_lifter

    # Detection takes long: what can be wrong is checked before.
    wanted = Who.said(people, person)
    world = WorldOptions(constant_bones, Sizes.said(height or (), bone or ()), pitch)
    options = LiftOptions(max_gap_s=max_gap, smoothing=smoothing, cutoff_hz=cutoff_hz, world=world)
    about = AboutKeypoints(keypoint_format, size, video, layout, most_confidence)
    optics = AboutCameras(focal_px, fov_deg, calibration, camera, sync or ())
    found = [source_of(path, detector, every, fps, about) for path in source]
    form: dict[str, Any] = {"flip": flip, "precision": precision, "device": device}
    lifter = default_lifter(found[0].fps, **form) if model is None else Lifter(model, **form)
    for path in source:
        _check_not_replaced(path, output)
    files: dict[str, Any] = {"viewer": viewer, "overwrite": overwrite}
    if len(found) > 1:
        lift_cameras(found, optics, lifter, options, wanted, output, **files)
    else:
        _lift_one(found[0], optics, lifter, options, wanted, output, overlay=overlay, **files)


def _lift_one(
    found: VideoSource | KeypointSource,
    optics: AboutCameras,
    lifter: Lifter,
    options: LiftOptions,
    wanted: Who,
    output: Path,
    *,
    overlay: bool,
    viewer: bool,
    overwrite: bool,
) -> None:
    from poselift.cli.lift_overlay import overlay_of
    from poselift.cli.lift_source import VideoSource
    from poselift.files import output_folder
    from poselift.world.calibrated import upright

    camera = optics.one(found)
    drawn_on = found.info if overlay and isinstance(found, VideoSource) else None
    with (
        output_folder(output, overwrite=overwrite),
        found.opened(lifter.skeleton) as lifted,
        overlay_of(drawn_on, output / OVERLAY) as drawing,
    ):
        start = time.perf_counter()
        scene = lifted(lifter=lifter, camera=camera, options=options, who=wanted, watcher=drawing)
        scene = upright(scene) if optics.calibration is not None else scene
        write_results(scene, start, output, viewer=viewer, overwrite=overwrite)
    if drawn_on is not None:
        typer.echo(f"  {output / OVERLAY}")


def _check_not_replaced(source: Path, output: Path) -> None:
    for name in (OVERLAY, *TABLES):
        if source.resolve() == (output / name).resolve():
            own = "overlay" if name == OVERLAY else "result"
            raise OutputError(f"{source}: would be replaced by its own {own}", "name another folder")
