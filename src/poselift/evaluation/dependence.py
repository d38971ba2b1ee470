"""What each joint that a network predicts depends on: how far it moves if a joint that is seen moves a little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from poselift.arrays import checked_shape
from poselift.data.model_header import ModelHeader
from poselift.normalisation import normaliser

# How far a joint of the input is moved; a hundredth of the unit is what is reported.
_STEP, _REPORTED = 0.02, 0.01
_MOST_WINDOWS, _FRAMES = 32, 108


@dataclass(frozen=True, eq=False)
class Dependence:
    """How far outputs move.

    Attributes:
        offsets: (T,) the frames of the window, counted from the one that is lifted.
        by_frame: (T, J, J) for a joint of the input (row) of a frame that moves by 0.01 of the input's unit, how far
            a joint of the output (column) moves, in `unit`; the mean over poses and both directions in the image.
        unit: what that is counted in.
    """

    offsets: np.ndarray
    by_frame: Float[np.ndarray, "frames joints joints"]
    unit: str

    @property
    def by_joint(self) -> Float[np.ndarray, "joints joints"]:
        """(J, J) summed over the frames."""
        summed: np.ndarray = self.by_frame.sum(axis=0)
        return summed

    @property
    def by_offset(self) -> Float[np.ndarray, "frames joints"]:
        """(T, J) of each output joint, summed over the joints of the input."""
        summed: np.ndarray = self.by_frame.sum(axis=1)
        return summed

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return {
            "unit": f"{self.unit} for 0.01 of the input's unit",
            "offsets": self.offsets.tolist(),
            "by_joint": np.round(self.by_joint, 4).tolist(),
            "by_frame": np.round(self.by_frame, 4).tolist(),
        }


def dependence(
    run: Callable[[np.ndarray], np.ndarray], header: ModelHeader, inputs: np.ndarray | None = None
) -> Dependence:
    """Move each joint of each frame a little and see what the network makes of it.

    Args:
        run: the network: (N, T, J, K) float32 to its output, without T where it sees single frames.
        inputs: normalised windows of that shape, of which some are taken; random ones otherwise.

    Raises:
        ShapeError: the inputs are not of the network's shape.
    """
    window, joints, channels = header.window, len(header.skeleton), header.in_channels
    axis = () if window.frames == 1 else (window.frames,)
    most = max(2, min(_MOST_WINDOWS, _FRAMES // window.frames))
    if inputs is None:
        inputs = np.random.default_rng(0).normal(size=(most, *axis, joints, channels)).astype(np.float32)
        inputs[..., 2:] = 1.0  # confidence
    checked_shape(inputs, (*axis, joints, channels), "inputs")
    inputs = inputs[:: max(1, len(inputs) // most)][:most].reshape(-1, window.frames, joints, channels)
    moved = np.zeros((window.frames, joints, joints))
    for frame in range(window.frames):
        for joint in range(joints):
            moved[frame, joint] = np.mean(
                [_moved(run, header, inputs, (frame, joint, side)) for side in (0, 1)], axis=0
            )
    output = normaliser(header.normalisation).description(channels)["output"]
    unit = "mm" if output.startswith("metres") else "thousandths of the output's unit"
    return Dependence(window.offsets, moved * 1000 * _REPORTED, unit)


def _moved(
    run: Callable[[np.ndarray], np.ndarray], header: ModelHeader, inputs: np.ndarray, place: tuple[int, int, int]
) -> np.ndarray:
    """(J,) how far each output joint moves, for a whole unit of one number of the input."""
    window = header.window
    pair = []
    for step in (_STEP, -_STEP):
        changed = inputs.copy()
        changed[:, place[0], place[1], place[2]] += step
        output = run(changed[:, 0] if window.frames == 1 else changed)
        pair.append(output[:, window.place] if window.output_frames else output)
    distance: np.ndarray = np.linalg.norm((pair[0] - pair[1])[..., :3], axis=-1).mean(axis=0) / (2 * _STEP)
    return distance
