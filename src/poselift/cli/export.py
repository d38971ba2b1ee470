"""`poselift export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    from poselift.deploy.onnx import Precision


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
        typer.Option(
            help="Dataset made by `poselift prepare`, as in training: its poses set the ranges of int8, "
            "and 32 of them, in 2D, go along in the file."
        ),
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
    from poselift.data.store import load_store
    from poselift.deploy.onnx import export_onnx
    from poselift.evaluation.calibration import calibration_inputs
    from poselift.models.checkpoint import load_checkpoint

    model, header = load_checkpoint(checkpoint)
    about = dict(header.about)
    if errors is not None:
        about["errors"] = {**about.get("errors", {}), **_report(errors)}
    if licence is not None:
        about["licence"] = licence
    path = output or checkpoint.with_suffix(".int8.onnx" if precision == "int8" else ".onnx")
    calibration = None if calibrate is None else calibration_inputs(load_store(calibrate), header)
    kind = cast("Precision", precision)
    export_onnx(model, about, path, precision=kind, calibration=calibration, overwrite=overwrite)
    typer.echo(f"{path}: {header.model}, {header.skeleton.name}, {path.stat().st_size / 1e6:.1f} MB")


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
