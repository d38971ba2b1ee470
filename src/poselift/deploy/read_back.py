"""Networks with their weights out of the .onnx files that were made of them.

In such a file batch norms and masks are multiplied out. So the network that is read back has other weights than the
one that was exported, but is the same function in evaluation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from poselift.data.model_header import ModelHeader, header_from_json
from poselift.errors import CheckpointError, MissingExtraError, PoseliftError
from poselift.models import create_model
from poselift.models.base import LiftingNetwork
from poselift.models.folded import Dense, FoldedNetwork
from poselift.runtime.session import read_graph

_NAME_THE_CHECKPOINT = "name the checkpoint that it was exported from, a .safetensors file"


def read_onnx(path: Path) -> tuple[ModelHeader, Any]:
    """What a file says about its model, and its onnx.ModelProto.

    Raises:
        CheckpointError: the file is missing, or no model of ours.
        MissingExtraError: onnx is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtraError("onnx", "train") from None
    graph = read_graph(path)
    try:
        made = onnx.load_model_from_string(graph)
    except Exception as error:  # what protobuf raises has no name that it promises to keep
        raise CheckpointError(f"{path}: not an .onnx file", "get it anew") from error
    return header_from_json({entry.key: entry.value for entry in made.metadata_props}.get("poselift"), path), made


def network_of_onnx(path: Path) -> tuple[LiftingNetwork, ModelHeader]:
    """The network that a file was made of, in evaluation mode, and its header.

    Raises:
        CheckpointError: the file is missing, no model of ours, or its weights cannot be read back.
        MissingExtraError: onnx is not installed.
    """
    header, made = read_onnx(path)
    if header.details.get("precision") == "int8":
        raise CheckpointError(
            f"{path}: its weights are rounded to bytes", "name the file of the same model as floats"
        )
    try:
        with torch.random.fork_rng(devices=[]):
            model = create_model(header.model, **header.config)
        form = model.folded()
        if form is None:
            raise CheckpointError("a network that torch exported keeps no weights to train", _NAME_THE_CHECKPOINT)
        model.unfold(_folded(made.graph, form))
    except (KeyError, ValueError, IndexError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else error
        hint = error.hint if isinstance(error, PoseliftError) else _NAME_THE_CHECKPOINT
        raise CheckpointError(f"{path}: its weights cannot be read back: {reason}", hint) from None
    return model.eval(), header


def _folded(graph: Any, form: FoldedNetwork) -> FoldedNetwork:
    """The network of a graph that `deploy.folded_graph` built, with the sides of `form`."""
    from onnx import numpy_helper

    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    parts = _Parts({node.output[0]: node for node in graph.node}, arrays, form.joints)
    blocks = [(f"block{number}_first", f"block{number}_second") for number in range(len(form.blocks))]
    return replace(
        form,
        input=parts.layer("input", form.input),
        blocks=tuple(
            (parts.layer(first, pair[0], width), parts.layer(second, pair[1]))
            for (first, second), pair, width in zip(blocks, form.blocks, form.widths[1:], strict=True)
        ),
        output=parts.layer("output", form.output),
    )


class _Parts:
    """The products of a graph, each one group's part of a layer."""

    def __init__(self, nodes: Mapping[str, Any], arrays: Mapping[str, np.ndarray], joints: int) -> None:
        self.nodes, self.arrays, self.joints = nodes, arrays, joints

    def layer(self, name: str, form: Dense, width: int = 1) -> Dense:
        """A whole layer, of the sides of `form`, that takes so many frames."""
        weight, bias = np.zeros_like(form.weight), np.zeros_like(form.bias)
        each = len(weight) // (width * self.joints)
        products = [node for node in self.nodes if node == name or re.fullmatch(rf"{name}_joints[\d_]+", node)]
        filled = 0
        for product in products:
            part = self._array(f"{product}_weight")
            rows = self._channels(self._entering(product), each, part.shape[0])
            columns = self._channels(_joints(product), len(bias) // self.joints, part.shape[1])
            weight[np.ix_(rows, columns)] = part
            bias[columns] = self._array(f"{product}_bias")
            filled += len(columns)
        if filled != len(bias):
            raise ValueError(f"{name}: expected {len(bias)} columns, found {filled}")
        return Dense(weight, bias)

    def _array(self, name: str) -> np.ndarray:
        stored = self.arrays[name] if name in self.arrays else self.arrays[f"{name}_half"]
        return stored.astype(np.float32)

    def _entering(self, product: str) -> list[int] | None:
        """The joints whose channels enter a product, in their order, counted over its frames; None is all of them."""
        (source, *_) = self.nodes[product].input
        reshaped = self.nodes.get(source)
        gather = None if reshaped is None else self.nodes.get(reshaped.input[0])
        if gather is None or gather.op_type != "Gather":
            return self._side_by_side(source)
        places, joined = self.arrays[gather.input[1]], self.nodes[gather.input[0]].input[0]
        order = self._side_by_side(joined) or list(range(self.joints))
        return [int(place) // len(order) * len(order) + order[place % len(order)] for place in places]

    def _side_by_side(self, name: str) -> list[int] | None:
        """The joints of a tensor of one or of several groups."""
        node = self.nodes.get(name)
        parts = node.input if node is not None and node.op_type == "Concat" else [name]
        groups = [_joints(part) for part in parts]
        return None if None in groups else [joint for group in groups for joint in group or ()]

    def _channels(self, joints: list[int] | None, each: int, count: int) -> np.ndarray:
        """Of `each` channels a joint, those of some joints, `count` in all."""
        if joints is None:
            return np.arange(count)
        channels = (np.array(joints)[:, None] * each + np.arange(each)).ravel()
        if len(channels) != count:
            raise ValueError(f"expected {len(channels)} channels, found {count}")
        return channels


def _joints(name: str) -> list[int] | None:
    """The joints of the group that a tensor belongs to, by its name; None where all are one group."""
    found = re.search(r"_joints(\d+(?:_\d+)*)", name)
    return [int(joint) for joint in found[1].split("_")] if found else None
