"""How well a model lifts a fixed set of views, the same at every validation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from poselift.data.virtual_cameras import ViewConfig
from poselift.data.windows import Poses, seen
from poselift.errors import TrainingError
from poselift.geometry.normalise import OUTPUT_UNIT_MM
from poselift.metrics import mpjpe, pa_mpjpe
from poselift.skeleton import Skeleton

# Not the recipe's seed: runs that differ in it are compared on the same views.
_SEED = 20_191_027
_CHUNK = 1024


@dataclass(frozen=True)
class Validation:
    """Errors over the validation views, root-relative, in millimetres."""

    mpjpe_mm: float
    pa_mpjpe_mm: float


@dataclass(frozen=True, eq=False)
class ValidationViews:
    """Inputs on the device, and the root-relative truth (N, J, 3) in the turned axes of each view."""

    inputs: Tensor
    target_mm: np.ndarray
    skeleton: Skeleton


def validation_views(
    poses: Poses, count: int, views: ViewConfig, *, channels: int, device: torch.device
) -> ValidationViews:
    """At most `count` poses, each through one virtual camera."""
    inputs, target = seen(poses.spaced(count), poses.skeleton, views, np.random.default_rng(_SEED), channels=channels)
    return ValidationViews(torch.from_numpy(inputs).to(device), target * OUTPUT_UNIT_MM, poses.skeleton)


@torch.no_grad()
def validate(model: nn.Module, views: ValidationViews) -> Validation:
    """Errors of `model`, which is left in the mode it was in.

    Raises:
        TrainingError: the model's output is not finite.
    """
    training = model.training
    model.eval()
    output = torch.cat([model(chunk).float().cpu() for chunk in torch.split(views.inputs, _CHUNK)]).numpy()
    model.train(training)
    if not np.isfinite(output).all():
        raise TrainingError("the network's output is not finite", "lower optim.lr or set optim.clip_norm")
    joints_mm = output * OUTPUT_UNIT_MM
    joints_root_mm = joints_mm - views.skeleton.root_position(joints_mm)
    return Validation(mpjpe(joints_root_mm, views.target_mm), pa_mpjpe(joints_root_mm, views.target_mm))
