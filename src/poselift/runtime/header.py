"""What the file of a network says about it, once its graph is known to have the sides that this describes."""

from __future__ import annotations

from poselift.data.model_header import ModelHeader, header_from_json
from poselift.errors import CheckpointError
from poselift.runtime.network import Network


def network_header(network: Network) -> ModelHeader:
    """The header of a network's file.

    Raises:
        CheckpointError: it is no model of ours, or its graph has other sides.
    """
    header = header_from_json(network.metadata.get("poselift"), network.path)
    window, joints = header.window, len(header.skeleton)
    seen = [] if window.frames == 1 else [window.frames]
    expected = [
        ("joints_norm", [*seen, joints, header.in_channels]),
        ("joints_out", [*window.output_frames, joints, header.out_channels]),
    ]
    if network.sides != expected:
        raise CheckpointError(
            f"{network.path}: expected a network {expected}, found {network.sides}", "export the model again"
        )
    return header
