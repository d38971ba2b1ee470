"""`poselift evaluate`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
import typer

from poselift.errors import OutputError

if TYPE_CHECKING:
    from poselift.data.store import DatasetStore
    from poselift.data.virtual_cameras import ViewConfig, Views
    from poselift.lifting.lifter import Lifter
    from poselift.metrics import Report
    from poselift.skeleton import Skeleton

_REPORTS = (".json", ".csv")


class Noise(str, Enum):
    """What the virtual detector gets wrong."""

    none = "none"
    detector = "detector"


class SeenSplit(NamedTuple):
    """Each pose of a split as often as there are views.

    Attributes:
        views: truth and detections of N poses.
        actions: (N,) the action of each pose's clip.
        left_out: how many poses of the split are not finite.
    """

    views: Views
    actions: list[str]
    left_out: int


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model, .onnx, or a checkpoint of a training, .safetensors.")],
    dataset: Annotated[Path, typer.Argument(help="A dataset made by `poselift prepare`.")],
    split: Annotated[str, typer.Option(help="Which part of the dataset.")] = "test",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report here, .json or .csv.")
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what was seen, predicted and true here, .npz.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    views: Annotated[int, typer.Option(min=1, help="Virtual cameras per pose.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Which cameras are drawn.")] = 0,
    noise: Annotated[
        Noise, typer.Option(help="none: true 2D and focal length; detector: the errors of detectors in the wild.")
    ] = Noise.detector,
) -> None:
    """Measure a model on a dataset seen by virtual cameras."""
    from rich.console import Console

    from poselift.data.store import load_store
    from poselift.data.virtual_cameras import ViewConfig
    from poselift.metrics import evaluate as measured
    from poselift.metrics import report_to_table

    _check_outputs(output, predictions, overwrite=overwrite)
    config = ViewConfig() if noise is Noise.detector else ViewConfig().with_true_2d()
    with _lifter(model) as lifter:
        seen = seen_split(load_store(dataset), split, lifter.skeleton, config, views=views, seed=seed)
        predicted_mm = lift_views(lifter, seen.views)
    if seen.left_out:
        typer.echo(f"left out {seen.left_out} poses that are not finite", err=True)
    about = {
        "model": str(model),
        "dataset": str(dataset),
        "split": split,
        "views": views,
        "seed": seed,
        "noise": noise.value,
    }
    report = measured(predicted_mm, seen.views.joints_cam_mm, lifter.skeleton, {"action": seen.actions}, about=about)
    Console().print(report_to_table(report))
    if output is not None:
        _write_report(report, output, overwrite=overwrite)
    if predictions is not None:
        _write_predictions(seen, predicted_mm, predictions, overwrite=overwrite)


def seen_split(
    store: DatasetStore, split: str, skeleton: Skeleton, config: ViewConfig, *, views: int, seed: int
) -> SeenSplit:
    """The poses of a split in `skeleton`, through cameras that depend on the seed, view and clip alone.

    Raises:
        DataFormatError: the store has no such split, or no pose of it is finite.
        SkeletonError: the store's skeleton does not convert to `skeleton`.
    """
    from poselift.data.virtual_cameras import Views, draw_views
    from poselift.errors import DataFormatError
    from poselift.skeleton import conversion

    convert = conversion(store.skeleton, skeleton)
    total = len(store.frames_of(split))
    parts: list[Views] = []
    actions: list[str] = []
    for number, clip in enumerate(store.splits[split]):
        joints_world_mm = convert.joints(np.asarray(store.joints_world_mm[clip.frames], dtype=np.float64))
        joints_world_mm = joints_world_mm[np.isfinite(joints_world_mm).all(axis=(1, 2))]
        if len(joints_world_mm) == 0:
            continue
        for view in range(views):
            rng = np.random.default_rng((seed, view, number))
            parts.append(draw_views(joints_world_mm, skeleton, config, rng))
            actions += [clip.action or clip.name] * len(joints_world_mm)
    if not parts:
        raise DataFormatError(f"split {split!r} has no finite pose", "prepare the dataset again")
    seen = Views(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    return SeenSplit(seen, actions, total - len(actions) // views)


def lift_views(lifter: Lifter, views: Views) -> np.ndarray:
    """Joints (N, J, 3) in camera axes, relative to the root, in millimetres."""
    from poselift.geometry import Camera

    # The image of this camera is the plane z = 1.
    camera = Camera(focal_px=np.ones(2), center_px=np.zeros(2))
    return lifter.lift_arrays(views.joints_plane, views.confidence, camera)[0]


@contextmanager
def _lifter(model: Path) -> Iterator[Lifter]:
    """The lifter of an exported model; a checkpoint is exported to a temporary file first."""
    from poselift.lifting.lifter import Lifter

    if model.suffix != ".safetensors":
        yield Lifter(model)
        return
    from poselift.export.onnx import export_onnx
    from poselift.models.checkpoint import load_checkpoint

    network, header = load_checkpoint(model)
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "model.onnx"
        export_onnx(network, header.about, exported)
        yield Lifter(exported)


def _check_outputs(output: Path | None, predictions: Path | None, *, overwrite: bool) -> None:
    """Complain before the work rather than after it."""
    for path, suffixes in ((output, _REPORTS), (predictions, (".npz",))):
        if path is None:
            continue
        if path.suffix not in suffixes:
            raise OutputError(f"{path}: expected a name that ends in {' or '.join(suffixes)}", "name another file")
        if path.exists() and not overwrite:
            raise OutputError(f"{path}: exists", "name another file, or add --overwrite")


def _write_report(report: Report, path: Path, *, overwrite: bool) -> None:
    from poselift.data.output import whole_file
    from poselift.metrics import report_to_csv, report_to_json

    text = report_to_csv(report) if path.suffix == ".csv" else report_to_json(report)
    with whole_file(path, overwrite=overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _write_predictions(seen: SeenSplit, predicted_mm: np.ndarray, path: Path, *, overwrite: bool) -> None:
    from poselift.data.output import whole_file

    with whole_file(path, overwrite=overwrite) as temporary:
        np.savez_compressed(
            temporary,
            predicted_root_mm=predicted_mm,
            **seen.views._asdict(),
            action=np.array(seen.actions),
        )
