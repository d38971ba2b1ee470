"""Joint angles over time as a picture: a panel for each, right and left in one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from poselift.angles.joint_angles import JointAngles
from poselift.viz.colours import SIDE_RGB, Side
from poselift.viz.plot_files import write_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ACROSS = 3
_SIDES: tuple[Side, ...] = ("right", "left")


def draw_angles(angles: JointAngles, time_s: np.ndarray, title: str) -> Figure:
    """The angles of one person in degrees, over seconds.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    panels = dict.fromkeys(angle_without_side(name)[0] for name in angles.names)
    rows = -(-len(panels) // _ACROSS)
    figure = Figure(figsize=(11, 0.6 + 1.9 * rows), layout="constrained")
    grid = figure.subplots(rows, _ACROSS, sharex=True, squeeze=False).flat
    for axes, name in zip(grid, panels, strict=False):
        for shown in angles.names:
            plain, side = angle_without_side(shown)
            if plain == name:
                colour = [channel / 255 for channel in SIDE_RGB[side]] if side != "middle" else "0.25"
                axes.plot(time_s, angles[shown], color=colour, linewidth=1.4)
        axes.set_title(name.replace("_", " "), fontsize=10)
        axes.grid(alpha=0.4)
    for axes in grid[len(panels) :]:
        axes.remove()
    shown_last = grid[max(0, len(panels) - _ACROSS) : len(panels)]
    for axes in shown_last:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("seconds")
    figure.supylabel("degrees", fontsize=10)
    figure.suptitle(title, fontsize=11).set_parse_math(False)  # names of files may hold dollar signs
    lines = [figure.axes[0].plot([], [], color=[c / 255 for c in SIDE_RGB[side]], label=side)[0] for side in _SIDES]
    figure.legend(handles=lines, loc="outside upper right", ncols=2, frameon=False)
    return figure


def angle_without_side(name: str) -> tuple[str, Side]:
    """What an angle is, and of which side.

    >>> angle_without_side("left_knee_flexion")
    ('knee_flexion', 'left')
    """
    side = next((side for side in _SIDES if name.startswith(f"{side}_")), None)
    return (name, "middle") if side is None else (name.removeprefix(f"{side}_"), side)


def write_angle_plot(
    angles: JointAngles, time_s: np.ndarray, title: str, path: Path | str, *, overwrite: bool = False
) -> None:
    """Write `draw_angles` as a `.png` or `.svg`; errors as for `write_plot`."""
    write_plot(lambda: draw_angles(angles, time_s, title), path, overwrite=overwrite)
