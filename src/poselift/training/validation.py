"""How well a model lifts a fixed set of poses, the same at every validation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from poselift.data.sources.recordings import Recorded, Truth
from poselift.data.sources.views import Poses, seen
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.errors import TrainingError
from poselift.metrics import mpjpe, pa_mpjpe
from poselift.normalisation.person_centred import OUTPUT_UNIT_MM
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


@dataclass(frozen=True, eq=False)
class ValidationSet:
    """What is validated on.

    Attributes:
        inputs, targets: (N, J, C) and (N, J, 3) on the device, as in training.
        joints_root_mm: (N, J, 3) the truth relative to the root.
        to_mm: of some of the N poses, a network's output (n, J, 3) to millimetres in the axes of the truth; the root
            may be anywhere.
        skeleton: what the J joints are.
    """

    inputs: Tensor
    targets: Tensor
    joints_root_mm: np.ndarray
    to_mm: Callable[[np.ndarray, slice], np.ndarray]
    skeleton: Skeleton


def spaced(total: int, count: int) -> np.ndarray:
    """Indices of at most `count` of `total` poses, evenly spaced; all of them where `count` is 0."""
    wanted = min(count or total, total)
    return np.unique(np.linspace(0, total - 1, wanted).round().astype(np.int64))


def validation_views(
    poses: Poses, count: int, views: ViewConfig, *, channels: int, device: torch.device
) -> ValidationSet:
    """Some poses, each through one virtual camera; the truth is in the turned axes of each view."""
    chosen = poses.joints_world_mm[spaced(len(poses), count)]
    inputs, targets = seen(chosen, poses.skeleton, views, np.random.default_rng(_SEED), channels=channels)
    return ValidationSet(
        torch.from_numpy(inputs).to(device),
        torch.from_numpy(targets).to(device),
        targets * OUTPUT_UNIT_MM,
        lambda output, _: output * OUTPUT_UNIT_MM,
        poses.skeleton,
    )


def validation_recordings(recorded: Recorded, truth: Truth, count: int, *, device: torch.device) -> ValidationSet:
    """Some recorded poses; the true box and root depth lead from the image frame to millimetres."""
    # Of all poses no copy is made.
    rows = spaced(len(recorded), count) if 0 < count < len(recorded) else slice(None)
    chosen = truth.rows(rows)
    return ValidationSet(
        torch.from_numpy(recorded.inputs[rows]).to(device),
        torch.from_numpy(recorded.targets[rows]).to(device),
        chosen.joints_cam_mm - truth.skeleton.root_position(chosen.joints_cam_mm),
        lambda output, poses: (part := chosen.rows(poses)).to_camera(part.to_image(output)),
        truth.skeleton,
    )


@torch.no_grad()
def validate(model: nn.Module, held_out: ValidationSet, loss: Callable[[Tensor, Tensor], Tensor]) -> Validation:
    """Errors of `model`, which is left in the mode it was in; `loss` takes its output and the targets.

    Raises:
        TrainingError: the model's output is not finite.
    """
    training = model.training
    model.eval()
    output = torch.cat([model(chunk).float() for chunk in torch.split(held_out.inputs, _CHUNK)])
    model.train(training)
    if not torch.isfinite(output).all():
        raise TrainingError("the network's output is not finite", "lower optim.lr or set optim.clip_norm")
    errors = np.zeros(2)
    found = output.cpu().numpy()
    # Some at a time: in float64 half a million poses are a quarter of a gigabyte, several times over.
    for start in range(0, len(found), _MEASURED):
        poses = slice(start, start + _MEASURED)
        joints_mm = held_out.to_mm(found[poses], poses)
        joints_root_mm = joints_mm - held_out.skeleton.root_position(joints_mm)
        measured = [metric(joints_root_mm, held_out.joints_root_mm[poses]) for metric in (mpjpe, pa_mpjpe)]
        errors += np.multiply(measured, len(joints_mm) / len(found))
    return Validation(float(loss(output, held_out.targets)), *errors.tolist())
