"""Still pictures for READMEs and papers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import MissingExtraError, ShapeError
from poselift.files import whole_file
from poselift.viz.director import Director
from poselift.viz.panel import Panel
from poselift.viz.raster import Raster
from poselift.viz.side_by_side import SideBySide, check_drawable


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
        MissingExtraError: PyAV or aggdraw is not installed.
    """
    scene = Scene.of(scene)
    if not 0 <= frame < len(scene.footage):
        raise ShapeError(f"frame: expected 0 to {len(scene.footage) - 1}, got {frame}")
    png = _png(drawn_figure(image, scene, frame))
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_bytes(png)


def drawn_figure(image: UInt8[np.ndarray, "height width 3"], scene: Scene, frame: int) -> UInt8[np.ndarray, "h w 3"]:
    """The RGB image that `write_figure` writes.

    Raises:
        ShapeError: somebody lacks 2D or 3D joints, or the image is none of the scene's size.
        MissingExtraError: PyAV or aggdraw is not installed.
    """
    if image.ndim != 3 or image.shape[2] != 3:
        raise ShapeError(f"frame {frame}: expected an RGB image (height, width, 3), got {image.shape}")
    size_px = (image.shape[1], image.shape[0])
    layout = SideBySide.of(size_px)
    check_drawable(scene, size_px)
    shot = Director(layout.panel_size_px).shot(scene)
    width, height = layout.size_px
    whole = Raster.of_rgb(np.empty((height, width, 3), np.uint8))
    left, right = layout.parts(whole)
    left.show(Raster.of_rgb(_scaled(image, layout.video_size_px)))
    layout.draw_keypoints(left, shot, frame)
    Panel("rgb").draw(right, shot, frame, f"frame {frame}   {scene.footage.time_s[frame]:.2f} s")
    return whole.rgb()


def _scaled(image: np.ndarray, size_px: tuple[int, int]) -> np.ndarray:
    if size_px == (image.shape[1], image.shape[0]):
        return image
    scaled: np.ndarray = _av().VideoFrame.from_ndarray(image, format="rgb24").reformat(*size_px).to_ndarray()
    return scaled


def _png(image: np.ndarray) -> bytes:
    av = _av()
    encoder: Any = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = image.shape[1], image.shape[0], "rgb24"
    encoder.time_base = Fraction(1, 1)
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    return b"".join(bytes(packet) for part in (frame, None) for packet in encoder.encode(part))


def _av() -> Any:
    try:
        import av
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    return av
