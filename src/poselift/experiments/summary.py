"""The results of an experiment over its seeds: a table, and what its plot shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import fmean, stdev
from typing import NamedTuple, TypeAlias

from poselift.experiments.plan import Network, Plan
from poselift.experiments.recipe import Axis, Value, level_name
from poselift.experiments.results import Result
from poselift.metrics.protocols import PROTOCOLS
from poselift.viz.lines import Line, LineChart

# Of a network, by the seed; what is not finished is not there.
BySeed: TypeAlias = Mapping[int, Result]


@dataclass(frozen=True)
class Mean:
    """Over seeds: the mean, the standard deviation of the sample (0 of a single one), and how many there are."""

    mean: float
    spread: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.1f} ± {self.spread:.1f}" if self.n > 1 else f"{self.mean:.1f}"


class Point(NamedTuple):
    """An error, where it stands along the axis, and what is written beside it."""

    x: float
    error: Mean
    label: str = ""


@dataclass(frozen=True)
class Summary:
    """An experiment's results so far.

    Attributes:
        results: by network; networks of which nothing is finished are left out.
    """

    plan: Plan
    results: Mapping[Network, BySeed]

    def error(self, network: Network, measure: str, protocol: str) -> Mean:
        """Over the seeds, in millimetres."""
        found = [result.measured[measure].errors_mm[protocol] for result in self.results[network].values()]
        return Mean(fmean(found), stdev(found) if len(found) > 1 else 0.0, len(found))

    def first(self, network: Network) -> Result:
        """Of any seed: what all of them share."""
        return next(iter(self.results[network].values()))


def summary_to_markdown(summary: Summary) -> str:
    """A row for each network, a column for each measure and protocol; mean and standard deviation over the seeds."""
    experiment = summary.plan.experiment
    columns = [(m, p) for m in experiment.levelled for p in experiment.protocols]
    several = len(experiment.protocols) > 1
    heads = [f"{m}, {PROTOCOLS[p].heading}" if several else m for m, p in columns]
    lines = [_row(["network", "parameters", "MFLOP", "seeds", *heads]), _row(["---", *["--:"] * (3 + len(heads))])]
    for network in summary.results:
        first = summary.first(network)
        errors = [str(summary.error(network, m, p)) for m, p in columns]
        size = [f"{first.parameters:,}", f"{first.flops / 1e6:.2f}", str(len(summary.results[network]))]
        lines.append(_row([network.name, *size, *errors]))
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def summary_to_chart(summary: Summary) -> LineChart:
    """What the experiment's plot asks for."""
    experiment = summary.plan.experiment
    plot = experiment.plot
    axis = _AXES[plot.x](summary)
    protocol = PROTOCOLS[plot.protocol or experiment.protocols[0]]
    return LineChart(
        experiment.title,
        plot.label or axis.label,
        f"{protocol.heading}, mm",
        tuple(_line(name, points) for name, points in axis.lines.items()),
        axis.names,
        plot.log,
    )


def _line(name: str, points: list[Point]) -> Line:
    labels = tuple(point.label for point in points)
    return Line(
        name,
        tuple(float(point.x) for point in points),
        tuple(point.error.mean for point in points),
        tuple(point.error.spread for point in points),
        labels if any(labels) else (),
    )


def _shown(summary: Summary) -> tuple[list[str], str]:
    """The measures that are plotted, without their levels, and by which protocol."""
    experiment = summary.plan.experiment
    return list(experiment.plot.measures or experiment.measures), experiment.plot.protocol or experiment.protocols[0]


class _Axis(NamedTuple):
    """The points of a plot, by the name of their line, and what they stand over."""

    lines: dict[str, list[Point]]
    names: tuple[str, ...]
    label: str


def _over_networks(summary: Summary) -> _Axis:
    measures, protocol = _shown(summary)
    lines = {m: [Point(i, summary.error(n, m, protocol)) for i, n in enumerate(summary.results)] for m in measures}
    return _Axis(lines, tuple(network.name for network in summary.results), "")


def _over_measures(summary: Summary) -> _Axis:
    measures, protocol = _shown(summary)
    lines = {
        network.name: [Point(i, summary.error(network, m, protocol)) for i, m in enumerate(measures)]
        for network in summary.results
    }
    return _Axis(lines, tuple(measures), "")


def _over_grid(summary: Summary) -> _Axis:
    axis, (measures, protocol) = summary.plan.experiment.grid, _shown(summary)
    assert axis is not None
    lines: dict[str, list[Point]] = {}
    for network in summary.results:
        for measure in measures:
            name = _joined(network.line, measure if len(measures) > 1 else "") or measure
            point = Point(_place(axis, network.x), summary.error(network, measure, protocol))
            lines.setdefault(name, []).append(point)
    return _Axis(lines, _names(axis), axis.called)


def _over_levels(summary: Summary) -> _Axis:
    axis, (measures, protocol) = summary.plan.experiment.levels, _shown(summary)
    assert axis is not None
    lines = {
        _joined(network.name, measure if len(measures) > 1 else ""): [
            Point(_place(axis, value), summary.error(network, level_name(measure, axis, value), protocol))
            for value in axis.values
        ]
        for network in summary.results
        for measure in measures
    }
    return _Axis(lines, _names(axis), axis.called)


def _over_size(summary: Summary, what: str, label: str) -> _Axis:
    measures, protocol = _shown(summary)
    experiment = summary.plan.experiment
    line_of = {name: line for line, names in experiment.plot.lines.items() for name in names}
    lines: dict[str, list[Point]] = {}
    for network in summary.results:
        line = line_of.get(network.name, network.line if experiment.grid else "")
        for measure in measures:
            name = _joined(line, measure if len(measures) > 1 else "") or measure
            size, error = getattr(summary.first(network), what), summary.error(network, measure, protocol)
            lines.setdefault(name, []).append(Point(size, error, "" if line else network.name))
    return _Axis({name: sorted(points, key=lambda point: point.x) for name, points in lines.items()}, (), label)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _place(axis: Axis, value: Value | None) -> float:
    """Where a value stands: itself, or its place among the names."""
    assert value is not None
    return axis.values.index(value) if _names(axis) else float(value)


def _names(axis: Axis) -> tuple[str, ...]:
    """The values, if they are not all numbers."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in axis.values)
    return () if numbers else tuple(map(str, axis.values))


_AXES: dict[str, Callable[[Summary], _Axis]] = {
    "grid": _over_grid,
    "levels": _over_levels,
    "networks": _over_networks,
    "measures": _over_measures,
    "parameters": partial(_over_size, what="parameters", label="parameters"),
    "flops": partial(_over_size, what="flops", label="floating point operations per pose"),
    "window": partial(_over_size, what="window", label="frames in the window"),
}
