"""The overlay video: every frame with its keypoints and the 3D figure beside it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Clip
from poselift.errors import ExternalToolError, MissingExtraError, ShapeError
from poselift.files import whole_file
from poselift.viz.side_by_side import SideBySide

# Best first; a build of FFmpeg without x264 still has its own MPEG-4.
_ENCODERS = {"libx264": {"preset": "veryfast", "crf": "20"}, "mpeg4": {"qscale": "3"}}
# MPEG-4 counts time in units of 1/65535 s at most.
_MAX_RATE_TERM = 65535


def write_overlay(frames: Iterable[np.ndarray], clip: Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """Draw `clip` on the frames it was made from, as an `.mp4`: H.264, at most 1280 pixels high.

    `frames` are upright RGB images (height, width, 3), one per frame of the clip, taken one at a time.
    Frames without a person stay plain, filled ones are drawn paler, and both say so.

    Raises:
        ShapeError: the clip lacks 2D or 3D joints; the frames are of another number or size than the clip's.
        OutputError: `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: PyAV or OpenCV is not installed.
        ExternalToolError: FFmpeg cannot encode.
    """
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        remaining = iter(frames)
        first = next(remaining, None)
        if first is None:
            raise ShapeError(f"frames: expected {len(clip)}, got none")
        layout = SideBySide.of(clip, (first.shape[1], first.shape[0]))
        count = 0
        with _open_video(temporary, layout.size_px, clip.fps) as write:
            for image in itertools.chain([first], remaining):
                if count == len(clip):
                    raise ShapeError(f"frames: expected {len(clip)}, got more", _OTHER_VIDEO)
                write(layout.drawn(image, count))
                count += 1
        if count < len(clip):
            raise ShapeError(f"frames: expected {len(clip)}, got {count}", _OTHER_VIDEO)


_OTHER_VIDEO = "name the video that the clip was made from"


@contextmanager
def _open_video(path: Path, size_px: tuple[int, int], fps: float) -> Iterator[Callable[[np.ndarray], None]]:
    """Yield a function that appends one RGB image to a new video."""
    try:
        import av
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    limit = max(1, min(1001, int(_MAX_RATE_TERM / fps)))
    with _failures_named(), av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        codec = next(name for name in _ENCODERS if name in av.codecs_available)
        stream: Any = container.add_stream(codec, Fraction(fps).limit_denominator(limit), options=_ENCODERS[codec])
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"

        def write(image: np.ndarray) -> None:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))

        yield write
        container.mux(stream.encode(None))


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
