"""Still pictures for READMEs and papers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.files import whole_file
from poselift.viz.side_by_side import SideBySide


def write_figure(
    image: UInt8[np.ndarray, "height width 3"], clip: Clip, frame: int, path: Path | str, *, overwrite: bool = False
) -> None:
    """Write one frame of `clip` as a `.png`: the RGB `image` with its keypoints, the 3D figure beside it.

    Raises:
        ShapeError: the clip lacks 2D or 3D joints or has no such frame, or the image is not of the clip's size.
        OutputError: `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: OpenCV is not installed.
    """
    if not 0 <= frame < len(clip):
        raise ShapeError(f"frame: expected 0 to {len(clip) - 1}, got {frame}")
    picture = SideBySide.of(clip, (image.shape[1], image.shape[0])).drawn(image, frame)
    import cv2

    _, png = cv2.imencode(".png", picture[..., ::-1])
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_bytes(png.tobytes())
