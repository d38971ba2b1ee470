"""Where a run starts that does not start from nothing: from a model that was trained before.

The network of the run may have other joints. What shared ones, by name, tell each other is taken over; what goes to
new joints is freshly drawn; and what new joints tell the others begins at 0. So where every joint of the model is
kept, these are lifted as before.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from poselift.data.store import load_store
from poselift.deploy.read_back import network_of_onnx, read_onnx
from poselift.errors import CheckpointError, PoseliftError, RecipeError, SkeletonError
from poselift.models import model_class
from poselift.models.base import LiftingNetwork
from poselift.models.checkpoint import load_checkpoint, read_header
from poselift.models.joint_axis import JointAxis
from poselift.runtime.shipped import model_file
from poselift.skeleton import Skeleton, conversion, skeleton_of, skeleton_setting

logger = logging.getLogger(__name__)

# What may be otherwise than in the model that a run starts from: it is not in the weights, or has a place of its own.
_MAY_DIFFER = {"skeleton", "uncertainty", "dropout", "output_scale", "mask_init", "limb_lengths"}
_CHECKPOINT = ".safetensors"


def settings_of(init: str) -> dict[str, Any]:
    """The table `model` of the recipe of a model, by the name of a shipped one or its file.

    Raises:
        CheckpointError: there is no such model.
    """
    path = model_file(init)
    header = read_header(path) if path.suffix == _CHECKPOINT else read_onnx(path)[0]
    return {"name": header.model, **model_class(header.model).Config.of(header.config).as_dict()}


def completed_model(init: str, given: Any, dataset: Any = None) -> Any:
    """The table `model` of a recipe with what it does not set taken from the model to start from.

    Args:
        dataset: the path of what to train on. If it lacks joints of the model, the network is of the dataset's.

    Raises:
        CheckpointError: there is no such model.
        RecipeError: the recipe asks for another network or settings that its weights are not made for.
    """
    given = {"name": given} if isinstance(given, str) else given
    if not isinstance(given, dict):
        return given  # to be complained about
    theirs = settings_of(init)
    name = given.get("name", theirs["name"])
    if name != theirs["name"] and not _alike(str(name), theirs["name"]):
        raise RecipeError(f"model.name: init {init} is a {theirs['name']}, got {name!r}", "leave out model.name")
    for key in sorted(given.keys() & theirs.keys() - _MAY_DIFFER - {"name"}):
        own = list(given[key]) if isinstance(given[key], tuple) else given[key]
        if own != (list(theirs[key]) if isinstance(theirs[key], tuple) else theirs[key]):
            raise RecipeError(
                f"model.{key}: init {init} was trained with {theirs[key]!r}, got {given[key]!r}",
                f"leave out model.{key}, or init to train from nothing",
            )
    if "skeleton" not in given and isinstance(dataset, str | Path):
        others = _if_joints_lack(skeleton_of(theirs["skeleton"]), dataset)
        given = given if others is None else {**given, "skeleton": skeleton_setting(others)}
    if "skeleton" in given and skeleton_of(given["skeleton"]) != skeleton_of(theirs["skeleton"]):
        theirs.pop("limb_lengths", None)  # those of another graph
    return {**theirs, **given}


def _if_joints_lack(skeleton: Skeleton, dataset: Path | str) -> Skeleton | None:
    """The skeleton of a dataset that lacks joints of `skeleton`; if it cannot be read, that is told later."""
    try:
        found = load_store(dataset).skeleton
    except PoseliftError:
        return None
    try:
        conversion(found, skeleton).whole()
    except SkeletonError:
        return found
    return None


def _alike(name: str, other: str) -> bool:
    """Whether two networks are the same function of the same settings, in other words have one class of them."""
    return model_class(name).Config is model_class(other).Config


def initial_model(init: str) -> LiftingNetwork:
    """The model to start from, in evaluation mode, by the name of a shipped one or its file.

    Raises:
        CheckpointError: there is no such model, or its weights cannot be had.
    """
    path = model_file(init)
    return (load_checkpoint if path.suffix == _CHECKPOINT else network_of_onnx)(path)[0]


@torch.no_grad()
def start_from(model: LiftingNetwork, initial: LiftingNetwork, init: str) -> None:
    """Give a new network what another one of the same settings learned, joint by joint.

    Args:
        init: what to call the other one.

    Raises:
        CheckpointError: they share no joint, or their tensors differ in more than joints.
    """
    shared = [joint for joint in model.skeleton.joints if joint in initial.skeleton.joints]
    if not shared:
        raise CheckpointError(
            f"init {init}: none of the joints of {model.skeleton.name} has the name of one of its "
            f"{initial.skeleton.name}",
            f"in the skeleton's file, call those alike: {', '.join(initial.skeleton.joints)}",
        )
    own, theirs, axes = model.joint_state(), initial.joint_state(), model.joint_axes()
    if model.skeleton.joints != initial.skeleton.joints and not axes:
        raise CheckpointError(
            f"init {init}: its network does not say which weights belong to which joints, and the joints differ",
            f"train on {initial.skeleton.name}, or leave out init",
        )
    taken = _Taken(model.skeleton, initial.skeleton)
    for name, tensor in own.items():
        other = theirs.get(name)
        if other is None or not taken.fits(tensor, other, axes.get(name, ())):
            found = "none" if other is None else tuple(other.shape)
            raise CheckpointError(
                f"init {init}: {name}: expected {tuple(tensor.shape)} but for joints, found {found}",
                "leave out settings of the recipe's model",
            )
    model.load_joint_state({name: taken.tensor(t, theirs[name], axes.get(name, ())) for name, t in own.items()})
    new = [joint for joint in model.skeleton.joints if joint not in shared]
    if new:
        logger.warning(
            "%d of %d joints start from %s; new: %s", len(shared), len(model.skeleton), init, ", ".join(new)
        )


class _Taken:
    """Tensors of one skeleton that take over what those of another have for the joints of both."""

    def __init__(self, own: Skeleton, other: Skeleton) -> None:
        self.own = np.array([joint in other.joints for joint in own.joints])
        self.other_of_own = np.array([other.index(j) for j in own.joints if j in other.joints], dtype=np.int64)
        self.joints, self.other_joints = len(own), len(other)

    def fits(self, tensor: Tensor, other: Tensor, axes: tuple[JointAxis, ...]) -> bool:
        """Whether they differ in nothing but joints, and how many numbers come out for each."""
        if tensor.ndim != other.ndim:
            return False
        sides = {axis.axis: axis for axis in axes}
        for number, (size, theirs) in enumerate(zip(tensor.shape, other.shape, strict=True)):
            if number not in sides and size != theirs:
                return False
            if number in sides:
                own, others = sides[number].outer * self.joints, sides[number].outer * self.other_joints
                if size % own or theirs % others or (sides[number].enters and size // own != theirs // others):
                    return False
        return True

    def tensor(self, tensor: Tensor, other: Tensor, axes: tuple[JointAxis, ...]) -> Tensor:
        """`tensor` with what it shares with `other`."""
        result = tensor.detach().clone()
        kept, to_old = [], []
        for number, (size, theirs) in enumerate(zip(tensor.shape, other.shape, strict=True)):
            axis = next((axis for axis in axes if axis.axis == number), None)
            places = self._places(axis, size, theirs)
            kept.append(places[:2])
            to_old.append(places[2] if axis is not None and axis.enters else places[0])
        if any(axis.enters for axis in axes):
            result[_crossed(to_old)] = 0.0
        result[_crossed([own for own, _ in kept])] = other[_crossed([theirs for _, theirs in kept])].to(result)
        return result

    def _places(self, axis: JointAxis | None, size: int, theirs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Along an axis: the places of shared joints here and there, and the places of new joints here."""
        if axis is None:
            return np.arange(size), np.arange(theirs), np.arange(0)
        own = np.arange(size).reshape(axis.outer, self.joints, -1)
        other = np.arange(theirs).reshape(axis.outer, self.other_joints, -1)[:, self.other_of_own]
        rest = min(own.shape[-1], other.shape[-1])  # 3 numbers of a joint, or 4 with its uncertainty
        return own[:, self.own, :rest].ravel(), other[..., :rest].ravel(), own[:, ~self.own].ravel()


def _crossed(places: list[np.ndarray]) -> tuple[Tensor, ...]:
    """Indices of all combinations of places along the axes."""
    return tuple(torch.from_numpy(grid) for grid in np.ix_(*places))
