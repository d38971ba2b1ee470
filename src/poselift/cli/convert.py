"""`poselift convert`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Make a model of ours of somebody else's trained network.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command("lcn-pose")
def lcn_pose(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            help="Folder with model-STEP.index and its data, such as experiment/test1/checkpoints/best, or that "
            "file; or an .npz file of its variables, which needs no TensorFlow."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Model to write, a .safetensors file.")],
    hops: Annotated[int, typer.Option(help="The --knn it was trained with.")] = 3,
    graph: Annotated[str, typer.Option(help="The graph it was trained on: lcn, bones or random.")] = "lcn",
    graph_edges: Annotated[int, typer.Option(help="Edges of the random graph.")] = 20,
    graph_seed: Annotated[int, typer.Option(help="Seed of the random graph.")] = 146,
    residual: Annotated[bool, typer.Option(help="It was trained with paths around its blocks.")] = True,
    max_norm: Annotated[bool, typer.Option(help="It was trained with clipped weights.")] = True,
    skeleton: Annotated[
        str, typer.Option(help="The joints it was trained on: a name, or the .toml file of a skeleton of yours.")
    ] = "h36m17",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """A checkpoint of the original LCN, written by TensorFlow, as a model of poselift.

    Size, input channels, batch norm and kind of the mask are read from the checkpoint.

    The options say what it does not: where one is wrong, so is the model, and nothing can notice.
    """
    # TensorFlow's only word while it is imported.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    from poselift.errors import OutputError
    from poselift.models.checkpoint import save_checkpoint
    from poselift.models.tf1 import load_tf1

    if output.exists() and not overwrite:
        raise OutputError(f"{output}: exists", "name another file, or add --overwrite")
    model, about = load_tf1(
        checkpoint,
        hops=hops,
        graph=graph,
        graph_edges=graph_edges,
        graph_seed=graph_seed,
        residual=residual,
        max_norm=max_norm,
        skeleton=skeleton,
    )
    save_checkpoint(output, model, name="lcn", about=about, overwrite=overwrite)
    found = model.config
    typer.echo(
        f"{output}: {found.channels} channels, {found.layers} layers, {found.in_channels} input channels, "
        f"{found.mask} mask, step {about.get('step', 'unknown')}"
    )
