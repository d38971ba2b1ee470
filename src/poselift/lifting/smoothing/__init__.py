"""How 3D joints are smoothed over time: one file for each way."""

from __future__ import annotations

# name -> "module:function", which takes a clip and a cut-off in Hz, at which a movement to and fro keeps 71 % of its
# size (-3 dB); imported when used
SMOOTHERS: dict[str, str] = {
    "butterworth": "poselift.lifting.smoothing.butterworth:butterworth",
    "gaussian": "poselift.lifting.smoothing.gaussian:gaussian",
    "spline": "poselift.lifting.smoothing.spline:spline",
    "one_euro": "poselift.lifting.smoothing.one_euro:one_euro",
    "none": "poselift.lifting.smoothing.none:unsmoothed",
}
