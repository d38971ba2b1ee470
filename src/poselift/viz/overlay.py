"""The overlay video: every frame with its keypoints and the 3D figures beside it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene
from poselift.errors import ExternalToolError, MissingExtraError, ShapeError
from poselift.files import whole_file
from poselift.viz.side_by_side import SideBySide

# Best first; a build of FFmpeg without x264 still has its own MPEG-4.
_ENCODERS = {"libx264": {"preset": "veryfast", "crf": "20"}, "mpeg4": {"qscale": "3"}}
# The unit of time: whole for the usual frame rates, and no finer than the 1/65535 s that MPEG-4 counts in.
_TICK_S = Fraction(1, 60000)


def write_overlay(
    frames: Iterable[np.ndarray], scene: Scene | Clip, path: Path | str, *, overwrite: bool = False
) -> None:
    """Draw the people of `scene` on the frames it was made from, as an `.mp4`: H.264, at most 1280 pixels high.

    `frames` are upright RGB images (height, width, 3), one per frame of the footage, taken one at a time, shown at
    their own times. Frames without a person stay plain, filled people are drawn paler, and both is said.

    Raises:
        ShapeError: somebody lacks 2D or 3D joints; the frames are of another number or size than the footage's.
        OutputError: `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: PyAV or OpenCV is not installed.
        ExternalToolError: FFmpeg cannot encode.

    >>> from poselift import SKELETONS
    >>> random = np.random.default_rng(0)
    >>> joints_px, joints_root_mm = random.uniform(0, 240, (5, 17, 2)), random.normal(0, 300, (5, 17, 3))
    >>> clip = Clip(SKELETONS["h36m17"], fps=25, joints_px=joints_px, joints_root_mm=joints_root_mm)
    >>> frames = (np.zeros((240, 320, 3), np.uint8) for _ in range(5))
    >>> write_overlay(frames, clip, "overlay.mp4")
    """
    scene = Scene.of(scene) if isinstance(scene, Clip) else scene
    expected = len(scene.footage)
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        remaining = iter(frames)
        first = next(remaining, None)
        if first is None:
            raise ShapeError(f"frames: expected {expected}, got none")
        layout = SideBySide.of(scene, (first.shape[1], first.shape[0]))
        count = 0
        with _open_video(temporary, layout.size_px, scene.footage) as write:
            for image in itertools.chain([first], remaining):
                if count == expected:
                    raise ShapeError(f"frames: expected {expected}, got more", _OTHER_VIDEO)
                write(layout.drawn(image, count), count)
                count += 1
        if count < expected:
            raise ShapeError(f"frames: expected {expected}, got {count}", _OTHER_VIDEO)


_OTHER_VIDEO = "name the video that the scene was made from"


@contextmanager
def _open_video(
    path: Path, size_px: tuple[int, int], footage: Footage
) -> Iterator[Callable[[np.ndarray, int], None]]:
    """Yield a function that appends the RGB image of one frame of `footage` to a new video that begins at 0 s."""
    try:
        import av
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    ticks = _ticks(footage.time_s)
    with _failures_named(), av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        codec = next(name for name in _ENCODERS if name in av.codecs_available)
        rate = Fraction(footage.fps).limit_denominator(1001)
        stream: Any = container.add_stream(codec, rate, options=_ENCODERS[codec])
        stream.codec_context.time_base = _TICK_S
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"

        def write(image: np.ndarray, frame: int) -> None:
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = int(ticks[frame]), _TICK_S
            container.mux(stream.encode(picture))

        yield write
        container.mux(stream.encode(None))


def _ticks(time_s: Float[np.ndarray, " frames"]) -> Int[np.ndarray, " frames"]:
    """Times from the first frame on in whole ticks, at least one from frame to frame."""
    ticks = np.rint((time_s - time_s[:1]) / float(_TICK_S)).astype(np.int64)
    order = np.arange(len(ticks))
    rising: np.ndarray = np.maximum.accumulate(ticks - order) + order
    return rising


@contextmanager
def _failures_named() -> Iterator[None]:
    """FFmpeg's own errors as ours; those of the disk pass as they are."""
    import av

    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise ExternalToolError(f"FFmpeg cannot encode the overlay: {error}", "pip install --upgrade av") from error
