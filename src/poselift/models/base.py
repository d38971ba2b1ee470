"""The contract of a network that lifts: what training, evaluation, export and lifting ask of it, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from poselift.data.windows import Window
from poselift.errors import RecipeError
from poselift.models.config import NetworkConfig
from poselift.models.folded import FoldedNetwork
from poselift.models.joint_axis import JointAxis
from poselift.skeleton import Skeleton

_CONTRACT = "see poselift.models.base.LiftingNetwork"


class LiftingNetwork(nn.Module):
    """Normalised 2D joints (B, T, J, K) of a window to (B, J, 3), or (B, T, J, 3) where the window predicts all.

    What the numbers mean says the normalisation that the config names. A network of single frames takes (B, J, K)
    too. Where the config asks for `uncertainty`, the output has a fourth number for each joint.

    Attributes:
        Config: the class of its settings, which `create_model` fills in.
        config: every setting; together with the weights it is the whole network.
        skeleton: what the J joints are.
    """

    Config: ClassVar[type[NetworkConfig]]
    config: NetworkConfig
    skeleton: Skeleton

    @property
    def window(self) -> Window:
        """Which frames it sees and predicts; a single frame unless a network says otherwise."""
        return Window()

    def forward(self, joints_norm: Tensor) -> Tensor:
        raise NotImplementedError

    def folded(self) -> FoldedNetwork | None:
        """The same function in evaluation mode as plain matrices, which run faster; None where there are none."""
        return None

    def unfold(self, network: FoldedNetwork) -> None:
        """Take the weights of what `folded` gave, so that evaluation computes it; for networks that fold.

        Raises:
            CheckpointError: the settings of this network allow no weights that do.
        """
        raise NotImplementedError

    def learned_mask(self) -> np.ndarray | None:
        """(J, J) how strongly joint i (row) feeds joint j (column), where the network has learned that."""
        return None

    def joint_axes(self) -> Mapping[str, tuple[JointAxis, ...]]:
        """Which axes of which tensors of `joint_state` run over joints, so that networks may start from others.

        Tensors that are not named have none.
        """
        return {}

    def joint_state(self) -> dict[str, Tensor]:
        """The weights and statistics in the form that `joint_axes` describes."""
        return self.state_dict()

    def load_joint_state(self, state: Mapping[str, Tensor]) -> None:
        """Take what a `joint_state` holds."""
        self.load_state_dict(state)

    @classmethod
    def completed(cls, config: Mapping[str, Any], training_joints: Callable[[], np.ndarray]) -> dict[str, Any]:
        """The settings with those filled in that depend on the training set.

        Args:
            training_joints: gives the poses (N, J, 3) to train on, in the space of the targets or of the world.
        """
        return dict(config)


@torch.no_grad()
def check_contract(model: LiftingNetwork) -> None:
    """Let a new network predict once, unless its weights are on the meta device, without numbers.

    Raises:
        RecipeError: it has no config or skeleton, or its output is not of the shape that its window asks for.
    """
    name = type(model).__qualname__
    for attribute in ("config", "skeleton"):
        if not hasattr(model, attribute):
            raise RecipeError(f"network {name}: expected an attribute {attribute}, found none", _CONTRACT)
    if any(p.is_meta for p in model.parameters()):
        return
    joints, window = len(model.skeleton), model.window
    seen = torch.zeros(2, window.frames, joints, model.config.in_channels)
    expected = (2, *window.output_frames, joints, model.config.out_channels)
    training = model.training
    model.eval()
    try:
        output = model(seen)
    except (RuntimeError, NotImplementedError, IndexError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecipeError(f"network {name}: refuses an input of {tuple(seen.shape)}: {reason}", _CONTRACT) from error
    finally:
        model.train(training)
    if not isinstance(output, Tensor) or tuple(output.shape) != expected:
        got = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise RecipeError(f"network {name}: expected an output of shape {expected}, got {got}", _CONTRACT)
