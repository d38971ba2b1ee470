"""A model on disk: one safetensors file with the weights, and a JSON header that says how to build the network.

Nothing is ever unpickled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from poselift.data.model_header import ModelHeader, header_from_json
from poselift.errors import CheckpointError, PoseliftError, RecipeError
from poselift.files import whole_file
from poselift.models import MODELS, create_model, model_name
from poselift.models.base import LiftingNetwork

_NAMES_SHOWN = 3


def save_checkpoint(
    path: Path, model: LiftingNetwork, *, name: str, about: Mapping[str, Any], overwrite: bool = False
) -> None:
    """Write a model; the file appears whole or not at all.

    Args:
        name: the model's name in `MODELS`.
        about: provenance, anything that JSON can hold: recipe, data, licence, errors.

    Raises:
        RecipeError: `model` is not the model of that name.
        CheckpointError: `about` is not JSON.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    if model_name(model) != name:
        raise RecipeError(f"expected a model {name}, got a {model_name(model)}", f"known: {', '.join(MODELS)}")
    text = model_header(model, about).to_json()
    tensors = {key: tensor.detach().cpu().contiguous() for key, tensor in model.state_dict().items()}
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        save_file(tensors, temporary, metadata={"poselift": text})


def load_checkpoint(path: Path) -> tuple[LiftingNetwork, ModelHeader]:
    """Read a model, in evaluation mode and on the CPU, and its header.

    Raises:
        CheckpointError: the file is missing, cut or no model of ours, newer than this package, or its tensors are not
            those of the network that its header describes.
    """
    header, tensors = _read(Path(path))
    try:
        # On the meta device no weights are drawn or allocated: shapes are compared before there are any.
        with torch.device("meta"), torch.random.fork_rng(devices=[]):
            model = create_model(header.model, **header.config)
    except (PoseliftError, TypeError, RuntimeError) as error:
        hint = getattr(error, "hint", "")
        raise CheckpointError(f"{path}: describes a model that cannot be built: {error}", hint) from None
    for what in ("skeleton", "window"):
        if getattr(model, what) != getattr(header, what):
            raise CheckpointError(
                f"{path}: its {what} is not that of the network it describes", "the file is damaged; get it anew"
            )
    _check_tensors(model.state_dict(), tensors, path)
    model.load_state_dict(tensors, assign=True)
    return model.eval(), header


def model_header(
    model: LiftingNetwork, about: Mapping[str, Any], details: Mapping[str, Any] | None = None
) -> ModelHeader:
    """The header of a model's file.

    Raises:
        RecipeError: the model is none of `MODELS`.
    """
    config = model.config.as_dict()
    return ModelHeader(model_name(model), config, model.skeleton, model.window, about, details or {})


def read_header(path: Path) -> ModelHeader:
    """What a model's file says about it, without its weights.

    Raises:
        CheckpointError: the file is missing, cut or no model of ours.
    """
    with _opened(Path(path)) as file:
        return header_from_json((file.metadata() or {}).get("poselift"), path)


def _read(path: Path) -> tuple[ModelHeader, dict[str, Tensor]]:
    with _opened(path) as file:
        header = header_from_json((file.metadata() or {}).get("poselift"), path)
        # Copies, since in the file they begin anywhere, and the last bits of products depend on that.
        return header, {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, "pt") as file:
            yield file
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"{path}: cannot be read as a .safetensors file ({reason})",
            "check the path; a cut file must be copied anew",
        ) from None


def _check_tensors(expected: Mapping[str, Tensor], found: Mapping[str, Tensor], path: Path) -> None:
    complaints = []
    for what, names in (
        ("lacks", expected.keys() - found.keys()),
        ("has the unknown", found.keys() - expected.keys()),
    ):
        if names:
            shown = ", ".join(sorted(names)[:_NAMES_SHOWN])
            complaints.append(f"{what} {len(names)} tensors ({shown})")
    for name in sorted(expected.keys() & found.keys()):
        wanted, got = expected[name], found[name]
        if wanted.shape != got.shape or wanted.dtype != got.dtype:
            complaints.append(
                f"{name}: expected {tuple(wanted.shape)} {wanted.dtype}, found {tuple(got.shape)} {got.dtype}"
            )
    if complaints:
        raise CheckpointError(
            f"{path}: {'; '.join(complaints[:_NAMES_SHOWN])}", "the weights are those of another network"
        )
