"""Networks that lift: the table of their names, and how to build one from a config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poselift.errors import RecipeError
from poselift.lookup import look_up

if TYPE_CHECKING:
    from poselift.models.base import LiftingNetwork

# name -> "module:class"; the class names its own settings, see `models.base.LiftingNetwork`
MODELS: dict[str, str] = {
    "chebyshev_gcn": "poselift.models.chebyshev_gcn:ChebyshevGCN",
    "gcn": "poselift.models.gcn:GCN",
    "graformer": "poselift.models.graformer:GraFormer",
    "lcn": "poselift.models.lcn:LCN",
    "lcn_fast": "poselift.models.lcn_fast:LCNFast",
    "modulated_gcn": "poselift.models.modulated_gcn:ModulatedGCN",
    "motion_agformer": "poselift.models.motion_agformer:MotionAGFormer",
    "sem_gcn": "poselift.models.sem_gcn:SemGCN",
    "simple_baseline": "poselift.models.simple_baseline:SimpleBaseline",
    "temporal_lcn": "poselift.models.temporal_lcn:TemporalLCN",
    "videopose3d": "poselift.models.videopose3d:VideoPose3D",
    "weight_unsharing_gcn": "poselift.models.weight_unsharing_gcn:WeightUnsharingGCN",
}


def model_class(name: str) -> type[LiftingNetwork]:
    """The network of that name.

    Raises:
        RecipeError: there is none.
    """
    found: type[LiftingNetwork] = look_up(MODELS, name, "model")
    return found


def create_model(name: str, **config: Any) -> LiftingNetwork:
    """A new model of the table, with freshly drawn weights.

    Raises:
        RecipeError: no such model, an unknown config key (the hint names the nearest), a value out of range, or a
            network that breaks its contract.
    """
    from poselift.models.base import check_contract

    kind = model_class(name)
    model = kind(kind.Config(**config))
    check_contract(model)
    return model


def model_name(model: object) -> str:
    """The name of a model in the table.

    Raises:
        RecipeError: it is none of them.
    """
    kind = type(model)
    for name, place in MODELS.items():
        if f"{kind.__module__}:{kind.__qualname__}" == place:
            return name
    raise RecipeError(f"{kind.__qualname__} is no model of poselift", f"known: {', '.join(MODELS)}")
