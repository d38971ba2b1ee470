"""The structure of a network: its graph, who feeds whom, and what a trained one makes of that."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.model_header import ModelHeader
from poselift.data.store import DatasetStore
from poselift.errors import ShapeError
from poselift.evaluation.calibration import calibration_inputs
from poselift.evaluation.dependence import Dependence, dependence
from poselift.runtime.header import network_header
from poselift.runtime.network import Network
from poselift.skeleton import Skeleton, hop_distance, hop_mask
from poselift.skeleton.graph import graph_adjacency


@dataclass(frozen=True, eq=False)
class Structure:
    """What `poselift graph` shows.

    Attributes:
        skeleton: what the J joints are.
        adjacent: (J, J) which joints are neighbours.
        hops: how far a neighbourhood reaches; None of a network that knows no neighbours.
        learned: (J, J) how strongly joint i (row) feeds joint j (column), of a network that learned it.
        depends: what a trained network depends on.
    """

    skeleton: Skeleton
    adjacent: Bool[np.ndarray, "joints joints"]
    hops: int | None
    learned: Float[np.ndarray, "joints joints"] | None = None
    depends: Dependence | None = None

    @property
    def mask(self) -> Bool[np.ndarray, "joints joints"]:
        """(J, J) whether joint i (row) feeds joint j (column)."""
        return np.ones_like(self.adjacent) if self.hops is None else hop_mask(self.adjacent, self.hops)

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        a, b = np.nonzero(np.triu(self.adjacent))
        joints = self.skeleton.joints
        table: dict[str, Any] = {
            "skeleton": self.skeleton.name,
            "joints": list(joints),
            "edges": [[joints[i], joints[j]] for i, j in zip(a, b, strict=True)],
            "hops": self.hops,
            "distance": hop_distance(self.adjacent).tolist(),
            "mask": self.mask.astype(int).tolist(),
        }
        if self.learned is not None:
            table["learned_mask"] = np.round(self.learned, 5).tolist()
        if self.depends is not None:
            table["depends"] = self.depends.as_dict()
        return table

    def lines(self, most: int = 6) -> list[str]:
        """A line for each joint that comes out: what feeds it, by hops, or what it depends on, most first."""
        return self._neighbours() if self.depends is None else self._dependences(self.depends, most)

    def _neighbours(self) -> list[str]:
        distance, joints, lines = hop_distance(self.adjacent), self.skeleton.joints, []
        for j, name in enumerate(joints):
            rings = []
            for hop in range((self.hops or 0) + 1):
                ring = [joints[i] for i in range(len(joints)) if distance[i, j] == hop]
                rings += [f"{hop}: {', '.join(ring)}"] if ring else []
            lines.append(f"{name}  {'  '.join(rings)}")
        return lines

    def _dependences(self, depends: Dependence, most: int) -> list[str]:
        joints, by_joint, lines = self.skeleton.joints, depends.by_joint, []
        for j, name in enumerate(joints):
            order = np.argsort(-by_joint[:, j], kind="stable")[:most]
            lines.append(f"{name}  {', '.join(f'{joints[i]} {by_joint[i, j]:.1f}' for i in order)}")
        return lines


def skeleton_structure(skeleton: Skeleton, graph: str, hops: int) -> Structure:
    """Of a skeleton without a network.

    Args:
        graph: of `skeleton.graph.GRAPHS`.

    Raises:
        RecipeError: there is no such graph.
        ShapeError: `hops` is negative.
    """
    if hops < 0:
        raise ShapeError(f"hops: expected 0 or more, got {hops}")
    return Structure(skeleton, graph_adjacency(skeleton, graph), hops)


def model_structure(model: Path, *, hops: int | None = None, store: DatasetStore | None = None) -> Structure:
    """Of a trained network, in either form.

    Args:
        hops: of the mask that is shown; those of the network otherwise.
        store: whose poses it is tried on; random ones otherwise.

    Raises:
        CheckpointError: the file is missing or no model of ours.
        ShapeError: `hops` is negative.
        DataFormatError, SkeletonError: as for `calibration_inputs`.
    """
    if hops is not None and hops < 0:
        raise ShapeError(f"hops: expected 0 or more, got {hops}")
    learned = None
    with tempfile.TemporaryDirectory() as folder:
        exported = model
        if model.suffix == ".safetensors":
            from poselift.deploy.onnx import export_onnx
            from poselift.models.checkpoint import load_checkpoint

            network, _ = load_checkpoint(model)
            learned = network.learned_mask()
            exported = Path(folder) / "model.onnx"
            export_onnx(network, {}, exported)
        runner = Network(exported)
        header = network_header(runner)
        inputs = None if store is None else calibration_inputs(store, header)
        depends = dependence(runner.run, header, inputs)
    adjacent, own = _graph_of(header)
    return Structure(header.skeleton, adjacent, own if hops is None else hops, learned, depends)


def _graph_of(header: ModelHeader) -> tuple[np.ndarray, int | None]:
    """The graph that a model works on, and its hops, if any; of networks without a graph that of its skeleton."""
    config = header.config
    graph = str(config.get("graph", "lcn"))
    graph = "lcn" if graph == "seed" else graph  # as older files call it
    drawn = {"edges": config.get("graph_edges", 20), "seed": config.get("graph_seed", 146)}
    return graph_adjacency(header.skeleton, graph, **drawn), config.get("hops")
