"""A frame of video with its 2D keypoints, and the 3D figures beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poselift.data.clip import Clip
from poselift.data.joint_status import SEEN
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.viz.canvas import Canvas, require_aggdraw
from poselift.viz.director import Shot
from poselift.viz.draw import draw_figure
from poselift.viz.raster import Raster
from poselift.viz.tags import draw_id

_MIN_HEIGHT_PX, _MAX_HEIGHT_PX, _MAX_WIDTH_PX = 360, 960, 1696
# Width of the panel by its height: as the video's where possible, never a slit nor a field.
_SLIMMEST, _WIDEST = 0.6, 0.85


@dataclass(frozen=True)
class SideBySide:
    """How the frames of one video are composed.

    Attributes:
        image_size_px: (width, height) of the frames that come in.
        video_size_px: (width, height) of the frame in the composed picture.
        panel_size_px: (width, height) of the 3D part to the right of it. All are even, as H.264 asks.
    """

    image_size_px: tuple[int, int]
    video_size_px: tuple[int, int]
    panel_size_px: tuple[int, int]

    @classmethod
    def of(cls, image_size_px: tuple[int, int]) -> SideBySide:
        """Lay out a video of (width, height).

        Raises:
            MissingExtraError: aggdraw is not installed.
        """
        require_aggdraw()
        width, height = image_size_px
        shape = min(max(width / height, _SLIMMEST), _WIDEST)
        scale = min(
            max(1.0, _MIN_HEIGHT_PX / height), _MAX_HEIGHT_PX / height, _MAX_WIDTH_PX / (width + shape * height)
        )
        video = _even(width * scale), _even(height * scale)
        return cls(image_size_px, video, (_even(shape * video[1]), video[1]))

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) of the composed picture."""
        return self.video_size_px[0] + self.panel_size_px[0], self.video_size_px[1]

    def parts(self, whole: Raster) -> tuple[Raster, Raster]:
        """The parts of a composed picture that are the frame of the video and the panel."""
        (middle, height), (width, _) = self.video_size_px, self.size_px
        return whole.part((0, 0, middle, height)), whole.part((middle, 0, width, height))

    def draw_keypoints(self, picture: Raster, shot: Shot, frame: int) -> None:
        """Draw everybody who is in this frame of the shot into the picture of `video_size_px`."""
        canvas = Canvas(picture)
        scale = np.array(self.video_size_px) / self.image_size_px
        there = [
            (track, row)
            for track in shot.scene.tracks
            if 0 <= (row := frame - track.first_frame) < len(track.clip) and track.clip.valid[row]
        ]
        there.sort(key=lambda found: -_distance_mm(found[0].clip, found[1]))
        for track, row in there:
            joints_px, confidence = track.clip.keypoints
            draw_figure(
                canvas,
                joints_px[row] * scale,
                track.clip.skeleton,
                shot.palettes[track.id],
                unseen=(track.clip.joint_status[row] != SEEN) | track.clip.filled[row],
                thickness_px=max(2.0, max(self.video_size_px) / 180),
                weight=confidence[row],
            )
        for track, row in there if shot.several else ():
            joints_px, confidence = track.clip.keypoints
            points = np.where(confidence[row, :, None] > 0, joints_px[row] * scale, np.nan)
            draw_id(canvas, track.id, points, track.clip.skeleton, shot.palettes[track.id])
        canvas.drawn()


def check_drawable(scene: Scene, image_size_px: tuple[int, int]) -> None:
    """Whether everybody can be drawn on images of this size.

    Raises:
        ShapeError: somebody has no 2D joints, or the scene belongs to images of another size.
    """
    if any(track.clip.joints_px is None for track in scene.tracks):
        raise ShapeError("joints_px: this clip has no 2D joints to draw", "use write_viewer")
    size_px = scene.footage.size_px
    if size_px is not None and size_px != image_size_px:
        raise ShapeError(
            f"frames: expected images of {by(size_px)}, got {by(image_size_px)}",
            "name the video that the scene was made from",
        )


def _distance_mm(clip: Clip, row: int) -> float:
    """How far away somebody is, 0 where that is unknown; the far are drawn first."""
    z = 0.0 if clip.root_cam_mm is None else float(clip.root_cam_mm[row, 2])
    return z if np.isfinite(z) else 0.0


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def by(size_px: tuple[int, int]) -> str:
    """A size in words."""
    return f"{size_px[0]} x {size_px[1]} pixels"
