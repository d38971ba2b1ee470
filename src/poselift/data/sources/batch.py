"""A batch: what a network sees and what it should say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from poselift.arrays import Joints3D
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.normalisation.base import Normalised, Normaliser, Seen, View


class Batch(NamedTuple):
    """What a network sees and what it should say.

    Attributes:
        inputs: (B, T, J, K) float32, or (B, J, K) for a network of single frames.
        target: (B, J, 3) float32, or (B, T, J, 3) where all frames are predicted, in the network's output unit.
    """

    inputs: np.ndarray
    target: np.ndarray


@dataclass(frozen=True)
class NetworkInput:
    """How what is seen becomes a network's input.

    Attributes:
        normaliser: turns joints into numbers.
        channels: 2 for x, y; 3 adds the confidence.
        window: which frames it sees at once.
    """

    normaliser: Normaliser
    channels: int
    window: Window = SINGLE_FRAME


class Looked(NamedTuple):
    """A batch, and the way back from what a network says of it."""

    batch: Batch
    view: View


def batch_of(
    seen: Seen, joints_cam_mm: Joints3D, there: Bool[np.ndarray, "windows frames"], network: NetworkInput
) -> Batch:
    """What is seen of windows (B, T) as a network takes it; the truth is (B, T, J, 3) in camera axes.

    Where nothing is there the network sees no joint.

    Raises:
        ShapeError, GeometryError: a window cannot be normalised.
    """
    return looked_at(seen, joints_cam_mm, there, network).batch


def looked_at(
    seen: Seen, joints_cam_mm: Joints3D, there: Bool[np.ndarray, "windows frames"], network: NetworkInput
) -> Looked:
    """As `batch_of`, with the way back."""
    inputs, view = inputs_of(seen, there, network)
    targets = view.targets(joints_cam_mm[:, network.window.predicted])
    return Looked(Batch(inputs, targets.astype(np.float32)), view)


def inputs_of(seen: Seen, there: Bool[np.ndarray, "windows frames"], network: NetworkInput) -> Normalised:
    """The inputs of `batch_of` alone, and the way back: where the truth is unknown.

    Raises:
        ShapeError, GeometryError: a window cannot be normalised.
    """
    hidden = not there.all()
    if hidden:
        seen = replace(seen, confidence=np.where(there[..., None], seen.confidence, 0))
    inputs, view = network.normaliser.normalised(seen, network.channels)
    if hidden:
        inputs[~there] = 0
    if network.window.frames == 1:
        inputs = inputs[:, 0]
    return Normalised(inputs.astype(np.float32), view)
