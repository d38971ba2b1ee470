"""What training makes small: terms of which a recipe weighs a sum."""

from __future__ import annotations

# name -> "module:function", which takes predicted and target joints (..., J, 3) and the weights of the joints (J, 1),
# of mean 1, and gives one number; networks with `uncertainty` predict a fourth number
LOSSES: dict[str, str] = {
    "mse": "poselift.training.losses.coordinates:squared",
    "l1": "poselift.training.losses.coordinates:absolute",
    "mpjpe": "poselift.training.losses.distances:distance",
    "likelihood": "poselift.training.losses.likelihood:likelihood",
    "velocity": "poselift.training.losses.velocity:velocity",
}
