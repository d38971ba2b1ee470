"""The LCN with weights for those pairs of joints alone that feed each other: less to keep, to multiply and to train.

In `models.lcn` the weights that the mask hides act through the norm of their matrix alone, which `max_norm` clips.
Here one number stands for all hidden weights, the root of their mean square. So every LCN can be written as one of
these, the same function with the same gradients. Trained further the two differ: Adam takes one step for that number,
and there one for each hidden weight.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from poselift.errors import RecipeError
from poselift.models.layers import norm_clipped
from poselift.models.lcn import LCN, MaskedLinear
from poselift.models.lcn_config import LCNConfig
from poselift.models.neighbour_product import NeighbourPlan, fed_pairs, matrix_of_pairs, neighbour_plan

__all__ = ["LCNConfig", "LCNFast", "NeighbourLinear"]


class NeighbourLinear(MaskedLinear):
    """As `MaskedLinear`, but its weights are (pairs * K, C), see `NeighbourPlan.compact`.

    For the others stands `hidden`, (), the root of their mean square.

    A new one has the weights that a new `MaskedLinear` has.
    """

    def __init__(
        self, feeds: Tensor, in_channels: int, out_channels: int, *, max_norm: bool, plan: NeighbourPlan | None
    ) -> None:
        super().__init__(len(feeds), in_channels, out_channels, max_norm=max_norm, plan=plan)
        fed, feeding = fed_pairs(feeds.numpy())
        self.fed: Tensor
        self.feeding: Tensor
        self.register_buffer("fed", fed, persistent=False)
        self.register_buffer("feeding", feeding, persistent=False)
        every = self.weight.detach()
        self.weight = nn.Parameter(self.compacted(every))
        self.hidden_count = every.numel() - self.weight.numel()
        self.hidden = nn.Parameter(every.new_zeros(()))
        self.take(every)

    def compacted(self, weight: Tensor) -> Tensor:
        """The weights of used pairs, (pairs * K, C), out of those of all, (J * K, J * C)."""
        pairs = weight.view(self.joints, self.in_channels, self.joints, self.out_channels)
        return pairs[self.feeding, :, self.fed].reshape(-1, self.out_channels)

    @torch.no_grad()
    def take(self, weight: Tensor) -> None:
        used = self.compacted(weight)
        squares = (weight.square().sum() - used.square().sum()).clamp(min=0.0)
        self.weight.copy_(used)
        self.hidden.copy_((squares / max(1, self.hidden_count)).sqrt())

    def every_weight(self) -> Tensor:
        """(J * K, J * C): of pairs of which none feeds the other too, for which one number stands here."""
        others = self.hidden.detach().expand(self.joints, self.joints, self.in_channels, self.out_channels)
        return matrix_of_pairs(self.weight.detach(), self.fed, self.feeding, others)

    def hidden_squares(self) -> Tensor:
        return self.hidden_count * self.hidden.square()

    def effective_weight(self, joint_mask: Tensor) -> Tensor:
        weight = norm_clipped(self.weight, self.hidden_squares()) if self.max_norm else self.weight
        others = weight.new_zeros(self.joints, self.joints, self.in_channels, self.out_channels)
        return matrix_of_pairs(weight, self.fed, self.feeding, others)


class LCNFast(LCN):
    """(B, J, K) to (B, J, 3) like `LCN`; for fixed masks of hops whose sides share nothing.

    Raises:
        RecipeError: the config asks for more.
    """

    def __init__(self, config: LCNConfig) -> None:
        only = {"mask": "fixed", "neighbourhood": "hops", "share": "none"}
        for name, value in only.items():
            if getattr(config, name) != value:
                raise RecipeError(
                    f"model.{name}: lcn_fast knows {value!r} alone, got {getattr(config, name)!r}",
                    'set model.name = "lcn"',
                )
        super().__init__(config)

    def _linear(self, in_channels: int, out_channels: int) -> MaskedLinear:
        feeds = self.neighbours != 0
        plan = neighbour_plan(feeds.numpy(), in_channels, out_channels, compact=True)
        return NeighbourLinear(feeds, in_channels, out_channels, max_norm=self.config.max_norm, plan=plan)

    def joint_state(self) -> dict[str, Tensor]:
        """As that of `LCN`, with weights of all pairs."""
        state = {name: tensor for name, tensor in self.state_dict().items() if not name.endswith(".hidden")}
        whole = {f"{name}.weight": layer.every_weight() for name, layer in self._linears()}
        return {**state, **whole}

    def load_joint_state(self, state: Mapping[str, Tensor]) -> None:
        linears = dict(self._linears())
        weights = {f"{name}.{own}" for name in linears for own in ("weight", "hidden")}
        own = {name: tensor for name, tensor in self.state_dict().items() if name in weights}
        self.load_state_dict({**state, **own})
        for name, layer in linears.items():
            layer.take(state[f"{name}.weight"])

    def _linears(self) -> list[tuple[str, NeighbourLinear]]:
        return [(name, layer) for name, layer in self.named_modules() if isinstance(layer, NeighbourLinear)]
