"""What a table of joints says of each joint in each frame: the columns of `.csv` and `.parquet`."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Clip

JOINT_COLUMNS = (
    *(f"{axis}_world_mm" for axis in "xyz"),
    *(f"{axis}_root_mm" for axis in "xyz"),
    *("x_px", "y_px", "confidence", "error_90_mm"),
)
# The status in frames that do not hold the person.
ABSENT = "absent"


def joint_columns(clip: Clip) -> Float[np.ndarray, "frames joints columns"]:
    """The numbers of `JOINT_COLUMNS`; NaN where they are not known."""
    shape = len(clip), len(clip.skeleton)
    world = None
    if clip.camera is not None and clip.joints_root_mm is not None and clip.root_cam_mm is not None:
        world = clip.joints_world_mm
    parts = (
        (world, 3),
        (clip.joints_root_mm, 3),
        (clip.joints_px, 2),
        (None if clip.confidence is None else clip.confidence[..., None], 1),
        (None if clip.error_90_mm is None else clip.error_90_mm[..., None], 1),
    )
    unknown = [np.full((*shape, width), np.nan) if array is None else array for array, width in parts]
    return np.concatenate(unknown, axis=-1, dtype=np.float64)
