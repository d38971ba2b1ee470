"""`poselift graph`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from poselift.evaluation.structure import Structure
    from poselift.viz.graphs import HeatMap


def graph(
    model: Annotated[
        str | None,
        typer.Argument(help="A trained model, .onnx or .safetensors, or default; left out, a skeleton is shown."),
    ] = None,
    hops: Annotated[
        int | None, typer.Option(help="How far a neighbourhood reaches. Default: as in the model, else 3.")
    ] = None,
    skeleton: Annotated[
        str | None, typer.Option(help="Without a model: a known skeleton or a .toml file. Default: h36m17.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--graph", help="Without a model: lcn, bones or random. Default: lcn.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Of a model: dataset on whose poses it is tried. Default: random poses."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Picture or table to write: .svg, .png or .json.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Show which joints feed which, and what the joints that a trained model predicts depend on."""
    from poselift.cli.output import check_output

    check_output(output, (".svg", ".png", ".json"), overwrite=overwrite)
    shown = (
        _of_skeleton(skeleton, kind, hops, data) if model is None else _of_model(model, skeleton, kind, hops, data)
    )
    typer.echo(_headline(shown))
    for line in shown.lines():
        typer.echo(line)
    if output is not None:
        _write(shown, output, model or shown.skeleton.name, overwrite=overwrite)
        typer.echo(f"{output}")


def _of_skeleton(skeleton: str | None, kind: str | None, hops: int | None, data: Path | None) -> Structure:
    from poselift.errors import RecipeError
    from poselift.evaluation.structure import skeleton_structure
    from poselift.skeleton import skeleton_of

    if data is not None:
        raise RecipeError(
            "--data: poses are for a model to be tried on, and none is named", "name one, or leave it out"
        )
    return skeleton_structure(skeleton_of(skeleton or "h36m17"), kind or "lcn", 3 if hops is None else hops)


def _of_model(model: str, skeleton: str | None, kind: str | None, hops: int | None, data: Path | None) -> Structure:
    from poselift.data.store import load_store
    from poselift.errors import RecipeError
    from poselift.evaluation.structure import model_structure
    from poselift.runtime.shipped import model_file

    for name, value in (("skeleton", skeleton), ("graph", kind)):
        if value is not None:
            raise RecipeError(f"--{name}: a model has its own, got {value!r}", f"leave out --{name} or the model")
    return model_structure(model_file(model), hops=hops, store=None if data is None else load_store(data))


def _headline(shown: Structure) -> str:
    if shown.depends is None:
        return f"{shown.skeleton.name}: joints that feed each joint within {shown.hops} hops, by hops"
    return (
        f"{shown.skeleton.name}: how far each joint moves, in {shown.depends.unit}, "
        "if one of these moves by 0.01 of the input's unit"
    )


def _write(shown: Structure, output: Path, name: str, *, overwrite: bool) -> None:
    from poselift.files import whole_file
    from poselift.viz.graphs import write_graph

    if output.suffix == ".json":
        import json

        with whole_file(output, overwrite=overwrite) as temporary:
            temporary.write_text(json.dumps(shown.as_dict()) + "\n", encoding="utf-8")
        return
    write_graph(shown.skeleton, shown.adjacent, _maps(shown), Path(name).name, output, overwrite=overwrite)


def _maps(shown: Structure) -> list[HeatMap]:
    from poselift.viz.graphs import HeatMap

    joints, sides = shown.skeleton.joints, ("from joint", "to joint")
    maps = []
    if shown.hops is not None:
        title = f"Within {shown.hops} hop{'' if shown.hops == 1 else 's'}"
        maps.append(HeatMap(title, shown.mask.astype(float), joints, joints, *sides))
    if shown.learned is not None:
        maps.append(HeatMap("The mask that it learned", shown.learned, joints, joints, *sides, "weight"))
    if shown.depends is not None:
        unit = f"{shown.depends.unit} for 0.01 of the input's unit"
        sides = ("joint that is seen", "joint that is predicted")
        maps.append(HeatMap("What each joint depends on", shown.depends.by_joint, joints, joints, *sides, unit))
        if len(shown.depends.offsets) > 1:
            frames = [f"{offset:+d}" for offset in shown.depends.offsets]
            maps.append(
                HeatMap(
                    "Which frames it depends on", shown.depends.by_offset, frames, joints, "frame", sides[1], unit
                )
            )
    return maps
