"""`poselift predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poselift.cli.clip_options import Only, Without


def predict(
    model: Annotated[Path, typer.Argument(help="A model, .onnx, or a checkpoint of a training, .safetensors.")],
    dataset: Annotated[Path, typer.Argument(help="A dataset of recordings, made by `poselift prepare`.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Predictions to write, .npz.")],
    splits: Annotated[list[str] | None, typer.Option("--split", help="Parts of the dataset. Default: test.")] = None,
    detections: Annotated[str, typer.Option(help="Which 2D joints; gt is the projected truth.")] = "gt",
    flip: Annotated[bool, typer.Option(help="Average with the prediction for the mirror image.")] = True,
    precision: Annotated[str, typer.Option(help="float32; int8 or auto, of an .onnx file, see lift.")] = "float32",
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto.")] = "cpu",
    only: Only = None,
    without: Without = None,
    without_faulty: Annotated[
        bool,
        typer.Option(
            "--without-faulty", help="Leave out clips that are tagged faulty; in Human3.6M three takes of S9."
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Lift the 2D joints of recordings, and keep the predictions for `poselift evaluate` and `poselift compare`."""
    from poselift.cli.output import check_output
    from poselift.cli.progress import progress_bar
    from poselift.data.store import load_store
    from poselift.errors import CheckpointError
    from poselift.evaluation.clips import chosen_clips
    from poselift.evaluation.predicting import predictions_of

    check_output(output, (".npz",), overwrite=overwrite)
    if model.suffix == ".npz":
        raise CheckpointError(f"{model}: expected a model, .onnx or .safetensors", "predictions are made already")
    store = load_store(dataset)
    clips = chosen_clips(
        store, splits or ("test",), only=only or (), without=without or (), without_faulty=without_faulty
    )
    options = {"flip": flip, "precision": precision, "device": device}
    with progress_bar("predict", len(clips)) as show:
        made = predictions_of(model, store, clips, detections, on_clip=show, **options)
    made.save(output, overwrite=overwrite)
    typer.echo(f"{output}: {len(made.joints)} poses of {len(clips)} clips")
