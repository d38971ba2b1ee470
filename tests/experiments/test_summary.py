"""Means and spreads over seeds, in the table and in the plot."""

from __future__ import annotations

import pytest

from poselift.experiments.measuring import Measured
from poselift.experiments.plan import plan
from poselift.experiments.results import Result
from poselift.experiments.summary import Summary, summary_to_chart, summary_to_markdown


def made(path, errors=lambda network, seed, measure: 50.0, sizes=lambda network: 1000):
    """A summary with these root-relative errors; those aligned are half of them."""
    planned = plan(str(path))
    results = {
        network: {
            seed: Result({}, {}, sizes(network), 2_000_000, 9, {}, {
                name: Measured(3, {"root_relative": e, "procrustes": e / 2})
                for name in planned.experiment.levelled
                for e in [errors(network, seed, name)]
            })
            for seed in planned.experiment.seeds
        }
        for network in planned.networks
    }  # fmt: skip
    return Summary(planned, results)


def test_the_table_has_mean_standard_deviation_and_number(write_experiment):
    path = write_experiment(seeds=[0, 1, 2], measures={"a": {}}, protocols=["root_relative"])
    table = summary_to_markdown(made(path, lambda network, seed, measure: 50.0 + 10 * seed + network.x))
    assert table.splitlines() == [
        "| network | parameters | MFLOP | seeds | a |",
        "| --- | --: | --: | --: | --: |",
        "| hops 1 | 1,000 | 2.00 | 3 | 61.0 ± 10.0 |",
        "| hops 3 | 1,000 | 2.00 | 3 | 63.0 ± 10.0 |",
    ]


def test_a_single_seed_has_no_spread(write_experiment):
    table = summary_to_markdown(made(write_experiment(seeds=[4], measures={"a": {}})))
    assert "| 1 | 50.0 | 25.0 |" in table
    assert "±" not in table


def test_what_is_not_finished_is_left_out(write_experiment):
    whole = made(write_experiment())
    first, second = whole.results
    part = Summary(whole.plan, {second: {1: whole.results[second][1]}})
    assert first.name not in summary_to_markdown(part)
    assert "| hops 3 | 1,000 | 2.00 | 1 |" in summary_to_markdown(part)


def lines_of(chart):
    return {line.name: (line.x, line.mean) for line in chart.lines}


def test_over_a_grid_there_is_a_line_for_each_variant_and_measure(write_experiment):
    grid = {"setting": "model.hops", "values": [1, 3]}
    variants = {"thin": {"model.channels": 2}, "deep": {"model.layers": 2}}
    summary = made(
        write_experiment(variants=variants, grid=grid),
        lambda n, s, m: (n.line == "deep") + n.x * 10.0 + 5 * (m == "noisy"),
    )
    assert lines_of(summary_to_chart(summary)) == {
        "thin, true 2D": ((1, 3), (10, 30)),
        "thin, noisy": ((1, 3), (15, 35)),
        "deep, true 2D": ((1, 3), (11, 31)),
        "deep, noisy": ((1, 3), (16, 36)),
    }
    assert summary_to_chart(summary).x_label == "hops"


def test_values_that_are_no_numbers_stand_side_by_side(write_experiment):
    grid = {"setting": "model.graph", "values": ["lcn", "bones"]}
    chart = summary_to_chart(made(write_experiment(grid=grid, measures={"a": {}})))
    assert chart.names == ("lcn", "bones")
    assert chart.lines[0].x == (0, 1)


@pytest.mark.parametrize(
    ("x", "names", "lines"),
    [
        ("networks", ("hops 1", "hops 3"), {"a": ((0, 1), (11, 13)), "b": ((0, 1), (21, 23))}),
        ("measures", ("a", "b"), {"hops 1": ((0, 1), (11, 21)), "hops 3": ((0, 1), (13, 23))}),
        ("parameters", (), {"a": ((97, 99), (13, 11)), "b": ((97, 99), (23, 21))}),
    ],
)
def test_other_axes(write_experiment, x, names, lines):
    path = write_experiment(measures={"a": {}, "b": {}}, plot={"x": x, "log": True})
    tens = {"a": 10, "b": 20}
    summary = made(path, lambda n, s, m: float(tens[m] + n.x), lambda network: 100 - network.x)
    chart = summary_to_chart(summary)
    assert (chart.names, lines_of(chart), chart.log) == (names, lines, True)
    assert chart.y_label == "P1, mm"


def test_a_line_goes_through_the_networks_that_it_names(write_experiment):
    variants = {"thin": {"model.channels": 2}, "wide": {"model.channels": 6}, "deep": {"model.layers": 2}}
    plot = {"x": "parameters", "lines": {"LCN": ["thin", "wide"]}}
    path = write_experiment(variants=variants, grid=None, measures={"a": {}}, plot=plot)
    chart = summary_to_chart(made(path, sizes=lambda network: len(network.name) + (network.name == "wide")))
    named = {line.name: (line.x, line.labels) for line in chart.lines}
    assert named == {"LCN": ((4, 5), ()), "a": ((4,), ("deep",))}


def test_over_levels_there_is_a_line_for_each_network(write_experiment):
    levels = {"setting": "noise_px", "values": [0, 4]}
    path = write_experiment(measures={"a": {}, "b": {}}, levels=levels, plot={"x": "levels", "measures": ["a"]})
    chart = summary_to_chart(made(path, lambda n, s, m: float(m.split()[-1]) + n.x))
    assert lines_of(chart) == {"hops 1": ((0, 4), (1, 5)), "hops 3": ((0, 4), (3, 7))}
    path = write_experiment(measures={"a": {}}, levels=levels, plot={"x": "levels", "protocol": "procrustes"})
    chart = summary_to_chart(made(path, lambda n, s, m: 8.0))
    assert chart.lines[0].mean == (4, 4)
