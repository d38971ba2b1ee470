"""How 3D joints are smoothed over time: one file for each way."""

from __future__ import annotations

# name -> "module:function", which takes a clip and how many seconds it smooths over; imported when used
SMOOTHERS: dict[str, str] = {
    "gaussian": "poselift.lifting.smoothing.gaussian:gaussian",
    "none": "poselift.lifting.smoothing.none:unsmoothed",
}
