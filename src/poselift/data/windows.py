"""Which frames a network sees at once, and which of them it predicts."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int
from pydantic import Field

from poselift.errors import ShapeError
from poselift.settings import Settings

Predicts: TypeAlias = Literal["middle", "last", "all", "all_causal"]
Ends: TypeAlias = Literal["clamp", "mask"]

# Frames that lie so near to the wanted place, in frames, are taken as they are.
_ON_A_FRAME = 1e-4
# Frames of a window for each frame of a clip, at most, and a little for rounding.
_MOST_MADE_UP = 4 + 1e-6
# Between frames that are further apart than this nothing is made up.
LONGEST_STEP_S = 0.25


class Window(Settings):
    """What a network sees of a clip to predict one frame, or all frames of the window.

    Attributes:
        frames: how many it sees; 1 is a network of single frames.
        step: from one to the next, in frames.
        predicts: the "middle" one (of an even number the later), the "last" one, which needs no future, "all", or
            "all_causal": each from the frames up to it, so that a clip is lifted by the last.
        fps: frames per second that the window is counted in; other recordings are resampled. None: their own frames.
        ends: beyond the ends of a clip, "clamp" repeats its first or last frame, "mask" shows no joint.
    """

    section: ClassVar[str] = "window"

    frames: int = Field(default=1, ge=1)
    step: int = Field(default=1, ge=1)
    predicts: Predicts = "middle"
    fps: float | None = Field(default=None, gt=0)
    ends: Ends = "clamp"

    @property
    def place(self) -> int:
        """Which of its frames a clip is lifted by, from 0: the predicted one; the middle one of "all"."""
        return self.frames - 1 if self.predicts in ("last", "all_causal") else self.frames // 2

    @property
    def predicted(self) -> int | slice:
        """Index of the predicted frames along a window's axis."""
        return slice(None) if self.output_frames else self.place

    @property
    def offsets(self) -> Int[np.ndarray, " frames"]:
        """Where its frames lie, in frames from the one that a clip is lifted by."""
        return (np.arange(self.frames) - self.place) * self.step

    @property
    def future(self) -> int:
        """Frames after the one that a clip is lifted by: how long a stream waits."""
        return int(self.offsets[-1])

    @property
    def output_frames(self) -> tuple[int, ...]:
        """A network's output's axes between batch and joints: (T,) where it predicts all of several, else none."""
        return (self.frames,) if self.predicts in ("all", "all_causal") and self.frames > 1 else ()


SINGLE_FRAME = Window()


class Samples(NamedTuple):
    """Where the frames of windows come from, (B, T) each.

    Attributes:
        before, after: the frames of the clip between which each lies; the same where it lies on one.
        share: of `after`, from 0 to 1; 0 on a frame.
        there: false where there is nothing to be seen.
    """

    before: Int[np.ndarray, "windows frames"]
    after: Int[np.ndarray, "windows frames"]
    share: Float[np.ndarray, "windows frames"]
    there: Bool[np.ndarray, "windows frames"]

    def of(self, values: np.ndarray) -> np.ndarray:
        """Values (F, ...) of a clip's frames as (B, T, ...): those of a frame, or on the line between two."""
        found: np.ndarray = values[self.before]
        between = self.share > 0
        if between.any():
            share = self.share[between].reshape(-1, *[1] * (values.ndim - 1)).astype(found.dtype)
            found[between] += share * (values[self.after[between]] - found[between])
        return found

    def least(self, values: np.ndarray) -> np.ndarray:
        """The lower one (B, T, ...) of the values (F, ...) of the frames before and after; 0 where nothing is there.

        For confidences: a joint is known between two frames if both saw it.
        """
        found: np.ndarray = np.minimum(values[self.before], values[self.after])
        found[~self.there] = 0
        return found


def frame_samples(
    anchors: np.ndarray, first: np.ndarray, length: np.ndarray, rate: np.ndarray, window: Window
) -> Samples:
    """Windows about frames of clips that lie one after the other in an array and have a frame rate each.

    Args:
        anchors: (B,) the frames that are predicted, as rows of the array.
        first, length, rate: (B,) first row, number of rows and frames per second of the clip that each belongs to.
    """
    stride = np.ones(len(anchors)) if window.fps is None else np.asarray(rate, dtype=np.float64) / window.fps
    places = (anchors - first)[:, None] + window.offsets * stride[:, None]
    found = _samples(places, np.asarray(length)[:, None], window)
    start = np.asarray(first)[:, None]
    return found._replace(before=found.before + start, after=found.after + start)


def time_samples(
    time_s: Float[np.ndarray, " frames"], anchors: Int[np.ndarray, " windows"], window: Window
) -> Samples:
    """Windows about frames of one clip whose frames have times of their own."""
    if window.fps is None:
        return _samples((anchors[:, None] + window.offsets).astype(np.float64), np.array(len(time_s)), window)
    wanted = time_s[anchors][:, None] + window.offsets / window.fps
    rows = np.arange(len(time_s), dtype=np.float64)
    places = np.interp(wanted, time_s, rows)
    # `interp` stays at the ends; beyond them the distance counts, in frames of the window.
    places = np.where(wanted < time_s[0], (wanted - time_s[0]) * window.fps, places)
    places = np.where(wanted > time_s[-1], rows[-1] + (wanted - time_s[-1]) * window.fps, places)
    found = _samples(places, np.array(len(time_s)), window)
    near = time_s[found.after] - time_s[found.before] <= LONGEST_STEP_S
    return found._replace(there=found.there & near)


def check_rate(time_s: Float[np.ndarray, " frames"], window: Window) -> None:
    """Refuse a clip of which most of what a network would see were made up.

    Raises:
        ShapeError: the window's frame rate is more than four times that of the clip.
    """
    if window.fps is None or len(time_s) < 2:
        return
    step_s = float(np.median(np.diff(time_s)))
    if step_s * window.fps > _MOST_MADE_UP:
        raise ShapeError(
            f"the model sees {window.fps:g} frames a second, the clip has {1 / step_s:.3g}",
            "take a model of single frames, such as frame, or film at a higher frame rate",
        )


def _samples(places: np.ndarray, length: np.ndarray, window: Window) -> Samples:
    """Places (B, T) in frames of clips of some lengths."""
    whole = np.rint(places)
    places = np.where(np.abs(places - whole) < _ON_A_FRAME, whole, places)
    inside = (places >= 0) & (places <= length - 1)
    places = np.clip(places, 0, length - 1)
    before = np.floor(places).astype(np.int64)
    share = places - before
    there = inside if window.ends == "mask" else np.ones_like(inside)
    return Samples(before, before + (share > 0), share, there)
