"""The checkpoints of the original LCN, which TensorFlow 1 wrote, read into the network of `models.lcn`.

Names and shapes of their variables say how large the network is, but not all that it is: see `lcn_from_tf1`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PureWindowsPath
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
import torch

from poselift.errors import CheckpointError, MissingExtraError
from poselift.models import create_model
from poselift.models.lcn import LCN
from poselift.models.lcn_config import LCNConfig
from poselift.skeleton import SkeletonLike, skeleton_of

_STEP = "training/global_step"
# What training left in the file beside the network: Adam's moments and powers, the step, averages of the loss.
_OF_TRAINING = re.compile(r"(^|/)(Adam|Adam_\d+|ExponentialMovingAverage|beta[12]_power|global_step)$")
_WHERE = "name a folder such as experiment/test1/checkpoints/best, or its file model-STEP.index"
_NAMES_SHOWN = 3


def read_tf1_variables(path: Path) -> dict[str, np.ndarray]:
    """Every variable of a checkpoint by name, those of the optimiser too.

    Args:
        path: the folder with `model-STEP.index` and its data, wherever it was moved to, or that file; of several
            steps in a folder the one that its file `checkpoint` names is read, else the last. Or, for where there is
            no TensorFlow, an .npz file of the variables with `/` or `|` in their names.

    Raises:
        CheckpointError: there is no checkpoint, or it cannot be read.
        MissingExtraError: TensorFlow is not installed, and the file is no .npz.
    """
    path = Path(path)
    return _npz_variables(path) if path.suffix == ".npz" else _tensorflow_variables(_checkpoint_prefix(path))


def load_tf1(path: Path, **settings: Any) -> tuple[LCN, dict[str, Any]]:
    """`lcn_from_tf1` of what `read_tf1_variables` finds.

    Raises:
        CheckpointError, RecipeError, MissingExtraError: as those do; the message names the file.
    """
    variables = read_tf1_variables(path)
    try:
        return lcn_from_tf1(variables, **settings)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}", error.hint) from None


def lcn_from_tf1(variables: Mapping[str, np.ndarray], **settings: Any) -> tuple[LCN, dict[str, Any]]:
    """The network in evaluation mode, and where it comes from.

    Joints, channels, layers, input channels, batch norm and whether the mask is learnable follow from the variables.
    Masked-out weights are kept, for they act through the norm of the matrix.

    Args:
        settings: the rest of `LCNConfig`, which no variable tells, where it is not as published: hops, graph and its
            numbers, neighbourhood, max_norm, residual, skeleton, and for further training dropout.

    Raises:
        CheckpointError: variables are missing, too many, misshapen or not finite, or those of another network.
        RecipeError: a setting is unknown or out of range.
    """
    own = {name: array for name, array in variables.items() if not _OF_TRAINING.search(name)}
    # On the meta device no weights are drawn or allocated.
    with torch.device("meta"), torch.random.fork_rng(devices=[]):
        model = cast(
            LCN, create_model("lcn", **_inferred(own, settings.get("skeleton", LCNConfig().skeleton)), **settings)
        )
    names = tf1_names(model)
    expected = {names[tensor]: tuple(value.shape) for tensor, value in model.state_dict().items()}
    complaints = list(_complaints(expected, own))
    if complaints:
        raise CheckpointError("; ".join(complaints[:_NAMES_SHOWN]), "the variables are those of another network")
    state = {tensor: torch.from_numpy(np.array(own[name], dtype=np.float32)) for tensor, name in names.items()}
    model.load_state_dict(state, assign=True)
    about: dict[str, Any] = {"source": "lcn-pose"}
    step = variables.get(_STEP)
    if step is not None and step.dtype.kind in "iu" and step.size == 1:
        about["step"] = int(step.item())
    return model.eval(), about


def tf1_names(model: LCN) -> dict[str, str]:
    """The TensorFlow variable of each tensor of the state."""
    scope = "linear_model"
    layers = {"input": (scope, "1", "batch_normalization"), "output": (scope, "4", "")}
    for i in range(len(model.blocks)):
        layers[f"blocks.{i}.first"] = (f"{scope}/two_linear_{i}", f"2_{i}", f"batch_normalization1{i}")
        layers[f"blocks.{i}.second"] = (f"{scope}/two_linear_{i}", f"3_{i}", f"batch_normalization2{i}")
    names = {"mask_logits": "mask"}
    for layer, (place, number, norm) in layers.items():
        linear = layer if layer == "output" else f"{layer}.linear"
        names |= {f"{linear}.weight": f"{place}/w{number}", f"{linear}.bias": f"{place}/b{number}"}
        for part in ("gamma", "beta", "moving_mean", "moving_variance"):
            names[f"{layer}.norm.{part}"] = f"{place}/{norm}/{part}"
    return {tensor: names[tensor] for tensor in model.state_dict()}


def _inferred(own: Mapping[str, np.ndarray], skeleton: SkeletonLike) -> dict[str, Any]:
    """The settings that names and shapes of the variables tell."""
    first, last = (np.shape(own.get(f"linear_model/{name}", 0.0)) for name in ("w1", "b4"))
    body = skeleton_of(skeleton)
    joints = len(body)
    if len(first) != 2 or len(last) != 1:
        found = ", ".join(sorted(own)[:_NAMES_SHOWN])
        raise CheckpointError(
            f"expected linear_model/w1, a matrix, and linear_model/b4 among the variables, found {len(own)}: {found}",
            "only checkpoints of lcn-pose can be converted",
        )
    if last[0] != joints * 3:
        raise CheckpointError(
            f"linear_model/b4: expected {joints * 3} for the {joints} joints of {body.name}, found {last[0]}",
            "name the skeleton that the network was trained for",
        )
    in_channels, channels = first[0] // joints, first[1] // joints
    if first != (joints * in_channels, joints * channels) or in_channels not in (2, 3) or not channels:
        raise CheckpointError(
            f"linear_model/w1: expected 2 or 3 rows and some columns for each of {joints} joints, found {first}",
            "the variables are those of another network",
        )
    return {
        "channels": channels,
        "in_channels": in_channels,
        "layers": len({match[0] for name in own if (match := re.match(r"linear_model/two_linear_\d+/", name))}),
        "batch_norm": any("/batch_normalization" in name for name in own),
        "mask": "learnable" if "mask" in own else "fixed",
    }


def _complaints(expected: Mapping[str, tuple[int, ...]], found: Mapping[str, np.ndarray]) -> Iterator[str]:
    missing, surplus = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    for what, names in (("missing", missing), ("too many", surplus)):
        if names:
            more = ", ..." if len(names) > _NAMES_SHOWN else ""
            yield f"{len(names)} variables are {what}: {', '.join(names[:_NAMES_SHOWN])}{more}"
    for name in sorted(expected.keys() & found.keys()):
        if np.shape(found[name]) != expected[name]:
            yield f"{name}: expected {expected[name]}, found {np.shape(found[name])}"
        elif found[name].dtype.kind not in "fiu" or not np.isfinite(found[name]).all():
            yield f"{name}: expected finite numbers"


def _npz_variables(path: Path) -> dict[str, np.ndarray]:
    try:
        # Opened here, for numpy leaves a broken archive open; one array alone is no archive and cannot be entered.
        with path.open("rb") as opened, np.load(opened) as file:
            return {name.replace("|", "/"): file[name] for name in file.files}
    except (OSError, ValueError, EOFError, AttributeError, TypeError, BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(f"{path}: cannot be read as an .npz file of arrays ({reason})") from None


def _checkpoint_prefix(path: Path) -> Path:
    """The path that TensorFlow calls a checkpoint: that of its files without their last suffix."""
    if not path.is_dir():
        prefix = path.with_suffix("") if re.search(r"\.(index|meta|data-\d+-of-\d+)$", path.name) else path
        if not _index(prefix).is_file():
            raise CheckpointError(f"{path}: no checkpoint, there is no {_index(prefix).name}", _WHERE)
        return prefix
    steps = {int(m[1]): file for file in path.iterdir() if (m := re.fullmatch(r"model-(\d+)\.index", file.name))}
    if not steps:
        files = [*path.glob("*/model-*.index"), *path.glob("*/*/model-*.index")]
        inner = sorted({file.parent.relative_to(path).as_posix() for file in files})
        hint = f"name one of its folders {', '.join(inner)}" if inner else _WHERE
        raise CheckpointError(f"{path}: expected a file model-STEP.index, found none", hint)
    return _named_by_tensorflow(path) or steps[max(steps)].with_suffix("")


def _index(prefix: Path) -> Path:
    return prefix.with_name(f"{prefix.name}.index")


def _named_by_tensorflow(folder: Path) -> Path | None:
    """The checkpoint that the file `checkpoint` names, if it is here. Its folders are those of where it was made."""
    try:
        text = (folder / "checkpoint").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    named = re.search(r'^model_checkpoint_path:\s*"(.+)"', text, re.MULTILINE)
    # As the path of a system where both / and \ part folders.
    prefix = folder / PureWindowsPath(named[1]).name if named else None
    return prefix if prefix is not None and _index(prefix).is_file() else None


def _tensorflow_variables(prefix: Path) -> dict[str, np.ndarray]:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow
    except ImportError:
        raise MissingExtraError("tensorflow", "tf1") from None
    try:
        reader = tensorflow.train.load_checkpoint(str(prefix))
        return {name: np.asarray(reader.get_tensor(name)) for name in reader.get_variable_to_shape_map()}
    except (tensorflow.errors.OpError, RuntimeError, ValueError, LookupError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(
            f"{prefix}: TensorFlow cannot read it ({reason})", "copy the .index and the .data file anew"
        ) from None
