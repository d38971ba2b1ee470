"""The table, the plot and the numbers as files, made again from what is finished."""

from __future__ import annotations

import json

from poselift.experiments.plan import plan
from poselift.experiments.report_files import summary_of, write_report_of
from poselift.experiments.running import perform, tasks_of


def test_they_show_the_numbers_and_are_the_same_when_made_again(write_experiment, tmp_path, never):
    made = plan(str(write_experiment(seeds=[0, 1], grid={"setting": "model.hops", "values": [1]})))
    assert write_report_of(made, tmp_path, tmp_path / "out").results == {}
    assert not (tmp_path / "out").exists()
    for task in tasks_of([made], tmp_path, "cpu"):
        perform(task, never)
    summary = write_report_of(made, tmp_path, tmp_path / "out")
    page, plot, rows = ((tmp_path / "out" / f"hops{suffix}").read_text() for suffix in (".md", ".svg", ".json"))
    error = summary.error(made.networks[0], "noisy", "root_relative")
    assert error.n == 2
    assert f"| 2 | {summary.error(made.networks[0], 'true 2D', 'root_relative')} |" in page
    assert f" {error} |" in page
    assert "How many?" in page
    assert "](hops.svg)" in page
    assert "<svg" in plot
    found = json.loads(rows)
    assert [(row["network"], row["seed"]) for row in found] == [("hops 1", 0), ("hops 1", 1)]
    assert found[1]["measured"]["noisy"]["errors_mm"]["root_relative"] > 0
    write_report_of(made, tmp_path, tmp_path / "out")
    again = ((tmp_path / "out" / f"hops{suffix}").read_text() for suffix in (".md", ".svg", ".json"))
    assert tuple(again) == (page, plot, rows)
    assert summary_of(made, tmp_path).results == summary.results
