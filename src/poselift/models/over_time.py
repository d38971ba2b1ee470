"""What networks that see several frames have in common: how their window is set, and layers that stride over it.

A layer over time multiplies what there is of a few frames, laid side by side, by one matrix, and steps over them. So
a window of exactly as many frames as the layers see together becomes one frame, by a chain of plain products, as in
Pavllo et al., CVPR 2019.

Shapes: B batch, T frames, J joints, K input channels, N numbers of a frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field
from torch import Tensor, nn

from poselift.data.windows import Ends, Predicts, Window
from poselift.models.config import NetworkConfig


class OverTimeConfig(NetworkConfig):
    """The settings of every window.

    Attributes:
        step: from one frame of the window to the next, in frames.
        fps: frames per second that the window is counted in; left out for those of each recording.
        ends: beyond the ends of a clip, "clamp" repeats its first or last frame, "mask" shows no joint.
    """

    step: int = Field(default=1, ge=1)
    fps: float | None = Field(default=None, gt=0)
    ends: Ends = "clamp"

    def window_of(self, frames: int, predicts: Predicts) -> Window:
        """The window of so many frames."""
        return Window(frames=frames, step=self.step, predicts=predicts, fps=self.fps, ends=self.ends)


def _odd(widths: tuple[int, ...]) -> tuple[int, ...]:
    if not widths or not all(width % 2 for width in widths):
        raise ValueError(f"expected one or more odd numbers, got {list(widths)}")
    return widths


class StridedConfig(OverTimeConfig):
    """The settings of layers that stride.

    Attributes:
        filter_widths: frames that each layer over time takes, all odd: one number for the first layer and for each
            block after it. Their product is what the network sees: [1, 1, 1] a single frame, by the layers of
            [3, 3, 3].
        causal: predict the last frame of the window, which needs no future, in place of the middle one.
    """

    filter_widths: Annotated[tuple[Annotated[int, Field(ge=1)], ...], AfterValidator(_odd)] = (3, 3, 3)
    causal: bool = False

    @property
    def window(self) -> Window:
        """The frames that the network sees, and which of them it predicts."""
        return self.window_of(math.prod(self.filter_widths), "last" if self.causal else "middle")

    def place(self, width: int) -> int:
        """Which of so many frames a layer over time is about."""
        return width - 1 if self.causal else width // 2


def strided(x: Tensor, width: int) -> Tensor:
    """Frames side by side, each in one group: (B, T, N) to (B, T / width, width * N)."""
    return x.reshape(x.shape[0], x.shape[1] // width, width * x.shape[2])


def strided_through(layers: Iterable[nn.Module], joints_norm: Tensor, config: StridedConfig) -> Tensor:
    """A window (B, T, J, K), or (B, J, K) of a single frame, through all layers: the numbers (B, N) of one frame."""
    x = joints_norm.reshape(joints_norm.shape[0], config.window.frames, -1)
    for layer, width in zip(layers, config.filter_widths, strict=True):
        x = layer(strided(x, width))
    return x[:, 0]
