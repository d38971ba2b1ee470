"""What `predict`, `evaluate` and `compare` share: models in either form, clips by name, reports in files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poselift.errors import CheckpointError

if TYPE_CHECKING:
    from poselift.data.predictions import Predictions
    from poselift.data.store import ClipInfo, DatasetStore
    from poselift.lifting.lifter import Lifter
    from poselift.metrics import Report, Runs

FORMATS = (".json", ".csv", ".tex", ".png", ".svg")


@contextmanager
def opened_lifter(model: Path, **options: Any) -> Iterator[Lifter]:
    """The lifter, with its options, of an exported model; a checkpoint is exported to a temporary file first."""
    from poselift.lifting.lifter import Lifter

    if model.suffix != ".safetensors":
        yield Lifter(model, **options)
        return
    from poselift.models.checkpoint import load_checkpoint

    precision = options.get("precision", "float32")
    if precision != "float32":
        raise CheckpointError(
            f"{model}: expected an exported model for precision {precision}",
            "export it with and without `--precision int8` first",
        )
    with exported_lifter(load_checkpoint(model)[0], **options) as lifter:
        yield lifter


@contextmanager
def exported_lifter(network: Any, **options: Any) -> Iterator[Lifter]:
    """The lifter, with its options, of a network of `models.MODELS`, which is exported to a temporary file."""
    from poselift.deploy.onnx import export_onnx
    from poselift.lifting.lifter import Lifter

    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "model.onnx"
        export_onnx(network, {}, exported)
        yield Lifter(exported, **options)


def predictions_of(
    run: Path, store: DatasetStore, clips: Sequence[ClipInfo], detections: str, **options: Any
) -> Predictions:
    """What a run predicts for clips: read from an .npz of `poselift predict`, or by a lifter with its options."""
    from poselift.cli.progress import progress_bar
    from poselift.data.predictions import load_predictions
    from poselift.evaluation.recordings import predict_recordings

    if run.suffix == ".npz":
        return load_predictions(run)
    with opened_lifter(run, **options) as lifter, progress_bar("predict", len(clips)) as show:
        return predict_recordings(lifter, store, clips, detections, on_clip=show)


def write_report(report: Report, path: Path, *, overwrite: bool) -> None:
    """A report in the format that the file's name ends in; pictures show its first protocol, by action."""
    from poselift.metrics import report_to_csv, report_to_json, report_to_latex, runs_side_by_side
    from poselift.viz.bars import write_bars

    texts = {".csv": report_to_csv, ".json": report_to_json, ".tex": report_to_latex}
    if path.suffix in texts:
        _write(texts[path.suffix](report), path, overwrite=overwrite)
    else:
        name = Path(str(report.about.get("model", "model"))).stem
        write_bars(runs_side_by_side({name: report}, next(iter(report.results)), "action"), path, overwrite=overwrite)


def write_runs(runs: Runs, path: Path, *, overwrite: bool) -> None:
    """A table of runs in the format that the file's name ends in."""
    from poselift.metrics import runs_to_csv, runs_to_json, runs_to_latex
    from poselift.viz.bars import write_bars

    texts = {".csv": runs_to_csv, ".json": runs_to_json, ".tex": runs_to_latex}
    if path.suffix in texts:
        _write(texts[path.suffix](runs), path, overwrite=overwrite)
    else:
        write_bars(runs, path, overwrite=overwrite)


def _write(text: str, path: Path, *, overwrite: bool) -> None:
    from poselift.files import whole_file

    with whole_file(path, overwrite=overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")
