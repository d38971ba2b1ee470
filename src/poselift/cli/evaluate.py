"""`poselift evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from poselift.cli.clip_options import Only, Without
from poselift.cli.output import check_output
from poselift.errors import RecipeError
from poselift.lifting.options import DEFAULTS, LiftOptions

if TYPE_CHECKING:
    from poselift.data.predictions import Predictions
    from poselift.data.store import ClipInfo, DatasetStore
    from poselift.evaluation.views import LiftedViews
    from poselift.metrics import Report
    from poselift.skeleton import Skeleton

VIEWS, SEED = 4, 0
_OF_MOTION_CAPTURE = ("views", "seed", "noise", "masked", "over_time", "cutoff_hz", "reliability", "predictions")


class Noise(str, Enum):
    """What the virtual detector gets wrong."""

    none = "none"
    detector = "detector"


_Model = Annotated[
    Path,
    typer.Argument(
        help="A model: video, frame, causal, an .onnx, or a checkpoint of a training, .safetensors; or what "
        "`poselift predict` wrote, .npz."
    ),
]
_Splits = Annotated[list[str] | None, typer.Option("--split", help="Parts of the dataset. Default: test.")]
_Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the report here, .json, .csv, .tex, .png or .svg.")
]
_Flip = Annotated[bool | None, typer.Option(help="Average with the prediction for the mirror image. Default: yes.")]
_Detections = Annotated[
    str | None, typer.Option(help="Recordings: which 2D joints; gt is the projected truth, the default.")
]
_WithoutFaulty = Annotated[
    bool,
    typer.Option("--without-faulty", help="Leave out clips that are tagged faulty; in Human3.6M three takes of S9."),
]
_Views = Annotated[
    int | None, typer.Option(min=1, help=f"Motion capture: virtual cameras per pose. Default: {VIEWS}.")
]
_Seed = Annotated[int | None, typer.Option(min=0, help=f"Motion capture: which cameras are drawn. Default: {SEED}.")]
_Noise = Annotated[
    Noise | None,
    typer.Option(
        help="Motion capture: none for true 2D and focal length, detector (the default) for the errors of "
        "detectors in the wild."
    ),
]
_Masked = Annotated[
    int | None,
    typer.Option(
        help="Motion capture: mask so many joints of each pose, drawn at random; those of a clip and view where the "
        "model is measured over time. The report says what it costs them and the others. Default: none."
    ),
]
_OverTime = Annotated[
    bool,
    typer.Option(
        "--over-time",
        help="Motion capture: one camera for each clip and view also where the model sees single frames, so that its "
        "movements are measured; those that see several are always measured so.",
    ),
]
_CutoffHz = Annotated[
    float | None,
    typer.Option(
        help=f"Motion capture over time: smooth the 3D joints as `poselift lift` does ({DEFAULTS.smoothing}), with "
        f"this cut-off, there {DEFAULTS.cutoff_hz:g}. Default: not."
    ),
]
_Joints = Annotated[
    str | None,
    typer.Option(
        help="Measure in the joints of this skeleton, such as h36m17, so that models with and without feet compare. "
        "Default: the model's."
    ),
]
_Reliability = Annotated[
    Path | None,
    typer.Option(
        help="Motion capture, models that say how far off they expect a joint to be: draw how far off it is, .png or "
        ".svg."
    ),
]
_Predictions = Annotated[
    Path | None, typer.Option(help="Motion capture: write what was seen, predicted and true here, .npz.")
]


def evaluate(
    model: _Model,
    dataset: Annotated[Path, typer.Argument(help="A dataset made by `poselift prepare`.")],
    splits: _Splits = None,
    output: _Output = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    flip: _Flip = None,
    device: Annotated[str | None, typer.Option(help="cpu, the default, cuda, or auto.")] = None,
    detections: _Detections = None,
    only: Only = None,
    without: Without = None,
    without_faulty: _WithoutFaulty = False,
    views: _Views = None,
    seed: _Seed = None,
    noise: _Noise = None,
    masked: _Masked = None,
    over_time: _OverTime = False,
    cutoff_hz: _CutoffHz = None,
    joints: _Joints = None,
    reliability: _Reliability = None,
    predictions: _Predictions = None,
) -> None:
    """Measure a model: on motion capture seen by virtual cameras, or on recordings by every protocol."""
    from poselift.data.store import load_store
    from poselift.evaluation.report_files import FORMATS
    from poselift.viz.plot_files import FORMATS as PICTURES

    check_output(output, FORMATS, overwrite=overwrite)
    check_output(predictions, (".npz",), overwrite=overwrite)
    check_output(reliability, PICTURES, overwrite=overwrite)
    store, chosen = load_store(dataset), tuple(splits or ("test",))
    asked = _Asked(
        model=model,
        store=store,
        splits=chosen,
        only=tuple(only or ()),
        without=tuple(without or ()),
        flip=flip,
        device=device,
        detections=detections,
        without_faulty=without_faulty,
        views=views,
        seed=seed,
        noise=noise,
        masked=masked,
        over_time=over_time,
        cutoff_hz=cutoff_hz,
        joints=joints,
        reliability=reliability,
        predictions=predictions,
        overwrite=overwrite,
    )
    report = _measured(asked)
    about = {"model": str(model), "dataset": str(dataset), "split": ", ".join(chosen)}
    _tell(replace(report, about={**report.about, **about}), asked, output)


@dataclass(frozen=True)
class _Asked:
    """The command line; None where an option was not given."""

    model: Path
    store: DatasetStore
    splits: tuple[str, ...]
    only: tuple[str, ...]
    without: tuple[str, ...]
    flip: bool | None
    device: str | None
    detections: str | None
    without_faulty: bool
    views: int | None
    seed: int | None
    noise: Noise | None
    masked: int | None
    over_time: bool
    cutoff_hz: float | None
    joints: str | None
    reliability: Path | None
    predictions: Path | None
    overwrite: bool

    @property
    def lifting(self) -> dict[str, Any]:
        """How a model is run."""
        return {"flip": self.flip is not False, "device": self.device or "cpu"}

    def refuse_idle(self, names: Sequence[str], data: str) -> None:
        """Complain of options that say nothing about this kind of data."""
        for name in names:
            if getattr(self, name) not in (None, False):
                raise RecipeError(f"--{name.replace('_', '-')} has no effect on {data}", "leave it out")


def _tell(report: Report, asked: _Asked, output: Path | None) -> None:
    """Print the report, and write what was asked for."""
    from rich.console import Console

    from poselift.evaluation.report_files import write_report
    from poselift.metrics import report_to_table
    from poselift.viz.calibration import write_reliability

    Console().print(report_to_table(report))
    for grouping, names in report.missing.items():
        typer.echo(f"no frames of {grouping} {', '.join(names)}", err=True)
    if output is not None:
        write_report(report, output, overwrite=asked.overwrite)
    if asked.reliability is not None and report.reliability is not None:
        write_reliability(report.reliability, asked.model.stem, asked.reliability, overwrite=asked.overwrite)


def _measured(asked: _Asked) -> Report:
    from poselift.evaluation.clips import chosen_clips
    from poselift.evaluation.smoothed import smoothed_views
    from poselift.evaluation.stores import evaluate_store
    from poselift.evaluation.views import LiftedViews
    from poselift.skeleton import skeleton_of

    joints_of = None if asked.joints is None else skeleton_of(asked.joints)
    recorded = asked.store.kind == "recordings"
    if recorded:
        asked.refuse_idle(_OF_MOTION_CAPTURE, "recordings")
    else:
        asked.refuse_idle(("detections", "without_faulty"), "motion capture")
    which = {"only": asked.only, "without": asked.without}
    clips = chosen_clips(asked.store, asked.splits, **which, without_faulty=asked.without_faulty)
    predicted = _predicted(asked, clips, joints_of)
    if isinstance(predicted, LiftedViews):
        if asked.cutoff_hz is not None:
            predicted = smoothed_views(predicted, LiftOptions(cutoff_hz=asked.cutoff_hz))
        if predicted.seen.left_out:
            typer.echo(f"left out {predicted.seen.left_out} poses that are not valid or not finite", err=True)
        if asked.predictions is not None:
            _write_predictions(predicted, asked.predictions, overwrite=asked.overwrite)
    report = evaluate_store(predicted, asked.store, clips, joints_of)
    if asked.reliability is not None and report.reliability is None:
        raise RecipeError(
            f"{asked.model} does not say how far off it expects joints to be, so there is nothing to draw",
            "leave --reliability out, or train with model.uncertainty",
        )
    about = {"without_faulty": asked.without_faulty} if recorded else {"noise": (asked.noise or Noise.detector).value}
    chosen = {name: ", ".join(words) for name, words in which.items() if words}
    if joints_of is not None:
        chosen["joints"] = joints_of.name
    return replace(report, about={**report.about, **about, **chosen})


def _predicted(asked: _Asked, clips: Sequence[ClipInfo], joints_of: Skeleton | None) -> Predictions | LiftedViews:
    from poselift.cli.progress import progress_bar
    from poselift.data.predictions import load_predictions
    from poselift.data.sources.virtual_cameras import ViewConfig
    from poselift.evaluation.masked import JointMask, masked_views
    from poselift.evaluation.opening import opened_lifter
    from poselift.evaluation.stores import predict_store
    from poselift.evaluation.views import LiftedViews, VirtualCameras

    if asked.model.suffix == ".npz":
        asked.refuse_idle(("flip", "device", "detections"), "predictions that are made already")
        return load_predictions(asked.model)
    config = ViewConfig().with_true_2d() if asked.noise is Noise.none else ViewConfig()
    cameras = VirtualCameras(asked.views or VIEWS, asked.seed or SEED, config, asked.over_time)
    detections = asked.detections or "gt"
    with opened_lifter(asked.model, **asked.lifting) as lifter:
        mask = None
        if asked.masked is not None:
            mask = JointMask.of(asked.masked, lifter.skeleton, joints_of, cameras.seed)
        with progress_bar("predict", len(clips)) as show:
            predicted = predict_store(
                lifter, asked.store, clips, detections=detections, cameras=cameras, on_clip=show
            )
        if mask is None or not isinstance(predicted, LiftedViews):
            return predicted
        with progress_bar("masked", len(predicted.seen.takes)) as show:
            return masked_views(lifter, predicted, mask, on_take=show)


def _write_predictions(lifted: LiftedViews, path: Path, *, overwrite: bool) -> None:
    import numpy as np

    from poselift.files import whole_file

    seen = lifted.seen
    views = seen.measured_views()
    with whole_file(path, overwrite=overwrite) as temporary:
        np.savez_compressed(
            temporary,
            predicted_root_mm=lifted.joints_root_mm[seen.measured],
            joints_cam_mm=views.joints_cam_mm,
            joints_plane=views.joints_plane,
            confidence=views.confidence,
            action=np.array(seen.actions)[seen.measured],
        )
