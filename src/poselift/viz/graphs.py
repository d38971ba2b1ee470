"""A picture of how joints feed each other: their graph, and matrices from joint to joint as heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool

from poselift.skeleton import Skeleton
from poselift.viz.colours import SIDE_RGB, joint_sides
from poselift.viz.plot_files import write_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANEL, _EXTRA_INCHES = 5.6, 0.6


@dataclass(frozen=True, eq=False)
class HeatMap:
    """A matrix to draw.

    Attributes:
        values: (rows, columns); not negative.
        rows, columns: what each is called.
        row_label, column_label: what they are.
        unit: of the values; "" where they are only there or not.
    """

    title: str
    values: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]
    row_label: str
    column_label: str
    unit: str = ""


def draw_graph(
    skeleton: Skeleton, adjacent: Bool[np.ndarray, "joints joints"], maps: Sequence[HeatMap], title: str
) -> Figure:
    """The graph of a skeleton, its bones solid and other edges dashed, and heat maps beside it.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    # Not pyplot, which would choose a window system and keep every figure.
    from matplotlib.figure import Figure

    panels = 1 + len(maps)
    columns = panels if panels < 4 else 2
    rows = -(-panels // columns)
    figure = Figure(figsize=(_PANEL * columns + _EXTRA_INCHES, _PANEL * rows + _EXTRA_INCHES), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    _draw_skeleton(axes[0], skeleton, adjacent)
    for place, heat_map in zip(axes[1:], maps, strict=False):
        _draw_heat_map(figure, place, heat_map)
    for place in axes[panels:]:
        place.set_axis_off()
    figure.suptitle(title).set_parse_math(False)
    return figure


def write_graph(
    skeleton: Skeleton,
    adjacent: Bool[np.ndarray, "joints joints"],
    maps: Sequence[HeatMap],
    title: str,
    path: Path | str,
    *,
    overwrite: bool = False,
) -> None:
    """Write `draw_graph` as a `.png` or `.svg`; errors as for `write_plot`."""
    write_plot(lambda: draw_graph(skeleton, adjacent, maps, title), path, overwrite=overwrite)


def places(skeleton: Skeleton) -> np.ndarray:
    """(J, 2) where to draw joints: on rings about the root, ever further out along the bones.

    Left joints are on the right, as one sees somebody who faces us.
    """
    children: dict[int, list[int]] = {joint: [] for joint in range(len(skeleton))}
    starts: list[int] = []
    for joint, parent in enumerate(skeleton.parents):
        (starts if parent < 0 else children[parent]).append(joint)
    sides = joint_sides(skeleton)
    order = {"left": 0, "middle": 1, "right": 2}
    leaves: list[int] = []

    def walk(joint: int) -> None:
        if not children[joint]:
            leaves.append(joint)
        for child in sorted(children[joint], key=lambda child: order[sides[child]]):
            walk(child)

    for start in starts:
        walk(start)
    angle = dict(zip(leaves, 2 * np.pi * (np.arange(len(leaves)) + 0.5) / len(leaves), strict=True))
    found = np.zeros((len(skeleton), 2))

    def put(joint: int, ring: int) -> float:
        own = angle[joint] if joint in angle else float(np.mean([put(child, ring + 1) for child in children[joint]]))
        found[joint] = ring * np.sin(own), -ring * np.cos(own)
        return own

    for start in starts:
        put(start, 0 if len(starts) == 1 else 1)
    return found


def _draw_skeleton(axes: Any, skeleton: Skeleton, adjacent: np.ndarray) -> None:
    at = places(skeleton)
    bones = {tuple(sorted(edge)) for edge in skeleton.edges}
    for a, b in np.argwhere(np.triu(adjacent)):
        style = "-" if (int(a), int(b)) in bones else "--"
        axes.plot(*at[[a, b]].T, style, color="0.55", linewidth=2 if style == "-" else 1.2, zorder=1)
    colours = [tuple(c / 255 for c in SIDE_RGB[side]) for side in joint_sides(skeleton)]
    axes.scatter(*at.T, s=110, c=colours, edgecolors="0.3", zorder=2)
    # Slanting, or the names of an arm that goes straight to the side would lie on each other.
    beside = {"left": ((8, -6), "left", -30), "right": ((-8, -6), "right", 30), "middle": ((9, -3), "left", 0)}
    for joint, side, place in zip(skeleton.joints, joint_sides(skeleton), at, strict=True):
        shift, align, slant = beside[side]
        name = axes.annotate(
            joint, place, xytext=shift, textcoords="offset points", ha=align, rotation=slant, fontsize=8,
            rotation_mode="anchor",
        )  # fmt: skip
        name.set_parse_math(False)
    axes.margins(0.22, 0.08)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title("Bones, and dashed other edges", fontsize=10)


def _draw_heat_map(figure: Any, axes: Any, heat_map: HeatMap) -> None:
    image = axes.imshow(heat_map.values, cmap="Blues", vmin=0, aspect="auto", interpolation="nearest")
    few = max(1, -(-len(heat_map.rows) // 40))
    axes.set_xticks(range(len(heat_map.columns)), heat_map.columns, rotation=90, fontsize=7)
    axes.set_yticks(range(0, len(heat_map.rows), few), heat_map.rows[::few], fontsize=7)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)  # joints may have dollar signs
    axes.set_xlabel(heat_map.column_label)
    axes.set_ylabel(heat_map.row_label)
    axes.set_title(heat_map.title, fontsize=10)
    if heat_map.unit:
        figure.colorbar(image, ax=axes, shrink=0.8, label=heat_map.unit)
