"""The 3D figures as a flat picture: a fixed, slightly turned view of the stage with its floor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float, UInt8

from poselift.arrays import Points3D
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.colours import RGB, Palette, palettes_of
from poselift.viz.draw import draw_figure, draw_line, draw_text, text_height_px
from poselift.viz.stage import Actor, Stage
from poselift.viz.tags import draw_id

_AZIMUTH_DEG, _ELEVATION_DEG = 24.0, 9.0
_DISTANCE_MM = 6500.0
# Nearer than this to the viewer, nothing is drawn.
_NEAREST_MM = 500.0
# Who is further than this from the middle may be cut off, so that the others are not dots.
_REACH_MM = 4000.0
# How much of the panel the figures may fill.
_WIDE, _HIGH = 0.8, 0.78
_BONE_MM = 44.0
_GRID_MM, _GRID_REACH_MM = 500.0, 4000.0
_TOP_RGB, _BOTTOM_RGB = (40, 48, 61), (15, 19, 25)
_LINE_RGB: RGB = (122, 138, 162)
_TEXT_RGB: RGB = (226, 232, 240)
# A person of ordinary size, for scenes that show nobody.
_SOMEBODY_MM = np.array([[-400.0, 0, 0], [400, 1800, 0]])


@dataclass(frozen=True, eq=False)
class Panel:
    """A view of a stage, fitted so that every frame's figures are inside. Several people have their ids above them.

    Attributes:
        stage: who is shown.
        background: (height, width, 3) the empty panel with its floor.
        focal_px, centre_px: how view directions become pixels.
        distance_mm: from the viewer to the middle of the stage.
    """

    stage: Stage
    background: UInt8[np.ndarray, "height width 3"]
    focal_px: float
    centre_px: Float[np.ndarray, "2"]
    distance_mm: float

    @classmethod
    def of(cls, stage: Stage, size_px: tuple[int, int]) -> Panel:
        """Fit the view of all frames of `stage` into a panel of (width, height)."""
        width, height = size_px
        points = np.concatenate(
            [_SOMEBODY_MM[:0], *(a.standing_stage_mm[a.present].reshape(-1, 3) for a in stage.actors)]
        )
        points = points[np.isfinite(points).all(axis=-1)]
        points[:, ::2] = points[:, ::2].clip(-_REACH_MM, _REACH_MM)
        places = [np.linalg.norm(actor.place_stage_mm, axis=-1).max(initial=0.0) for actor in stage.actors]
        distance = _DISTANCE_MM + min(max(places, default=0.0), _REACH_MM)
        plane, _ = _to_view(points if len(points) else _SOMEBODY_MM, distance)
        # Percentiles, so that one wild frame does not shrink the figures.
        low, high = np.percentile(plane, [0.2, 99.8], axis=0)
        focal = float(np.min([_WIDE * width, _HIGH * height] / np.maximum(high - low, 1e-6)))
        centre = np.array([width, 0.98 * height]) / 2 - focal * (low + high) / 2
        shade = np.linspace(_TOP_RGB, _BOTTOM_RGB, height)[:, None]
        background = np.repeat(np.rint(shade).astype(np.uint8), width, axis=1)
        panel = cls(stage, background, focal, centre, distance)
        panel._draw_floor()
        background.setflags(write=False)
        return panel

    def drawn(self, frame: int, label: str) -> UInt8[np.ndarray, "height width 3"]:
        """The picture of one frame; `label` stands below it."""
        image = self.background.copy()
        height, width = image.shape[:2]
        margin = text_height_px(height)
        draw_text(image, label, (margin, height - margin), colour=_TEXT_RGB)
        there = [(actor, row) for actor in self.stage.actors if (row := actor.row(frame)) is not None]
        draw_text(image, self._note(there), (width // 2, 3 * margin), colour=_TEXT_RGB, align="middle")
        for actor, row in there:
            self._draw_shadow(image, actor.standing_stage_mm[row], actor.skeleton)
        views = [(actor, row, *self._to_image(actor.standing_stage_mm[row])) for actor, row in there]
        views.sort(key=lambda view: -np.nanmean(view[3]))
        for actor, row, points, depth in views:
            seen, filled = self._palettes[actor.id]
            palette = filled if actor.filled[row] else seen
            draw_figure(image, points, actor.skeleton, palette, thickness_px=self._bone_px, depth=depth)
        if len(self.stage.actors) > 1:
            for actor, _, points, _ in views:
                draw_id(image, actor.id, points, actor.skeleton, self._palettes[actor.id])
        return image

    def _note(self, there: list[tuple[Actor, int]]) -> str:
        if not there:
            return "no person"
        filled = [str(actor.id) for actor, row in there if actor.filled[row]]
        if len(self.stage.actors) == 1 or not filled:
            return "filled" if filled else ""
        return f"filled: {', '.join(filled)}"

    @property
    def _palettes(self) -> dict[int, Palette]:
        return palettes_of([actor.id for actor in self.stage.actors])

    @property
    def _bone_px(self) -> float:
        return max(2.0, _BONE_MM * self.focal_px / self.distance_mm)

    def _to_image(self, points_stage_mm: Points3D) -> tuple[np.ndarray, np.ndarray]:
        plane, depth = _to_view(points_stage_mm, self.distance_mm)
        plane[depth < _NEAREST_MM] = np.nan
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

    def _draw_shadow(self, image: np.ndarray, joints_stage_mm: np.ndarray, skeleton: Skeleton) -> None:
        import cv2

        points, _ = self._to_image(joints_stage_mm * [1, 0, 1])
        blur = 2 * round(self._bone_px / 2) + 1
        finite = points[np.isfinite(points).all(axis=-1)]
        if len(finite) == 0:
            return
        x0, y0 = (finite.min(axis=0) - 3 * blur).astype(int).clip(0)
        x1, y1 = (finite.max(axis=0) + 3 * blur).astype(int).clip(0)
        box = image[y0:y1, x0:x1]
        if box.size == 0:
            return
        mask = np.zeros(box.shape[:2], np.uint8)
        for a, b in skeleton.edges:
            if np.isfinite(points[[a, b]]).all():
                draw_line(mask, points[a] - [x0, y0], points[b] - [x0, y0], (150, 150, 150), self._bone_px)
        light = cv2.cvtColor(255 - cv2.GaussianBlur(mask, (blur, blur), 0), cv2.COLOR_GRAY2RGB)
        box[:] = cv2.multiply(box, light, scale=1 / 255)


def _to_view(points_stage_mm: Points3D, distance_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions (..., 2) on the plane at distance 1, x right and y down, and depths (...) in millimetres."""
    turn = axis_rotation("X", np.radians(_ELEVATION_DEG)) @ axis_rotation("Y", np.radians(-_AZIMUTH_DEG))
    view = points_stage_mm @ turn.T
    depth = distance_mm - view[..., 2]
    return view[..., :2] * [1, -1] / depth[..., None], depth
