"""`poselift angles`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from poselift.data.scene import Track


def angles(
    result: Annotated[Path, typer.Argument(help="A result of `poselift lift`: poses.npz or poses.json.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Table to write, .csv: a column for each angle.")],
    plot: Annotated[
        Path | None, typer.Option(help="Plot the angles too, .png or .svg; of several people a file each.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
) -> None:
    """Joint angles of everybody over time, by the names of the International Society of Biomechanics."""
    from poselift.angles.joint_angles import joint_angles
    from poselift.cli.output import check_output
    from poselift.data.scene_file import load
    from poselift.export.angle_table import write_angles
    from poselift.export.markers import one_file_each
    from poselift.viz.angle_plot import write_angle_plot
    from poselift.viz.plot_files import FORMATS

    check_output(output, (".csv",), overwrite=overwrite)
    check_output(plot, FORMATS, overwrite=overwrite)
    scene = load(result)
    pictures = one_file_each(scene, plot) if plot else []
    for _, picture in pictures:
        check_output(picture, FORMATS, overwrite=overwrite)
    write_angles(scene, output, overwrite=overwrite)
    for track in scene.tracks:
        _tell(track)
    typer.echo(f"  {output}")
    for track, picture in pictures:
        title = f"{scene.footage.source}, person {track.id}" if scene.footage.source else f"person {track.id}"
        write_angle_plot(joint_angles(track.clip), track.clip.time_s, title, picture, overwrite=overwrite)
        typer.echo(f"  {picture}")


def _tell(track: Track) -> None:
    """From where to where each angle goes, but for a frame in forty at both ends."""
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    from poselift.angles.joint_angles import joint_angles
    from poselift.viz.angle_plot import angle_without_side

    found = joint_angles(track.clip)
    ranges: dict[str, dict[str, str]] = {}
    for name in found.names:
        plain, side = angle_without_side(name)
        told = found[name][np.isfinite(found[name])]
        low, high = np.percentile(told, (2.5, 97.5)) if len(told) else (np.nan, np.nan)
        ranges.setdefault(plain, {})[side] = f"{low:.0f} to {high:.0f}" if len(told) else "not told"
    table = Table(title=f"person {track.id}, degrees, 95 % of {len(track.clip)} frames", title_justify="left")
    for column in ("angle", "right", "left"):
        table.add_column(column, justify="left" if column == "angle" else "right")
    for plain, by_side in ranges.items():
        table.add_row(plain, by_side.get("right", by_side.get("middle", "")), by_side.get("left", ""))
    Console().print(table)
