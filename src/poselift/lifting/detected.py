"""People in 2D to people in 3D: mended, lifted, smoothed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.lifting.astray import astray_filled
from poselift.lifting.doubtful import without_doubtful
from poselift.lifting.gaps import gaps_filled, joints_filled
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.seconds import too_few_frames
from poselift.lifting.sides import sides_kept
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lookup import look_up
from poselift.world.making import in_world

if TYPE_CHECKING:
    from poselift.lifting.lifter import Lifter


def lift_detected(scene: Scene, lifter: Lifter, options: LiftOptions = DEFAULTS) -> Scene:
    """Lift everybody of a scene in 2D: mended, short gaps filled, lifted, smoothed.

    Raises:
        ShapeError, SkeletonError, GeometryError: somebody cannot be lifted, see `Lifter.lift`.
    """
    return lift_mended(scene.mapped(mended), lifter, options)


def mended(clip: Clip) -> Clip:
    """The clip without its detector's errors: doubtful joints missing, sides exchanged back, moments astray filled.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    return astray_filled(sides_kept(without_doubtful(clip)))


def filled(clip: Clip, longest_s: float) -> Clip:
    """The clip with short gaps filled, of all of somebody and of single joints.

    Raises:
        ShapeError: `longest_s` is negative or not finite, or the clip has no 2D joints.
    """
    return joints_filled(gaps_filled(clip, longest_s), longest_s)


def lift_mended(scene: Scene, lifter: Lifter, options: LiftOptions = DEFAULTS) -> Scene:
    """`lift_detected` of a scene that is mended already: in 3D, and in the world.

    Raises:
        ShapeError, SkeletonError, GeometryError: as for `lift_detected`.
    """
    lifted = lift_filled(scene.mapped(lambda clip: filled(clip, options.max_gap_s)), lifter, options)
    lifted = _told(lifted, lifter, options)
    return lifted if options.world is None else in_world(lifted, options.world)


def _told(scene: Scene, lifter: Lifter, options: LiftOptions) -> Scene:
    """The scene with what made it; where there are too few frames a second to smooth, it is noted."""
    about: dict[str, str | float] = {"model": lifter.name, "smoothing": options.smoothing}
    if options.smoothing != "none" and too_few_frames(options.cutoff_hz, scene.footage.fps):
        note = f"{scene.footage.fps:.3g} frames a second are too few to smooth at {options.cutoff_hz:g} Hz"
        about["smoothing"] = "none"
        return scene.replaced(about=about, footage=scene.footage.noted(f"{note}: joints are as they were lifted"))
    if options.smoothing != "none":
        about["cutoff_hz"] = options.cutoff_hz
    return scene.replaced(about=about)


def lift_filled(scene: Scene, lifter: Lifter, options: LiftOptions = DEFAULTS) -> Scene:
    """The people of a scene whose gaps are filled already in 3D, smoothed.

    Raises:
        ShapeError, SkeletonError, GeometryError: as for `lift_detected`.
    """
    smoothed = look_up(SMOOTHERS, options.smoothing, "smoothing")

    def lifted(clip: Clip) -> Clip:
        in_3d: Clip = smoothed(lifter.lift(clip), options.cutoff_hz)
        return in_3d

    return scene.mapped(lifted)
