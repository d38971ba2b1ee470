"""Networks that lift: the table of their names, and how to build one from a config."""

from __future__ import annotations

from dataclasses import fields
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from poselift.errors import RecipeError

if TYPE_CHECKING:
    from torch import nn

# name -> (module, model class, config class)
MODELS: dict[str, tuple[str, str, str]] = {
    "lcn": ("poselift.models.lcn", "LCN", "LCNConfig"),
    "lcn_fast": ("poselift.models.lcn_fast", "LCNFast", "LCNConfig"),
    "simple_baseline": ("poselift.models.simple_baseline", "SimpleBaseline", "SimpleBaselineConfig"),
}


def create_model(name: str, **config: Any) -> nn.Module:
    """A new model of the table, with freshly drawn weights.

    Raises:
        RecipeError: no such model, an unknown config key (the hint names the nearest), or a value out of range.
    """
    if name not in MODELS:
        raise RecipeError(f"unknown model {name!r}", f"known: {', '.join(MODELS)}")
    module_name, model_class, config_class = MODELS[name]
    module = import_module(module_name)
    known = [f.name for f in fields(getattr(module, config_class))]
    for key in config:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise RecipeError(f"model {name} has no setting {key!r}", hint)
    model: nn.Module = getattr(module, model_class)(getattr(module, config_class)(**config))
    return model


def model_name(model: nn.Module) -> str:
    """The name of a model in the table.

    Raises:
        RecipeError: it is none of them.
    """
    kind = type(model)
    for name, (module_name, model_class, _) in MODELS.items():
        if (kind.__module__, kind.__qualname__) == (module_name, model_class):
            return name
    raise RecipeError(f"{kind.__qualname__} is no model of poselift", f"known: {', '.join(MODELS)}")
