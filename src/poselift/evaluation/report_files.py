"""Reports and comparisons in files, in the format that the file's name ends in."""

from __future__ import annotations

from pathlib import Path

from poselift.files import whole_file
from poselift.metrics import (
    Comparison,
    Report,
    compared,
    comparison_to_csv,
    comparison_to_json,
    comparison_to_latex,
    report_to_csv,
    report_to_json,
    report_to_latex,
)
from poselift.viz.bars import write_bars
from poselift.viz.plot_files import FORMATS as PICTURES

FORMATS = (".json", ".csv", ".tex", *PICTURES)
_REPORT_TEXTS = {".csv": report_to_csv, ".json": report_to_json, ".tex": report_to_latex}
_COMPARISON_TEXTS = {".csv": comparison_to_csv, ".json": comparison_to_json, ".tex": comparison_to_latex}


def write_report(report: Report, path: Path, *, overwrite: bool = False) -> None:
    """Write a report; pictures show its first protocol, by action.

    Raises:
        OutputError: the name ends otherwise, the file exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: a picture is asked for, and matplotlib is not installed.
    """
    if path.suffix in _REPORT_TEXTS:
        _write(_REPORT_TEXTS[path.suffix](report), path, overwrite=overwrite)
        return
    name = Path(str(report.about.get("model", "model"))).stem
    write_bars(compared({name: report}, next(iter(report.results)), "action"), path, overwrite=overwrite)


def write_comparison(comparison: Comparison, path: Path, *, overwrite: bool = False) -> None:
    """Write several runs side by side; errors as for `write_report`."""
    if path.suffix in _COMPARISON_TEXTS:
        _write(_COMPARISON_TEXTS[path.suffix](comparison), path, overwrite=overwrite)
        return
    write_bars(comparison, path, overwrite=overwrite)


def _write(text: str, path: Path, *, overwrite: bool) -> None:
    with whole_file(path, overwrite=overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")
