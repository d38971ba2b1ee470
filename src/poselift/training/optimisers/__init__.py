"""How the weights follow their gradients: one file for each optimiser, which holds its settings."""

from __future__ import annotations

# name -> "module:class", a class of settings that makes the optimiser, see `optimisers.base.Optimiser`
OPTIMISERS: dict[str, str] = {
    "adam": "poselift.training.optimisers.adam:Adam",
    "sgd": "poselift.training.optimisers.sgd:Sgd",
}
