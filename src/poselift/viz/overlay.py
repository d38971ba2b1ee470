"""The overlay video: every frame with its keypoints and the 3D figures beside it."""

from __future__ import annotations

import itertools
import queue
import sys
import threading
from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol

import numpy as np

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import ExternalToolError, OutputError, ShapeError
from poselift.files import whole_file
from poselift.threads import made_ahead
from poselift.viz.director import Director, Shot
from poselift.viz.mp4 import Blank, Mp4, failures_named
from poselift.viz.panel import Panel
from poselift.viz.raster import Raster, rgb_to_i420
from poselift.viz.side_by_side import SideBySide, by, check_drawable

# Pictures that wait to be drawn: half as many bytes as RGB, and no larger than the overlay.
_WAITING = 16
# Frames that are drawn while one is encoded: AGG keeps Python's lock, the encoder does not.
_DRAWN_AHEAD = 2
_OTHER_VIDEO = "name the video that the scene was made from"


class Kept(NamedTuple):
    """A picture as I420. Its memory is the writer's, who uses it again once the picture is drawn."""

    i420: np.ndarray


class _Job(NamedTuple):
    """One frame to be drawn: which of the shot, which of the video, and its picture as I420."""

    shot: Shot
    frame: int
    number: int
    picture: Kept | np.ndarray


class Scalable(Protocol):
    """A picture that says itself what it looks like in other sizes, such as `poselift.detect.picture.Picture`."""

    def i420(self, size_px: tuple[int, int], into: np.ndarray | None = None) -> np.ndarray:
        """I420 of an even size: (3 height / 2, width); in a given array of that shape, if there is one."""
        ...


class OverlayWriter:
    """Writes an overlay piece by piece, while the video passes; a context manager.

    Frames are drawn in one thread and encoded in another. The file appears when the block ends, whole; if it fails,
    nothing is left.

    Args:
        path: an `.mp4`.
        image_size_px: (width, height) of the video's frames.
        fps: the nominal rate of the video.
        overwrite: whether an older file may be replaced.

    Raises:
        MissingExtraError: PyAV or aggdraw is not installed.
        OutputError: when the block begins: `path` exists and `overwrite` is false, or the disk refuses.
        ExternalToolError: when the block begins: FFmpeg cannot encode.
    """

    def __init__(
        self, path: Path | str, image_size_px: tuple[int, int], fps: float, *, overwrite: bool = False
    ) -> None:
        self._layout = SideBySide.of(image_size_px)
        self._path, self._fps, self._overwrite = Path(path), fps, overwrite
        self._director = Director(self._layout.panel_size_px)
        self._open = ExitStack()
        self._jobs: queue.Queue[_Job | None] = queue.Queue(_WAITING)
        self._failure: Exception | None = None
        self._count = 0
        self._spare: list[np.ndarray] = []

    @property
    def video_size_px(self) -> tuple[int, int]:
        """(width, height) of the frame in the overlay, both even: the size of pictures that costs least."""
        return self._layout.video_size_px

    def __enter__(self) -> OverlayWriter:
        temporary = self._open.enter_context(whole_file(self._path, overwrite=self._overwrite))
        try:
            film = self._open.enter_context(Mp4.opened(temporary, self._layout.size_px, self._fps))
        except BaseException:
            self._open.__exit__(*sys.exc_info())
            raise
        self._thread = threading.Thread(target=self._work, args=(film,), name="overlay", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            with suppress(queue.Empty):
                while True:
                    self._jobs.get_nowait()
        self._put(None)
        self._thread.join()
        failure = error or self._failure
        # What failed in the block, be it a file of its own, is no fault of the overlay.
        with suppress(OutputError, ExternalToolError) if error is not None else nullcontext():
            trace = failure.__traceback__ if failure else None
            self._open.__exit__(type(failure) if failure else None, failure, trace)
        if error is None and failure is not None:
            raise failure

    def kept(self, picture: Scalable) -> Kept:
        """What `write` wants of a picture of the video, once. Several threads may ask at once."""
        spare = None
        with suppress(IndexError):
            spare = self._spare.pop()
        return Kept(picture.i420(self.video_size_px, spare))

    def write(self, pictures: Iterable[Kept | np.ndarray], piece: Scene) -> None:
        """Append the frames of `piece`, the next consecutive frames of the video.

        Ids mean the same people in all pieces, and tracks begin at frames of the piece. The first piece with people
        settles what is up and where the floor is.

        Args:
            pictures: one per frame of the piece's footage, taken one at a time: what was `kept` of it; or I420
                (3 height / 2, width) of `video_size_px`, limited BT.709; or RGB (height, width, 3) of that size or of
                the video's frames. All are upright.

        Raises:
            ShapeError: somebody lacks 2D or 3D joints; the pictures are of another number or size.
            OutputError, ExternalToolError: frames of this piece or of earlier ones cannot be written.
        """
        check_drawable(piece, self._layout.image_size_px)
        shot, expected = self._director.shot(piece), len(piece.footage)
        frame = 0
        for picture in pictures:
            if frame == expected:
                raise ShapeError(f"frames: expected {expected}, got more", _OTHER_VIDEO)
            self._put(_Job(shot, frame, self._count, self._as_i420(picture)))
            if self._failure is not None:
                raise self._failure
            frame, self._count = frame + 1, self._count + 1
        if frame < expected:
            raise ShapeError(f"frames: expected {expected}, got {frame or 'none'}", _OTHER_VIDEO)

    def _as_i420(self, picture: Kept | np.ndarray) -> Kept | np.ndarray:
        width, height = self._layout.video_size_px
        if isinstance(picture, Kept) or picture.shape == (3 * height // 2, width):
            return picture
        sizes = {self._layout.video_size_px, self._layout.image_size_px}
        if picture.shape not in {(h, w, 3) for w, h in sizes}:
            expected = by(self._layout.image_size_px)
            raise ShapeError(f"frame {self._count}: expected an RGB image of {expected}, got {picture.shape}")
        return rgb_to_i420(picture, self._layout.video_size_px)

    def _put(self, job: _Job | None) -> None:
        """Hand a job to the thread, unless that has failed."""
        while self._failure is None:
            with suppress(queue.Full):
                return self._jobs.put(job, timeout=0.1)

    def _taken(self) -> _Job | None:
        """The next job; None after the last one, and after a failure."""
        while self._failure is None:
            with suppress(queue.Empty):
                return self._jobs.get(timeout=0.1)
        return None

    def _work(self, film: Mp4) -> None:
        with closing(made_ahead(self._drawn(film), _DRAWN_AHEAD)) as frames:
            try:
                with failures_named():
                    for frame, time_s in frames:
                        film.write(frame, time_s)
            except OSError as error:
                why = error.strerror or error
                self._failure = OutputError(f"{self._path}: could not be written ({why})", "free some space")
            except Exception as failure:
                self._failure = failure

    def _drawn(self, film: Mp4) -> Generator[tuple[Blank, float], None, None]:
        """All frames, ready to be encoded, and when they are shown."""
        panel = Panel("i420")
        while (job := self._taken()) is not None:
            shot, time_s = job.shot, float(job.shot.scene.footage.time_s[job.frame])
            blank = film.blank()
            left, right = self._layout.parts(blank.raster)
            if isinstance(job.picture, Kept):
                left.show(Raster.of_i420(job.picture.i420))
                self._spare.append(job.picture.i420)
            else:
                left.show(Raster.of_i420(job.picture))
            self._layout.draw_keypoints(left, shot, job.frame)
            panel.draw(right, shot, job.frame, f"frame {job.number}   {time_s:.2f} s")
            yield blank, time_s


def write_overlay(
    frames: Iterable[np.ndarray], scene: Scene | Clip, path: Path | str, *, overwrite: bool = False
) -> None:
    """Draw the people of `scene` on the frames it was made from, as an `.mp4`: H.264, at most 960 pixels high.

    `frames` are upright RGB images (height, width, 3), one per frame of the footage, taken one at a time, shown at
    their own times. Frames without a person stay plain, filled people are drawn paler, and both is said.

    Raises:
        ShapeError: somebody lacks 2D or 3D joints; the frames are of another number or size than the footage's.
        OutputError: `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: PyAV or aggdraw is not installed.
        ExternalToolError: FFmpeg cannot encode.

    >>> from poselift import SKELETONS
    >>> random = np.random.default_rng(0)
    >>> joints_px, joints_root_mm = random.uniform(0, 240, (5, 17, 2)), random.normal(0, 300, (5, 17, 3))
    >>> clip = Clip(SKELETONS["h36m17"], fps=25, joints_px=joints_px, joints_root_mm=joints_root_mm)
    >>> frames = (np.zeros((240, 320, 3), np.uint8) for _ in range(5))
    >>> write_overlay(frames, clip, "overlay.mp4")
    """
    scene = Scene.of(scene)
    remaining = iter(frames)
    first = next(remaining, None)
    if first is None:
        raise ShapeError(f"frames: expected {len(scene.footage)}, got none", _OTHER_VIDEO)
    size_px = (first.shape[1], first.shape[0])
    with OverlayWriter(path, size_px, scene.footage.fps, overwrite=overwrite) as writer:
        writer.write(itertools.chain([first], remaining), scene)
