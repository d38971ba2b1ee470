"""A frame of video with its 2D keypoints, and the 3D figures beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.viz.colours import palettes_of
from poselift.viz.draw import draw_figure, require_cv2
from poselift.viz.panel import Panel
from poselift.viz.stage import Stage
from poselift.viz.tags import draw_id

_MIN_HEIGHT_PX, _MAX_HEIGHT_PX, _MAX_WIDTH_PX = 360, 1280, 1920
# Width of the panel by its height: as the video's where possible, never a slit nor a field.
_SLIMMEST, _WIDEST = 0.6, 0.85


@dataclass(frozen=True, eq=False)
class SideBySide:
    """How the frames of one video are composed.

    Attributes:
        scene: people with 2D and 3D joints.
        panel: the 3D part.
        image_size_px: (width, height) of the frames that come in.
        video_size_px: (width, height) of the frame in the composed picture; both even.
    """

    scene: Scene
    panel: Panel
    image_size_px: tuple[int, int]
    video_size_px: tuple[int, int]

    @classmethod
    def of(cls, scene: Scene, image_size_px: tuple[int, int]) -> SideBySide:
        """Lay out a video of (width, height).

        Raises:
            ShapeError: somebody lacks 2D or 3D joints, or the scene belongs to images of another size.
            MissingExtraError: OpenCV is not installed.
        """
        require_cv2()
        if any(track.clip.joints_px is None for track in scene.tracks):
            raise ShapeError("joints_px: this clip has no 2D joints to draw", "use write_viewer")
        size_px = scene.footage.size_px
        if size_px is not None and size_px != image_size_px:
            raise ShapeError(
                f"frames: expected images of {_by(size_px)}, got {_by(image_size_px)}",
                "name the video that the scene was made from",
            )
        width, height = image_size_px
        shape = min(max(width / height, _SLIMMEST), _WIDEST)
        scale = min(
            max(1.0, _MIN_HEIGHT_PX / height), _MAX_HEIGHT_PX / height, _MAX_WIDTH_PX / (width + shape * height)
        )
        video = _even(width * scale), _even(height * scale)
        return cls(scene, Panel.of(Stage.of(scene), (_even(shape * video[1]), video[1])), image_size_px, video)

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) of the composed picture; both even, as H.264 asks."""
        return self.video_size_px[0] + self.panel.background.shape[1], self.video_size_px[1]

    def drawn(self, image: UInt8[np.ndarray, "height width 3"], frame: int) -> UInt8[np.ndarray, "h w 3"]:
        """The composed picture of one frame, RGB.

        Raises:
            ShapeError: the image has another size than the layout was made for.
        """
        import cv2

        if image.shape != (*self.image_size_px[::-1], 3):
            raise ShapeError(f"frame {frame}: expected an RGB image of {_by(self.image_size_px)}, got {image.shape}")
        if self.video_size_px == self.image_size_px:
            left = image.copy()
        else:
            left = cv2.resize(image, self.video_size_px, interpolation=cv2.INTER_AREA)
        self._draw_keypoints(left, frame)
        time_s = self.scene.footage.time_s
        label = f"frame {frame} / {len(time_s) - 1}   {time_s[frame]:.2f} s"
        return np.concatenate([left, self.panel.drawn(frame, label)], axis=1)

    def _draw_keypoints(self, image: np.ndarray, frame: int) -> None:
        palettes = palettes_of([track.id for track in self.scene.tracks])
        scale = np.array(self.video_size_px) / self.image_size_px
        there = [
            (track, frame - track.first_frame)
            for track in self.scene.tracks
            if 0 <= frame - track.first_frame < len(track.clip) and track.clip.valid[frame - track.first_frame]
        ]
        there.sort(key=lambda found: -_distance_mm(found[0].clip, found[1]))
        for track, row in there:
            joints_px, confidence = track.clip.keypoints
            seen, filled = palettes[track.id]
            draw_figure(
                image,
                joints_px[row] * scale,
                track.clip.skeleton,
                filled if track.clip.filled[row] else seen,
                thickness_px=max(2.0, max(image.shape) / 200),
                weight=confidence[row],
            )
        if len(self.scene) > 1:
            for track, row in there:
                joints_px, confidence = track.clip.keypoints
                points = np.where(confidence[row, :, None] > 0, joints_px[row] * scale, np.nan)
                draw_id(image, track.id, points, track.clip.skeleton, palettes[track.id])


def _distance_mm(clip: Clip, row: int) -> float:
    """How far away somebody is, 0 where that is unknown; the far are drawn first."""
    z = 0.0 if clip.root_cam_mm is None else float(clip.root_cam_mm[row, 2])
    return z if np.isfinite(z) else 0.0


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def _by(size_px: tuple[int, int]) -> str:
    return f"{size_px[0]} x {size_px[1]} pixels"
