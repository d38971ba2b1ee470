"""Still pictures for READMEs and papers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.files import whole_file
from poselift.viz.side_by_side import SideBySide


def write_figure(
    image: UInt8[np.ndarray, "height width 3"],
    scene: Scene | Clip,
    frame: int,
    path: Path | str,
    *,
    overwrite: bool = False,
) -> None:
    """Write one frame of `scene` as a `.png`: the RGB `image` with its keypoints, the 3D figures beside it.

    Raises:
        ShapeError: somebody lacks 2D or 3D joints, there is no such frame, or the image is not of the scene's size.
        OutputError: `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: OpenCV is not installed.
    """
    scene = Scene.of(scene) if isinstance(scene, Clip) else scene
    if not 0 <= frame < len(scene.footage):
        raise ShapeError(f"frame: expected 0 to {len(scene.footage) - 1}, got {frame}")
    picture = SideBySide.of(scene, (image.shape[1], image.shape[0])).drawn(image, frame)
    import cv2

    _, png = cv2.imencode(".png", picture[..., ::-1])
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_bytes(png.tobytes())
