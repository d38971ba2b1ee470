"""How well a model lifts a fixed set of poses, the same at every validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from poselift.data.sources.batch import Looked, NetworkInput, looked_at
from poselift.data.sources.recorded_windows import RecordedWindows
from poselift.data.sources.views import Poses
from poselift.data.sources.virtual_cameras import ViewConfig, draw_views
from poselift.errors import TrainingError
from poselift.metrics import mpjpe, pa_mpjpe
from poselift.normalisation.base import View
from poselift.skeleton import Skeleton

# Not the recipe's seed: runs that differ in it are compared on the same views.
_SEED = 20_191_027
_CHUNK = 1024
_MEASURED = 16_384


@dataclass(frozen=True)
class Validation:
    """Errors over the validation set: the loss that is trained, and distances, root-relative, in millimetres."""

    loss: float
    mpjpe_mm: float
    pa_mpjpe_mm: float


class Part(NamedTuple):
    """Some of the windows that are validated on.

    Attributes:
        inputs, targets: on the device, as in training.
        view: the way back to millimetres.
        truth_mm: (n, J, 3), or (n, T, J, 3) where all frames are predicted, in camera axes.
    """

    inputs: Tensor
    targets: Tensor
    view: View
    truth_mm: np.ndarray


@dataclass(frozen=True, eq=False)
class ValidationSet:
    """What is validated on.

    Attributes:
        parts: each gives some windows, the same ones every time.
        skeleton: what the J joints are.
    """

    parts: Sequence[Callable[[], Part]]
    skeleton: Skeleton


def spaced(total: int, count: int) -> np.ndarray:
    """Indices of at most `count` of `total` poses, evenly spaced; all of them where `count` is 0."""
    wanted = min(count or total, total)
    return np.unique(np.linspace(0, total - 1, wanted).round().astype(np.int64))


def validation_views(
    poses: Poses, count: int, views: ViewConfig, network: NetworkInput, *, device: torch.device
) -> ValidationSet:
    """Windows about some poses, each through one virtual camera."""
    anchors = poses.anchors[spaced(len(poses), count)]
    cut = poses.windows(anchors, network.window)
    seen = draw_views(cut.joints_world_mm, poses.skeleton, views, np.random.default_rng(_SEED), fps=cut.rate)
    looked = looked_at(seen.seen(poses.skeleton), seen.joints_cam_mm, cut.there, network)
    part = _part(looked, seen.joints_cam_mm[:, network.window.predicted], device)
    return ValidationSet([lambda: part], poses.skeleton)


def validation_recordings(windows: RecordedWindows, count: int, *, device: torch.device) -> ValidationSet:
    """Windows about some recorded frames, evenly spaced."""
    rows = spaced(len(windows), count)

    def part(chosen: np.ndarray) -> Part:
        return _part(windows.looked_at(chosen), windows.truth_mm(chosen), device)

    if windows.network.window.frames == 1:
        whole = part(rows)
        return ValidationSet([lambda: whole], windows.skeleton)
    # All windows together are as many times the recordings as they have frames.
    pieces = np.array_split(rows, -(-len(rows) // _MEASURED))
    return ValidationSet([partial(part, piece) for piece in pieces], windows.skeleton)


def _part(looked: Looked, truth_mm: np.ndarray, device: torch.device) -> Part:
    inputs, targets = (torch.from_numpy(array).to(device) for array in looked.batch)
    return Part(inputs, targets, looked.view, truth_mm)


@torch.no_grad()
def validate(model: nn.Module, held_out: ValidationSet, loss: Callable[[Tensor, Tensor], Tensor]) -> Validation:
    """Errors of `model`, which is left in the mode it was in; `loss` takes its output and the targets.

    Raises:
        TrainingError: the model's output is not finite.
    """
    training = model.training
    model.eval()
    total, count = np.zeros(3), 0
    for make in held_out.parts:
        part = make()
        output = torch.cat([model(chunk).float() for chunk in torch.split(part.inputs, _CHUNK)])
        if not torch.isfinite(output).all():
            raise TrainingError("the network's output is not finite", "lower optim.lr or set optim.clip_norm")
        measured = [
            float(loss(output, part.targets)),
            *_measured(output[..., :3].cpu().numpy(), part, held_out.skeleton),
        ]
        total += np.multiply(measured, len(output))
        count += len(output)
    model.train(training)
    return Validation(*(total / count).tolist())


def _measured(output: np.ndarray, part: Part, skeleton: Skeleton) -> np.ndarray:
    """MPJPE and PA-MPJPE, root-relative."""
    errors = np.zeros(2)
    # Some at a time: in float64 half a million poses are a quarter of a gigabyte, several times over.
    for start in range(0, len(output), _MEASURED):
        rows = slice(start, start + _MEASURED)
        root_mm = skeleton.root_position(part.truth_mm[rows])
        joints_mm = part.view.rows(rows).to_mm(output[rows], root_mm[..., 0, :])
        joints_root_mm = joints_mm - skeleton.root_position(joints_mm)
        truth_root_mm = part.truth_mm[rows] - root_mm
        measured = [metric(joints_root_mm, truth_root_mm) for metric in (mpjpe, pa_mpjpe)]
        errors += np.multiply(measured, len(joints_mm) / len(output))
    return errors
