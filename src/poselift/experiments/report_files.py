"""The table and the plot of an experiment, and the page of all of them, from what is finished."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from poselift.experiments.plan import Plan
from poselift.experiments.results import Result, load_result
from poselift.experiments.running import RESULT
from poselift.experiments.summary import Summary, summary_to_chart, summary_to_markdown
from poselift.files import whole_file
from poselift.viz.lines import write_lines


def summary_of(plan: Plan, runs: Path) -> Summary:
    """What is finished of an experiment.

    Raises:
        DataFormatError: a result is damaged.
    """
    found: dict[object, dict[int, Result]] = {}
    for run in plan.runs:
        result = load_result(runs / run.folder / RESULT)
        if result is not None and set(plan.experiment.levelled) <= set(result.measured):
            found.setdefault(run.network, {})[run.seed] = result
    return Summary(plan, {network: found[network] for network in plan.networks if network in found})


def write_report_of(plan: Plan, runs: Path, output: Path) -> Summary:
    """Write NAME.md, NAME.svg and NAME.json, with every result, into a folder; older ones are replaced.

    Raises:
        OutputError: the disk refuses.
        MissingExtraError: matplotlib is not installed.
    """
    summary = summary_of(plan, runs)
    if not summary.results:
        return summary
    name, experiment = plan.name, plan.experiment
    write_lines(summary_to_chart(summary), output / f"{name}.svg", overwrite=True)
    text = (
        f"# {experiment.title}\n\n{experiment.question}\n\n    poselift experiment {name}\n\n"
        f"{summary_to_markdown(summary)}\n"
        "Errors in mm: mean ± standard deviation over the seeds. MFLOP: of one pose.\n\n"
        f"![{experiment.title}]({name}.svg)\n"
    )
    rows = [
        {"network": network.name, "seed": seed, **asdict(result)}
        for network, results in summary.results.items()
        for seed, result in results.items()
    ]
    for suffix, content in ((".md", text), (".json", json.dumps(rows, indent=1, sort_keys=True) + "\n")):
        with whole_file(output / f"{name}{suffix}", overwrite=True) as temporary:
            temporary.write_text(content, encoding="utf-8")
    return summary
