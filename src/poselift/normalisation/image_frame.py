"""`image_frame`, the way of the LCN paper (the original's "scale"): pixels divided by the image width.

The network predicts the image frame of `geometry.crop` in the same unit. Going back to millimetres needs the true box
and root depth.
"""

from __future__ import annotations

import numpy as np

from poselift.arrays import float_type


def image_frame_normalised(joints: np.ndarray, size_px: tuple[int, int]) -> np.ndarray:
    """Pixels (..., J, 2) or image-frame joints (..., J, 3) to the range of about -1 to 1.

    x, y: px / width * 2 - [1, height / width]; z: px / width * 2.
    """
    width, height = size_px
    normalised: np.ndarray = joints / width * 2
    normalised[..., 0] -= 1
    normalised[..., 1] -= height / width
    return normalised


def image_frame_denormalised(joints_norm: np.ndarray, size_px: tuple[int, int]) -> np.ndarray:
    """Inverse of `image_frame_normalised`."""
    width, height = size_px
    offset = np.array([1, height / width, 0], dtype=float_type(joints_norm))[: joints_norm.shape[-1]]
    joints: np.ndarray = (joints_norm + offset) * width / 2
    return joints
