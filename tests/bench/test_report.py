"""Results of contests, set as a table, a page, figures and a picture."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from poselift.bench.report import FORMATS, results_to_markdown, results_to_table, write_results
from poselift.bench.rounds import Result
from poselift.errors import OutputError

RESULTS = [
    Result("lifting", "onnxruntime [1]", "poses", (900.0, 1000.0, 1100.0), (1.0, 2.0, 9.0), 1.0, None),
    Result("lifting", "ours", "poses", (2000.0, 2000.0, 2000.0), (0.5, 0.5, 0.5), 2.0, 0.25),
]


def test_medians_spreads_ratios_and_shares_are_in_the_row():
    rows = results_to_markdown(RESULTS).splitlines()[2:]
    assert rows == [
        "| lifting, poses: onnxruntime [1] | 1,000 | ±10 % | 1.0 | 2 | 9 |  |",
        "| lifting, poses: ours | 2,000 | ±0 % | 2.0 | 0.5 | 0.5 | 25 % |",
    ]


def test_a_terminal_names_a_contest_once():
    out = StringIO()
    Console(file=out, width=110).print(results_to_table(RESULTS))
    assert out.getvalue().count("lifting, poses") == 1
    assert "onnxruntime [1]" in out.getvalue()


def test_every_format_is_written_whole_and_not_twice(tmp_path):
    pytest.importorskip("matplotlib")
    for ending in FORMATS:
        write_results(RESULTS, {"cores": "2"}, tmp_path / f"a{ending}")
        with pytest.raises(OutputError, match="exists"):
            write_results(RESULTS, {"cores": "2"}, tmp_path / f"a{ending}")
        assert (tmp_path / f"a{ending}").stat().st_size > 100
    written = json.loads((tmp_path / "a.json").read_text())
    assert written["machine"] == {"cores": "2"}
    assert [(row["way"], row["median"], row["of_limit"]) for row in written["results"]] == [
        ("onnxruntime [1]", 1000.0, None),
        ("ours", 2000.0, 0.25),
    ]
    assert (tmp_path / "a.md").read_text().startswith("cores 2\n\n| |")
