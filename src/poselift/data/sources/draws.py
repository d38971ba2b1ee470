"""Random numbers for windows of frames: one draw for a window, or states that last for a while within it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import DTypeLike


@dataclass(frozen=True, eq=False)
class WindowDraws:
    """A generator that draws for windows, when asked for frames: all frames of a window get the same.

    The frames of the windows lie one after the other. Of windows of one frame it draws what `rng` itself would.

    Attributes:
        rng: the generator.
        frames: T, of a window.
        kind: type of the numbers; the same ones are drawn, and rounded.
    """

    rng: np.random.Generator
    frames: int
    kind: DTypeLike = np.float64

    def random(self, size: Any) -> np.ndarray:
        """As `Generator.random`, the first axis being B * T frames."""
        return self._of_each_frame(self.rng.random(self._windows(size)))

    def normal(self, mean: float = 0.0, deviation: float = 1.0, size: Any = 1) -> np.ndarray:
        """As `Generator.normal`."""
        return self._of_each_frame(self.rng.normal(mean, deviation, self._windows(size)))

    def uniform(self, low: float, high: float, size: Any) -> np.ndarray:
        """As `Generator.uniform`."""
        return self._of_each_frame(self.rng.uniform(low, high, self._windows(size)))

    def permutation(self, count: int) -> Int[np.ndarray, " frames"]:
        """Frames of the windows in another order, within each window as before."""
        windows = self.rng.permutation(count // self.frames)
        frames: np.ndarray = (windows[:, None] * self.frames + np.arange(self.frames)).ravel()
        return frames

    @property
    def of_windows(self) -> WindowDraws:
        """Draws for the windows themselves, the first axis being B."""
        return WindowDraws(self.rng, 1, self.kind)

    def _windows(self, size: Any) -> Any:
        if isinstance(size, tuple):
            return (size[0] // self.frames, *size[1:])
        return size // self.frames

    def _of_each_frame(self, drawn: np.ndarray) -> np.ndarray:
        rounded = drawn.astype(self.kind, copy=False)
        return rounded if self.frames == 1 else np.repeat(rounded, self.frames, axis=0)


def chosen_at_random(rng: np.random.Generator, shape: tuple[int, ...], count: int) -> Bool[np.ndarray, "..."]:
    """So many along the last axis, each row by itself; of fewer of them all are among more."""
    order = rng.random(shape).argsort(axis=-1).argsort(axis=-1)
    chosen: np.ndarray = order < count
    return chosen


def lasting(
    uniform: Float[np.ndarray, "windows frames ..."], probability: float, mean_frames: np.ndarray
) -> Bool[np.ndarray, "windows frames ..."]:
    """A state that holds with a probability at any time, and for so many frames on average once it has begun.

    Args:
        uniform: (B, T, ...) independent numbers from 0 to 1.
        mean_frames: (B,); no more than 1 / (1 - probability) makes the frames independent of each other.
    """
    states = uniform < probability
    if uniform.shape[1] == 1 or not 0 < probability < 1:
        return states
    ends = (1 / np.maximum(mean_frames, 1 / (1 - probability))).reshape(-1, *[1] * (uniform.ndim - 1))
    # A state begins less easily than it goes on, so that whatever begins it would keep it.
    begins, goes_on = uniform < ends * probability / (1 - probability), uniform < 1 - ends
    for frame in range(1, uniform.shape[1]):
        states[:, frame] = begins[:, frame] | (states[:, frame - 1] & goes_on[:, frame])
    return states


def wandering(
    normal: Float[np.ndarray, "windows frames ..."],
    moving: Bool[np.ndarray, "windows frames ..."],
    mean_frames: np.ndarray,
) -> Float[np.ndarray, "windows frames ..."]:
    """Normal numbers (B, T, ..., C) that change slowly from frame to frame while a state (B, T, ...) lasts."""
    if normal.shape[1] == 1:
        return normal
    kept = np.exp(-1 / np.maximum(mean_frames, 1e-9))
    new = np.sqrt(1 - kept**2)
    found = normal.copy()
    for frame in range(1, normal.shape[1]):
        lasts = np.nonzero(moving[:, frame] & moving[:, frame - 1])
        slow = kept[lasts[0], None] * found[:, frame - 1][lasts]
        found[:, frame][lasts] = slow + new[lasts[0], None] * normal[:, frame][lasts]
    return found
