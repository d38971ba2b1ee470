"""`poselift export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from poselift.errors import RecipeError

if TYPE_CHECKING:
    import numpy as np

    from poselift.data.model_header import ModelHeader
    from poselift.export.onnx import Precision

_CALIBRATION_POSES = 10_000


def export(
    checkpoint: Annotated[Path, typer.Argument(help="Trained model, a .safetensors file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The .onnx file. Default: beside the checkpoint.")
    ] = None,
    precision: Annotated[
        str,
        typer.Option(
            help="float32; float16_weights for half the size; int8, with --calibrate, for products of bytes."
        ),
    ] = "float32",
    calibrate: Annotated[
        Path | None,
        typer.Option(help="Motion capture made by `poselift prepare`: its training poses set the ranges of int8."),
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="JSON report of `poselift evaluate`, to be kept in the file.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option(help="Licence of the model. Default: what the checkpoint says.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write a trained model as one self-describing .onnx file."""
    from poselift.export.onnx import export_onnx
    from poselift.models.checkpoint import load_checkpoint

    model, header = load_checkpoint(checkpoint)
    about = dict(header.about)
    if errors is not None:
        about["errors"] = {**about.get("errors", {}), **_report(errors)}
    if licence is not None:
        about["licence"] = licence
    path = output or checkpoint.with_suffix(".int8.onnx" if precision == "int8" else ".onnx")
    calibration = None if calibrate is None else _calibration(calibrate, header)
    kind = cast("Precision", precision)
    export_onnx(model, about, path, precision=kind, calibration=calibration, overwrite=overwrite)
    typer.echo(f"{path}: {header.model}, {header.skeleton.name}, {path.stat().st_size / 1e6:.1f} MB")


def _calibration(dataset: Path, header: ModelHeader) -> np.ndarray:
    """Inputs of the network, for poses of the training split as a detector sees them."""
    import numpy as np

    from poselift.data.store import load_store
    from poselift.data.virtual_cameras import ViewConfig
    from poselift.lifting.lifter import network_inputs
    from poselift.lifting.virtual import seen_split

    store = load_store(dataset)
    if header.normalisation != "person_centred" or "joints_world_mm" not in store.arrays:
        raise RecipeError(
            f"--calibrate {dataset}: expected motion capture and a person_centred model, not {header.normalisation}",
            "pass `calibration` to poselift.export.onnx.export_onnx, which takes inputs of any kind",
        )
    views = seen_split(store, ("train",), header.skeleton, ViewConfig(), views=1, seed=0).views
    chosen = np.random.default_rng(0).permutation(len(views.confidence))[:_CALIBRATION_POSES]
    return network_inputs(views.joints_plane[chosen], views.confidence[chosen], header.in_channels)[0]


def _report(path: Path) -> dict[str, Any]:
    import json

    from poselift.errors import DataFormatError

    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise DataFormatError(f"{path}: not JSON ({error})") from None
    if not isinstance(report, dict):
        raise DataFormatError(f"{path}: expected a JSON object, found a {type(report).__name__}")
    return report
