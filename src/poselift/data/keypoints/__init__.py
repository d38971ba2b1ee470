"""Files of 2D keypoints, of whatever detector: one file of code for each format."""

from __future__ import annotations

# name -> the module of the format, imported when used. It has two functions: `recognises(file)` tells from a
# `KeypointFile` whether it is one of these, and `read(file, said)` gives its `Detections`.
KEYPOINTS: dict[str, str] = {
    "poselift": "poselift.data.keypoints.own",
}
