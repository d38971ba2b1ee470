"""`poselift export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from poselift.cli.output import check_output

if TYPE_CHECKING:
    from poselift.data.model_header import ModelHeader
    from poselift.models.base import LiftingNetwork


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
            help="Dataset made by `poselift prepare`, as in training: its validation poses calibrate the errors that "
            "a model with model.uncertainty expects; its training poses set the ranges of int8, and 32 of them, in "
            "2D, go along in the file."
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
    from poselift.deploy.onnx import export_onnx
    from poselift.models.checkpoint import load_checkpoint

    model, header = load_checkpoint(checkpoint)
    about = dict(header.about)
    if errors is not None:
        about["errors"] = {**about.get("errors", {}), **_report(errors)}
    if licence is not None:
        about["licence"] = licence
    path = output or checkpoint.with_suffix(".int8.onnx" if precision == "int8" else ".onnx")
    check_output(path, None, overwrite=overwrite)
    form: dict[str, Any] = {"precision": precision}
    if calibrate is not None:
        form, scale = _calibrated(model, header, form, calibrate)
        about |= scale
    export_onnx(model, about, path, **form, overwrite=overwrite)
    typer.echo(f"{path}: {header.model}, {header.skeleton.name}, {path.stat().st_size / 1e6:.1f} MB")


def _calibrated(
    model: LiftingNetwork, header: ModelHeader, form: dict[str, Any], dataset: Path
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form with what int8 learns, and the entries of the header that make expected errors right on validation."""
    from poselift.cli.progress import progress_bar
    from poselift.data.store import load_store
    from poselift.errors import RecipeError
    from poselift.evaluation.calibration import calibration_inputs, trained_on
    from poselift.evaluation.error_scale import validation_reliability
    from poselift.evaluation.opening import exported_lifter

    ranges, says_error = form["precision"] == "int8", header.out_channels == 4
    if not (ranges or says_error):
        raise RecipeError(
            f"--calibrate: precision {form['precision']} has no ranges to set, and the model no expected errors",
            "leave it out, or train with model.uncertainty",
        )
    store = load_store(dataset)
    if ranges:
        form = {**form, "calibration": calibration_inputs(store, header)}
    if not says_error:
        return form, {}
    with exported_lifter(model, form) as lifter, progress_bar("calibrate", None) as show:
        found = validation_reliability(lifter, store, trained_on(header), on_clip=show)
    typer.echo(
        f"calibrated: validation errors are {found.factor:.3f} times the {found.expected_mm.mean():.0f} mm "
        "that the network expects"
    )
    ratios = (found.ratio_90 / found.factor).round(4).tolist()
    return form, {"error_scale": round(found.factor, 4), "error_90": ratios}


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
