"""Which cameras saw what `poselift lift` lifts, and how several of them are lifted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from poselift.cli.lift_source import KeypointSource, VideoSource, chosen_camera
from poselift.data.calibrations.reading import read_calibration
from poselift.errors import DataFormatError, RecipeError, ShapeError

if TYPE_CHECKING:
    from poselift.data.calibrations.calibration import Calibration
    from poselift.geometry.camera import Camera
    from poselift.lifting.lifter import Lifter
    from poselift.lifting.options import LiftOptions
    from poselift.tracking.who import Who

_Source = VideoSource | KeypointSource


@dataclass(frozen=True)
class AboutCameras:
    """What the user says about cameras.

    Attributes:
        focal_px, fov_deg: of one camera.
        calibration: a file of one or several.
        name: which camera of the file, where there is one source.
        starts: of several sources, `NAME=SECONDS` after the first.
    """

    focal_px: float | None = None
    fov_deg: float | None = None
    calibration: Path | None = None
    name: str | None = None
    starts: Sequence[str] = ()

    def one(self, source: _Source) -> Camera:
        """The camera of a single source: as calibrated, else as said, else that of the source, else a guessed one.

        Raises:
            RecipeError: two of them are said, or a number cannot be.
            DataFormatError: the calibration cannot be read, or is of another size; nobody says the image's size.
        """
        if self.starts:
            raise RecipeError("--sync: expected several cameras, got one", "leave it out")
        if self.calibration is None:
            if self.name is not None:
                raise RecipeError("--camera: expected --calibration, a file of cameras", "add it, or leave this out")
            return chosen_camera(source, self.focal_px, self.fov_deg)
        self._check_alone()
        found = read_calibration(self.calibration)
        (camera,) = [found.named(self.name)] if self.name is not None else found.of_sources([source.path.name])
        # A place in a world without a unit says nothing of one person's.
        return _fitting(found, camera if found.metric else _lens(camera), source)

    def several(self, sources: Sequence[_Source]) -> tuple[Calibration, tuple[Camera, ...]]:
        """The cameras of several sources, and the calibration that they are from.

        Raises:
            RecipeError: none is said, or something else too.
            DataFormatError: it cannot be read, is of other cameras or sizes, or does not say where cameras stand.
        """
        names = ", ".join(source.path.name for source in sources)
        if self.calibration is None:
            raise RecipeError(f"expected --calibration for several cameras ({names})", "lift them one by one without")
        self._check_alone()
        if self.name is not None:
            raise RecipeError("--camera: expected one source, got several", "leave it out")
        found = read_calibration(self.calibration)
        if not found.placed:
            raise DataFormatError(
                f"{found.path}: expected where each camera stands, found lenses alone", "calibrate them together"
            )
        cameras = found.of_sources([source.path.name for source in sources])
        return found, tuple(_fitting(found, *pair) for pair in zip(cameras, sources, strict=True))

    def starts_s(self, sources: Sequence[_Source], cameras: Sequence[Camera]) -> list[float]:
        """When each recording began, in seconds after the first.

        Raises:
            RecipeError: something else than `NAME=SECONDS` of a source or camera.
        """
        said: dict[str, float] = {}
        for text in self.starts:
            name, _, seconds = text.rpartition("=")
            try:
                said[name] = float(seconds)
            except ValueError:
                raise RecipeError(f"--sync: expected a camera and seconds, got {text!r}", "cam02=0.04") from None
            if not np.isfinite(said[name]):
                raise RecipeError(f"--sync: expected seconds, got {text!r}")
        starts = []
        for source, camera in zip(sources, cameras, strict=True):
            known = [name for name in (source.path.name, source.path.stem, camera.name) if name in said]
            starts.append(said.pop(known[0]) if known else 0.0)
        if said:
            names = ", ".join(camera.name for camera in cameras)
            raise RecipeError(f"--sync: expected a name of {names}, got {next(iter(said))!r}")
        return [start - starts[0] for start in starts]

    def _check_alone(self) -> None:
        if self.focal_px is not None or self.fov_deg is not None:
            raise RecipeError("expected --calibration or a focal length, got both", "leave one out")


def lift_cameras(
    sources: Sequence[_Source],
    optics: AboutCameras,
    lifter: Lifter,
    options: LiftOptions,
    wanted: Who,
    output: Path,
    *,
    viewer: bool,
    overwrite: bool,
) -> None:
    """Lift each camera alone, bring the people together, and write the result.

    Raises:
        RecipeError, DataFormatError: as for `AboutCameras`; sizes or a pitch that the calibration says already.
    """

    from poselift.cli.lift_files import write_results
    from poselift.files import output_folder
    from poselift.multiview.scene import ALONE, brought_together

    calibration, cameras = optics.several(sources)
    starts_s = optics.starts_s(sources, cameras)
    _check_known(calibration, options)
    alone = replace(ALONE, max_gap_s=options.max_gap_s)
    start = time.perf_counter()
    with output_folder(output, overwrite=overwrite):
        scenes = []
        for source, camera in zip(sources, cameras, strict=True):
            with source.opened(lifter.skeleton) as lifted:
                scenes.append(lifted(lifter=lifter, camera=camera, options=alone, who=wanted, watcher=None))
        scene = brought_together(scenes, cameras, starts_s=starts_s, options=options, metric=calibration.metric)
        write_results(scene, start, output, viewer=viewer, overwrite=overwrite)


def _check_known(calibration: Calibration, options: LiftOptions) -> None:
    assert options.world is not None
    if options.world.pitch_deg is not None:
        raise RecipeError("--pitch: expected one camera, got several, whose calibration says it", "leave it out")
    if calibration.metric and options.world.sizes:
        raise RecipeError(
            "--height, --bone: expected a world without a unit, got a calibration in millimetres", "leave them out"
        )


def _fitting(calibration: Calibration, camera: Camera, source: _Source) -> Camera:
    """The camera for a source's size.

    Raises:
        DataFormatError: the source's picture has another shape, or neither says its size.
    """
    size_px = source.size_px or camera.size_px
    if size_px is None:
        raise DataFormatError(f"{source.path}: does not say the size of its image", "--size 1920x1080")
    if camera.size_px is None:
        return replace(camera, size_px=size_px)
    try:
        return camera.resized(size_px)
    except ShapeError as error:
        raise DataFormatError(f"{calibration.path}: {error}; that is {source.path.name}", error.hint) from None


def _lens(camera: Camera) -> Camera:

    return replace(camera, rotation=np.eye(3), position_mm=np.zeros(3))
