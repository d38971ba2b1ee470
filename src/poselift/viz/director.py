"""`Director`: sets the pieces of a video on one stage, and moves the view to where people go."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from poselift.data.scene import Scene
from poselift.viz.colours import Palette, hues_of, palettes_of
from poselift.viz.stage import Setting, Stage
from poselift.viz.view import REACH_MM, View

# The view stays while people are this far from its edges, as shares of it, and no smaller by what they could be.
_MARGIN, _SMALLEST = 0.03, 0.6
# It comes nearer if all of the last seconds would still be inside.
_REMEMBERED_S = 3.0
# Who was seen for less than that has room to move: around the place, and above the head.
_ROOM_MM, _ROOM_ABOVE = 300.0, 1.1
# It moves as a spring does that swings no further than its goal, most of the way in twice this time.
_SPRING_S = 0.3
# It is late by twice that and half a piece, so it goes to where people will be; at no more than a runner's pace.
_LEAD_S, _FASTEST_MM_S = 0.8, 3000.0
# What is left of a movement that nobody sees: millimetres, a factor of size, pixels.
_STILL = np.array([0.5, 0.5, 0.5, 1e-4, 0.05, 0.05])


@dataclass(frozen=True, eq=False)
class Shot:
    """A piece of a video, ready to be drawn.

    Attributes:
        scene: the piece.
        stage: its people in 3D.
        views: one for each frame; the same object where it stands still.
        palettes: the colours of everybody so far, by id.
    """

    scene: Scene
    stage: Stage
    views: tuple[View, ...]
    palettes: dict[int, Palette]

    @property
    def several(self) -> bool:
        """Whether there has been more than one person, so that it must be said who is who."""
        return len(self.palettes) > 1


class Director:
    """The first piece that has people settles what is up and the floor. Colours are settled as people appear.

    A single piece that is the whole video is looked at from where all of it can be seen.
    """

    def __init__(self, panel_size_px: tuple[int, int]) -> None:
        self._setting: Setting | None = None
        self._hues: dict[int, int | None] = {}
        self._seen: deque[tuple[float, np.ndarray, np.ndarray]] = deque()
        self._goal = self._view = View.fitted(panel_size_px, np.empty((0, 3)), np.zeros((0, 2)), np.zeros(2))
        self._speed = np.zeros(6)
        self._last_s: float | None = None

    def shot(self, piece: Scene) -> Shot:
        """The next piece; its first frame follows the last one of the piece before.

        Raises:
            ShapeError: somebody has no 3D joints.
        """
        there = [track.id for track in piece.tracks if track.clip.valid.any()]
        self._hues = hues_of(there, self._hues) if there else self._hues
        stage = self._staged(piece, anybody=bool(there))
        self._look_at(stage, piece.footage.time_s)
        views = tuple(self._view_at(float(time)) for time in piece.footage.time_s)
        return Shot(piece, stage, views, palettes_of(self._hues))

    def _staged(self, piece: Scene, *, anybody: bool) -> Stage:
        if self._setting is None or not anybody:
            stage = Stage.of(piece, self._setting)
            # Nobody says nothing about where up is.
            self._setting = replace(stage.setting, alone=len(self._hues) < 2) if anybody else self._setting
            return stage
        if self._setting.alone and len(self._hues) > 1:
            self._setting = self._no_longer_alone(piece, self._setting)
        stage = Stage.of(piece, self._setting)
        self._setting = stage.setting
        return stage

    @staticmethod
    def _no_longer_alone(piece: Scene, setting: Setting) -> Setting:
        """Who was alone at the origin, wherever they went, is now where they are: the origin goes there."""
        setting = replace(setting, alone=False)
        for actor in Stage.of(piece, setting).actors:
            if actor.root_stage_mm is not None and setting.origin_mm is not None:
                row = int(np.isfinite(actor.root_stage_mm[:, 0]).argmax())
                return replace(setting, origin_mm=setting.origin_mm + actor.root_stage_mm[row] * [1, 0, 1])
        return setting

    def _look_at(self, stage: Stage, time_s: np.ndarray) -> None:
        """Find a better view if people leave this one, or are small in it."""
        points, places = _joints_and_places(stage)
        if len(points) == 0:
            return
        first = not self._seen
        self._seen.append((time_s[-1], points, places))
        while self._seen[0][0] < time_s[0] - _REMEMBERED_S:
            self._seen.popleft()
        goal = self._goal
        low, high = goal.filled(_within_reach(points, goal.focus_mm))
        leaving = (low < _MARGIN).any() or (high > 1 - _MARGIN).any()
        if time_s[-1] - time_s[0] < _REMEMBERED_S:
            points = np.concatenate([points, _room(points, places)])
        if first:
            self._goal = View.fitted(goal.size_px, points, places, _middle(places, goal.focus_mm))
        elif leaving or np.abs(_middle(places, goal.focus_mm) - goal.focus_mm).max() > REACH_MM / 2:
            ahead = _LEAD_S * _pace_mm_s(stage, time_s)
            points, places = points + np.array([ahead[0], 0, ahead[1]]), places + ahead
            self._goal = View.fitted(goal.size_px, points, places, _middle(places, goal.focus_mm))
        else:
            points, places = (np.concatenate(parts) for parts in list(zip(*self._seen, strict=True))[1:])
            near = View.fitted(goal.size_px, points, places, _middle(places, goal.focus_mm))
            self._goal = near if goal.mm_px < _SMALLEST * near.mm_px else goal
        if self._last_s is None:
            self._view = self._goal

    def _view_at(self, time_s: float) -> View:
        """The view of the next frame, on its way to the goal."""
        step_s = 0.0 if self._last_s is None else time_s - self._last_s
        self._last_s = time_s
        if self._view is self._goal:
            return self._view
        goal = self._goal.numbers
        # A critically damped spring, solved exactly, so that frame rates do not matter.
        offset, fade = self._view.numbers - goal, np.exp(-step_s / _SPRING_S)
        pull = self._speed + offset / _SPRING_S
        left = (offset + pull * step_s) * fade
        self._speed = (self._speed - pull * step_s / _SPRING_S) * fade
        if (np.abs(left) < _STILL).all() and (np.abs(self._speed) * _SPRING_S < _STILL).all():
            self._view, self._speed = self._goal, np.zeros(6)
        else:
            self._view = View.of_numbers(self._goal.size_px, goal + left)
        return self._view


def _joints_and_places(stage: Stage) -> tuple[Float[np.ndarray, "points 3"], Float[np.ndarray, "places 2"]]:
    """All joints of everybody who is there, and where they stand."""
    joints = [actor.standing_stage_mm[actor.present].reshape(-1, 3) for actor in stage.actors]
    points = np.concatenate([np.empty((0, 3)), *joints])
    places = np.concatenate([np.empty((0, 2)), *(actor.place_stage_mm[actor.present] for actor in stage.actors)])
    return points[np.isfinite(points).all(axis=-1)], places


def _room(points: np.ndarray, places: np.ndarray) -> Float[np.ndarray, "corners 3"]:
    """The corners of boxes around all places in which people can move their arms."""
    top = _ROOM_ABOVE * points[:, 1].max()
    sides = [-_ROOM_MM, _ROOM_MM]
    corners = np.array([[x, y, z] for x in sides for y in (0.0, top) for z in sides])
    floor = np.insert(places, 1, 0.0, axis=1)
    boxes: np.ndarray = (floor[:, None] + corners).reshape(-1, 3)
    return boxes


def _pace_mm_s(stage: Stage, time_s: np.ndarray) -> Float[np.ndarray, "2"]:
    """How fast people walk, in the middle of all."""
    paces = [np.zeros(2)]
    for actor in stage.actors:
        rows = np.flatnonzero(actor.present)
        if len(rows) > 1:
            way = actor.place_stage_mm[rows[-1]] - actor.place_stage_mm[rows[0]]
            paces.append(way / (time_s[actor.first_frame + rows[-1]] - time_s[actor.first_frame + rows[0]]))
    pace: np.ndarray = np.median(paces[1:] or paces, axis=0).clip(-_FASTEST_MM_S, _FASTEST_MM_S)
    return pace


def _middle(places: np.ndarray, focus_mm: np.ndarray) -> Float[np.ndarray, "2"]:
    """The middle of those who can be seen together with who is at the focus, or of all if nobody can."""
    near = places[np.linalg.norm(places - focus_mm, axis=-1) < 2 * REACH_MM]
    middle: np.ndarray = np.median(near if len(near) else places, axis=0)
    return middle


def _within_reach(points: np.ndarray, focus_mm: np.ndarray) -> np.ndarray:
    moved = points.copy()
    moved[:, ::2] = (moved[:, ::2] - focus_mm).clip(-REACH_MM, REACH_MM) + focus_mm
    return moved
