"""The table of results in docs/openmotion4.md, from the reports of `poselift evaluate MODEL STORE -o NAME.json`.

`python benchmarks/openmotion4_table.py FOLDER` puts it between the page's marks; every report of the folder is a row.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "openmotion4.md"
_START, _END = "<!-- results -->\n", "<!-- end of results -->\n"
_HEAD = ["| model | measured on | 2D | P1 | P2 | poses |", "|---|---|---|---|---|---|"]


def row(report: Mapping[str, Any]) -> str:
    """A report as a line; clips are named as on the command line."""
    about, errors = report["about"], report["results"]
    chosen = [f"{name} {about[name]}" for name in ("only", "without") if name in about]
    where = ", ".join([about["split"], *chosen])
    numbers = (f"{errors[name]['mean_mm']:.1f}" for name in ("root_relative", "procrustes"))
    model = Path(about["model"])
    name = f"{model.parent.name}/{model.stem}" if model.stem in ("best", "final") else model.stem
    return f"| {name} | {where} | {about['detections']} | {' | '.join(numbers)} | {report['n_frames']:,} |"


def with_table(page: str, reports: Sequence[Mapping[str, Any]]) -> str:
    """The page with a table of the reports between its marks."""
    before, _, rest = page.partition(_START)
    _, _, after = rest.partition(_END)
    return "".join([before, _START, "\n", *(f"{line}\n" for line in [*_HEAD, *map(row, reports)]), "\n", _END, after])


if __name__ == "__main__":
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(sys.argv[1]).glob("*.json"))]
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
