"""The 3D figure as a flat picture: a fixed, slightly turned view of the stage with its floor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float, UInt8

from poselift.arrays import Points3D
from poselift.geometry.rotation import axis_rotation
from poselift.viz.colours import PALE_RGB, RGB, SIDE_RGB
from poselift.viz.draw import draw_figure, draw_line, draw_text, text_height_px
from poselift.viz.stage import Stage

_AZIMUTH_DEG, _ELEVATION_DEG = 24.0, 9.0
_DISTANCE_MM = 6500.0
# How much of the panel the figure may fill.
_WIDE, _HIGH = 0.8, 0.78
_BONE_MM = 44.0
_GRID_MM, _GRID_REACH_MM = 500.0, 4000.0
_TOP_RGB, _BOTTOM_RGB = (40, 48, 61), (15, 19, 25)
_LINE_RGB: RGB = (122, 138, 162)
_TEXT_RGB: RGB = (226, 232, 240)
# A person of ordinary size, for clips that show nobody.
_SOMEBODY_MM = np.array([[-400.0, 0, 0], [400, 1800, 0]])


@dataclass(frozen=True, eq=False)
class Panel:
    """A view of a stage, fitted so that every frame's figure is inside.

    Attributes:
        stage: who is shown.
        background: (height, width, 3) the empty panel with its floor.
        focal_px, centre_px: how view directions become pixels.
    """

    stage: Stage
    background: UInt8[np.ndarray, "height width 3"]
    focal_px: float
    centre_px: Float[np.ndarray, "2"]

    @classmethod
    def of(cls, stage: Stage, size_px: tuple[int, int]) -> Panel:
        """Fit the view of all frames of `stage` into a panel of (width, height)."""
        width, height = size_px
        points = stage.following_stage_mm[stage.present].reshape(-1, 3)
        points = points[np.isfinite(points).all(axis=-1)]
        plane, _ = _to_view(points if len(points) else _SOMEBODY_MM)
        # Percentiles, so that one wild frame does not shrink the figure.
        low, high = np.percentile(plane, [0.2, 99.8], axis=0)
        focal = float(np.min([_WIDE * width, _HIGH * height] / np.maximum(high - low, 1e-6)))
        centre = np.array([width, 0.98 * height]) / 2 - focal * (low + high) / 2
        shade = np.linspace(_TOP_RGB, _BOTTOM_RGB, height)[:, None]
        background = np.repeat(np.rint(shade).astype(np.uint8), width, axis=1)
        panel = cls(stage, background, focal, centre)
        panel._draw_floor()
        background.setflags(write=False)
        return panel

    def drawn(self, frame: int, label: str) -> UInt8[np.ndarray, "height width 3"]:
        """The picture of one frame; `label` stands below it."""
        image = self.background.copy()
        height, width = image.shape[:2]
        margin = text_height_px(height)
        draw_text(image, label, (margin, height - margin), colour=_TEXT_RGB)
        stage = self.stage
        note = "filled" if stage.filled[frame] else "" if stage.present[frame] else "no person"
        if note:
            draw_text(image, note, (width // 2, 3 * margin), colour=_TEXT_RGB, align="middle")
        if stage.present[frame]:
            joints = stage.joints_root_stage_mm[frame] + [0, stage.root_height_mm[frame], 0]
            self._draw_shadow(image, joints)
            points, depth = self._to_image(joints)
            palette = PALE_RGB if stage.filled[frame] else SIDE_RGB
            draw_figure(image, points, stage.skeleton, palette, thickness_px=self._bone_px, depth=depth)
        return image

    @property
    def _bone_px(self) -> float:
        return max(2.0, _BONE_MM * self.focal_px / _DISTANCE_MM)

    def _to_image(self, points_stage_mm: Points3D) -> tuple[np.ndarray, np.ndarray]:
        plane, depth = _to_view(points_stage_mm)
        return plane * self.focal_px + self.centre_px, depth

    def _draw_floor(self) -> None:
        """Grid lines in short pieces, fainter with the distance from the middle."""
        ticks = np.arange(-_GRID_REACH_MM, _GRID_REACH_MM + 1, _GRID_MM / 4)
        for across in np.arange(-_GRID_REACH_MM, _GRID_REACH_MM + 1, _GRID_MM):
            for start, end in pairwise(ticks):
                fade = max(0.0, 1 - np.hypot(across, (start + end) / 2) / _GRID_REACH_MM)
                for axes in ([0, 2], [2, 0]):
                    piece = np.zeros((2, 3))
                    piece[:, axes] = [[start, across], [end, across]]
                    ends_px, _ = self._to_image(piece)
                    self._draw_faded_line(ends_px, fade)

    def _draw_faded_line(self, ends_px: np.ndarray, fade: float) -> None:
        height, width = self.background.shape[:2]
        x, y = ends_px.mean(axis=0)
        # A piece may reach in from just outside.
        if -width < x < 2 * width and 0 <= y < 2 * height:
            share = min(y / height, 1.0)
            red, green, blue = (
                round(top + share * (bottom - top) + 0.6 * fade * (line - bottom))
                for top, bottom, line in zip(_TOP_RGB, _BOTTOM_RGB, _LINE_RGB, strict=True)
            )
            draw_line(self.background, ends_px[0], ends_px[1], (red, green, blue), self._bone_px / 14)

    def _draw_shadow(self, image: np.ndarray, joints_stage_mm: np.ndarray) -> None:
        import cv2

        points, _ = self._to_image(joints_stage_mm * [1, 0, 1])
        blur = 2 * round(self._bone_px / 2) + 1
        finite = points[np.isfinite(points).all(axis=-1)]
        x0, y0 = (finite.min(axis=0) - 3 * blur).astype(int).clip(0)
        x1, y1 = (finite.max(axis=0) + 3 * blur).astype(int).clip(0)
        box = image[y0:y1, x0:x1]
        if box.size == 0:
            return
        mask = np.zeros(box.shape[:2], np.uint8)
        for a, b in self.stage.skeleton.edges:
            if np.isfinite(points[[a, b]]).all():
                draw_line(mask, points[a] - [x0, y0], points[b] - [x0, y0], (150, 150, 150), self._bone_px)
        light = cv2.cvtColor(255 - cv2.GaussianBlur(mask, (blur, blur), 0), cv2.COLOR_GRAY2RGB)
        box[:] = cv2.multiply(box, light, scale=1 / 255)


def _to_view(points_stage_mm: Points3D) -> tuple[np.ndarray, np.ndarray]:
    """Positions (..., 2) on the plane at distance 1, x right and y down, and depths (...) in millimetres."""
    turn = axis_rotation("X", np.radians(_ELEVATION_DEG)) @ axis_rotation("Y", np.radians(-_AZIMUTH_DEG))
    view = points_stage_mm @ turn.T
    depth = _DISTANCE_MM - view[..., 2]
    return view[..., :2] * [1, -1] / depth[..., None], depth
