"""What a model says of whole clips, smoothed over time as `poselift lift` smooths what it lifts."""

from __future__ import annotations

import numpy as np

from poselift.data.clip import Clip
from poselift.errors import RecipeError
from poselift.evaluation.views import LiftedViews
from poselift.lifting.options import LiftOptions
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lookup import look_up


def smoothed_views(lifted: LiftedViews, options: LiftOptions) -> LiftedViews:
    """The same with the joints of each take smoothed; of the options only the smoothing counts.

    Raises:
        RecipeError: the frames do not follow one another.
    """
    seen = lifted.seen
    if not seen.over_time:
        raise RecipeError(
            "frames that a camera each saw cannot be smoothed over time", "have whole clips seen: --over-time"
        )
    smooth = look_up(SMOOTHERS, options.smoothing, "smoothing")
    joints = np.empty_like(lifted.joints_root_mm)
    for take in seen.takes:
        clip = Clip(
            lifted.skeleton,
            take.fps,
            valid=seen.measured[take.rows],
            joints_root_mm=lifted.joints_root_mm[take.rows],
            time_s=take.time_s,
        )
        joints[take.rows] = smooth(clip, options.cutoff_hz).joints_root_mm
    about = {**lifted.about, "smoothing": options.smoothing, "cutoff_hz": options.cutoff_hz}
    unmasked = None if lifted.unmasked is None else smoothed_views(lifted.unmasked, options)
    return lifted._replace(joints_root_mm=joints, about=about, unmasked=unmasked)
