"""The two networks of BlazePose in onnxruntime, and what their files must look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from poselift.detect.boxes import N_ANCHORS
from poselift.detect.boxes import SIDE_PX as BODY_SIDE_PX
from poselift.detect.landmarks import HEATMAP, N_POINTS, SIDE_PX, Output
from poselift.errors import CheckpointError
from poselift.runtime.session import read_graph, session_of

_HINT = "name a file made by tools/convert_blazepose.py of poselift's repository, or blazepose-full"
# Name and shape of what goes in and comes out, without the first axis, which counts images.
_BODY_SIDES = {
    "image": (BODY_SIDE_PX, BODY_SIDE_PX, 3),
    "boxes": (N_ANCHORS, 12),
    "scores": (N_ANCHORS, 1),
}
_LANDMARK_SIDES = {
    "image": (SIDE_PX, SIDE_PX, 3),
    "landmarks": (5 * N_POINTS,),
    "presence": (1,),
    "heatmap": (HEATMAP, HEATMAP, N_POINTS),
    "world_landmarks": (3 * N_POINTS,),
}


class BodyNetwork:
    """Where bodies are in a frame. Threads may share it.

    Raises:
        CheckpointError: the file is no such network.
    """

    def __init__(self, path: Path) -> None:
        self._session = _opened(path, _BODY_SIDES)

    def run(
        self, image: Float[np.ndarray, "224 224 3"]
    ) -> tuple[Float[np.ndarray, "anchors 12"], Float[np.ndarray, " anchors"]]:
        """Boxes and logits, see `boxes.bodies`, of an image from -1 to 1."""
        boxes, logits = self._session.run(["boxes", "scores"], {"image": image[None]})
        return boxes[0], logits[0, :, 0]


class LandmarkNetwork:
    """The joints of one body in each crop. Threads may share it.

    Raises:
        CheckpointError: the file is no such network.
    """

    def __init__(self, path: Path) -> None:
        self._session = _opened(path, _LANDMARK_SIDES)
        self._one_at_a_time = self._session.get_inputs()[0].shape[0] == 1

    def run(self, images: Float[np.ndarray, "crops 256 256 3"]) -> Output:
        """What it says about crops from 0 to 1."""
        parts = np.split(images, len(images)) if self._one_at_a_time else [images]
        outputs = [self._session.run(list(Output._fields), {"image": part}) for part in parts]
        return Output(
            *(np.concatenate(sides) if len(sides) > 1 else sides[0] for sides in zip(*outputs, strict=True))
        )


def _opened(path: Path, sides: dict[str, tuple[int, ...]]) -> Any:
    """A session on one thread: these networks gain less by a second one than another frame does."""
    if not path.is_file():
        raise CheckpointError(f"{path}: no such model", _HINT)
    session = session_of(read_graph(path), path, hint=_HINT)
    found = {side.name: tuple(side.shape[1:]) for side in (*session.get_inputs(), *session.get_outputs())}
    if found != sides:
        name = next(name for name in (*sides, *found) if found.get(name) != sides.get(name))
        expected, got = sides.get(name, "nothing"), found.get(name, "nothing")
        raise CheckpointError(f"{path}: not a network of BlazePose: {name}: expected {expected}, found {got}", _HINT)
    return session
