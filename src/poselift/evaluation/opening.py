"""Models in either form as lifters: what was exported, and checkpoints of a training."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from poselift.errors import CheckpointError
from poselift.lifting.lifter import Lifter

if TYPE_CHECKING:
    from poselift.models.base import LiftingNetwork


@contextmanager
def opened_lifter(model: Path, **options: Any) -> Iterator[Lifter]:
    """The lifter, with its options, of a model's name or file; a checkpoint is exported to a temporary file first.

    Raises:
        CheckpointError: the file is missing or no model of ours, or a checkpoint shall run at another precision.
    """
    if model.suffix != ".safetensors":
        yield Lifter(model, **options)
        return
    from poselift.models.checkpoint import load_checkpoint

    precision = options.get("precision", "float32")
    if precision != "float32":
        raise CheckpointError(
            f"{model}: expected an exported model for precision {precision}",
            "export it with and without `--precision int8` first",
        )
    with exported_lifter(load_checkpoint(model)[0], **options) as lifter:
        yield lifter


@contextmanager
def exported_lifter(
    network: LiftingNetwork, form: Mapping[str, Any] = MappingProxyType({}), **options: Any
) -> Iterator[Lifter]:
    """The lifter, with its options, of a network, which is exported to a temporary file in a form.

    Args:
        form: `precision` and `calibration`, see `export_onnx`.
    """
    from poselift.deploy.onnx import export_onnx

    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "model.onnx"
        export_onnx(network, {}, exported, **form)
        yield Lifter(exported, **options)
