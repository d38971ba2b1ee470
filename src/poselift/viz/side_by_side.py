"""A frame of video with its 2D keypoints, and the 3D figure beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.viz.colours import PALE_RGB, SIDE_RGB
from poselift.viz.draw import draw_figure, require_cv2
from poselift.viz.panel import Panel
from poselift.viz.stage import Stage

_MIN_HEIGHT_PX, _MAX_HEIGHT_PX, _MAX_WIDTH_PX = 360, 1280, 1920
# Width of the panel by its height: as the video's where possible, never a slit nor a field.
_SLIMMEST, _WIDEST = 0.6, 0.85


@dataclass(frozen=True, eq=False)
class SideBySide:
    """How the frames of one video are composed.

    Attributes:
        clip: with 2D and 3D joints.
        panel: the 3D part.
        image_size_px: (width, height) of the frames that come in.
        video_size_px: (width, height) of the frame in the composed picture; both even.
    """

    clip: Clip
    panel: Panel
    image_size_px: tuple[int, int]
    video_size_px: tuple[int, int]

    @classmethod
    def of(cls, clip: Clip, image_size_px: tuple[int, int]) -> SideBySide:
        """Lay out a video of (width, height).

        Raises:
            ShapeError: the clip lacks 2D or 3D joints, or belongs to images of another size.
            MissingExtraError: OpenCV is not installed.
        """
        require_cv2()
        if clip.joints_px is None:
            raise ShapeError("joints_px: this clip has no 2D joints to draw", "use write_viewer")
        if clip.size_px is not None and clip.size_px != image_size_px:
            raise ShapeError(
                f"frames: expected images of {_by(clip.size_px)}, got {_by(image_size_px)}",
                "name the video that the clip was made from",
            )
        width, height = image_size_px
        shape = min(max(width / height, _SLIMMEST), _WIDEST)
        scale = min(
            max(1.0, _MIN_HEIGHT_PX / height), _MAX_HEIGHT_PX / height, _MAX_WIDTH_PX / (width + shape * height)
        )
        video = _even(width * scale), _even(height * scale)
        return cls(clip, Panel.of(Stage.of(clip), (_even(shape * video[1]), video[1])), image_size_px, video)

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
        label = f"frame {frame} / {len(self.clip) - 1}   {frame / self.clip.fps:.2f} s"
        return np.concatenate([left, self.panel.drawn(frame, label)], axis=1)

    def _draw_keypoints(self, image: np.ndarray, frame: int) -> None:
        clip = self.clip
        if not clip.valid[frame]:
            return
        joints_px, confidence = clip.keypoints
        scale = np.array(self.video_size_px) / self.image_size_px
        palette = PALE_RGB if clip.filled[frame] else SIDE_RGB
        draw_figure(
            image,
            joints_px[frame] * scale,
            clip.skeleton,
            palette,
            thickness_px=max(2.0, max(image.shape) / 200),
            weight=confidence[frame],
        )


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def _by(size_px: tuple[int, int]) -> str:
    return f"{size_px[0]} x {size_px[1]} pixels"
