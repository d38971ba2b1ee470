"""Adam, of Kingma and Ba, ICLR 2015, with the decoupled weight decay of Loshchilov and Hutter, ICLR 2019."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import nn

from poselift.training.optimisers.base import Optimiser


class Adam(Optimiser):
    """Adam and what surrounds it.

    Attributes:
        betas: decay rates of the first and second moment.
        epsilon: keeps steps small where gradients are.
        epsilon_placement: "torch" adds it to the bias-corrected root of the second moment, as in Adam's Algorithm 1;
            "tensorflow" to the uncorrected one, as in the efficient form of section 2 and in the original LCN.
        weight_decay: decoupled, on weight matrices alone.
    """

    name: Literal["adam"] = "adam"
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.9, 0.999)
    epsilon: float = Field(default=1e-8, gt=0)
    epsilon_placement: Literal["torch", "tensorflow"] = "torch"
    weight_decay: float = Field(default=0.0, ge=0)

    def create(self, model: nn.Module) -> torch.optim.Optimizer:
        parameters = list(model.parameters())
        groups = [
            {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": self.weight_decay},
            {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
        ]
        used = [group for group in groups if group["params"]]
        return torch.optim.AdamW(used, lr=self.lr, betas=self.betas, eps=self.epsilon, fused=True)

    def at_step(self, step: int) -> dict[str, float]:
        """The epsilon by which torch's Adam does what the placement asks for.

        torch divides by sqrt(v) / sqrt(1 - b2^t) + epsilon. TensorFlow's lr * sqrt(1 - b2^t) / (1 - b1^t) * m /
        (sqrt(v) + epsilon) is the same with epsilon / sqrt(1 - b2^t), so that torch's one-pass kernel serves both.
        """
        if self.epsilon_placement == "torch":
            return {"eps": self.epsilon}
        return {"eps": self.epsilon / math.sqrt(1 - self.betas[1] ** (step + 1))}
