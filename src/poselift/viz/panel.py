"""The 3D figures as a flat picture, on a floor of lines."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np

from poselift.data.joint_status import GUESSED, SEEN
from poselift.viz.canvas import XY, Canvas
from poselift.viz.colours import RGB
from poselift.viz.director import Shot
from poselift.viz.draw import draw_figure, draw_text, text_height_px
from poselift.viz.raster import Kind, Raster
from poselift.viz.shadow import cast_shadow
from poselift.viz.stage import Actor
from poselift.viz.tags import draw_id
from poselift.viz.view import View

_BONE_MM = 44.0
# How strongly joints are drawn that nobody saw, before or after.
_GUESSED = 0.6
_GRID_MM, _GRID_REACH_MM = 500.0, 4000.0
_TOP_RGB, _BOTTOM_RGB = (40, 48, 61), (15, 19, 25)
_LINE_RGB: RGB = (122, 138, 162)
_TEXT_RGB: RGB = (226, 232, 240)


class Panel:
    """Draws the figures of one frame after the other; the floor is kept while the view stands still.

    Args:
        kind: what pictures it makes.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._floor: tuple[View, Raster] | None = None

    def draw(self, raster: Raster, shot: Shot, frame: int, label: str) -> None:
        """Make of a picture that of one frame of the shot. Several people have their ids above them.

        `label` stands below.
        """
        view = shot.views[frame]
        raster.show(self.floor(view))
        there = [(actor, row) for actor in shot.stage.actors if (row := actor.row(frame)) is not None]
        for actor, row in there:
            on_floor, _ = view.to_image(actor.standing_stage_mm[row] * [1, 0, 1])
            cast_shadow(raster, on_floor, actor.skeleton.edges, bone_px(view))
        width, height = view.size_px
        margin = text_height_px(height)
        _write(raster, label, (margin, height - margin), "left")
        _write(raster, _note(shot, there), (width / 2, 3 * margin), "middle")
        canvas = Canvas(raster)
        figures = [(actor, row, *view.to_image(actor.standing_stage_mm[row])) for actor, row in there]
        figures.sort(key=lambda figure: -np.nanmean(figure[3]))
        for actor, row, points, depth in figures:
            status = actor.joint_status[row]
            draw_figure(
                canvas,
                points,
                actor.skeleton,
                shot.palettes[actor.id],
                unseen=status != SEEN,
                thickness_px=bone_px(view),
                weight=np.where(status == GUESSED, _GUESSED, 1.0),
                depth=depth,
            )
        for actor, _, points, _ in figures if shot.several else ():
            draw_id(canvas, actor.id, points, actor.skeleton, shot.palettes[actor.id])
        canvas.drawn()

    def floor(self, view: View) -> Raster:
        """The picture of nobody."""
        if self._floor is None or self._floor[0] is not view:
            raster = Raster.shaded(view.size_px, _TOP_RGB, _BOTTOM_RGB, self._kind)
            _draw_floor(raster, view)
            self._floor = (view, raster)
        return self._floor[1]


def bone_px(view: View) -> float:
    """How wide bones are at the focus."""
    return max(2.0, _BONE_MM * view.mm_px)


def _write(raster: Raster, text: str, at_px: XY, align: Literal["left", "middle"]) -> None:
    """A line of text, apart from all else, so that little of the picture is taken to where it is drawn."""
    canvas = Canvas(raster.grey)
    draw_text(canvas, text, at_px, colour=_TEXT_RGB, align=align)
    canvas.drawn()


def _note(shot: Shot, there: list[tuple[Actor, int]]) -> str:
    if not there:
        return "no person"
    filled = [str(actor.id) for actor, row in there if actor.filled[row]]
    if not shot.several or not filled:
        return "filled" if filled else ""
    return f"filled: {', '.join(filled)}"


def _draw_floor(raster: Raster, view: View) -> None:
    """Grid lines in short pieces, fainter with the distance from the focus. They lie still while the view moves."""
    reach = np.arange(-_GRID_REACH_MM, _GRID_REACH_MM + 1, _GRID_MM)
    lines_x, lines_z = (axis - axis % _GRID_MM + reach for axis in view.focus_mm)
    pieces = np.arange(-_GRID_REACH_MM, _GRID_REACH_MM + 1, _GRID_MM)
    ends = [
        *([[x, 0, z], [x, 0, end]] for x in lines_x for z, end in pairwise(view.focus_mm[1] + pieces)),
        *([[x, 0, z], [end, 0, z]] for z in lines_z for x, end in pairwise(view.focus_mm[0] + pieces)),
    ]
    points_mm = np.array(ends)
    away = np.linalg.norm(points_mm.mean(axis=1)[:, ::2] - view.focus_mm, axis=-1)
    points_px, _ = view.to_image(points_mm)
    (width, height), room = view.size_px, bone_px(view)
    low, high = points_px.min(axis=1), points_px.max(axis=1)
    seen = (high > -room).all(axis=-1) & (low < np.array([width, height]) + room).all(axis=-1)
    seen &= away < _GRID_REACH_MM
    canvas = Canvas(raster.grey)
    fades = (1 - away[seen] / _GRID_REACH_MM).tolist()
    for (start, end), fade in zip(points_px[seen].tolist(), fades, strict=True):
        down = (start[1] + end[1]) / 2 / height
        canvas.line(start, end, _line_rgb(down, fade), max(1.2, bone_px(view) / 11))
    canvas.drawn()


def _line_rgb(down: float, fade: float) -> RGB:
    share = min(max(down, 0.0), 1.0)
    red, green, blue = (
        round(top + share * (bottom - top) + 0.6 * fade * (line - bottom))
        for top, bottom, line in zip(_TOP_RGB, _BOTTOM_RGB, _LINE_RGB, strict=True)
    )
    return red, green, blue
