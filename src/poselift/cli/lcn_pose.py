"""`poselift lcn-pose`: the command lines of the original, word for word, on its folders.

Thin on purpose: each command builds a recipe or calls what `poselift train`, `predict` and `evaluate` call.
"""

from __future__ import annotations

import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from poselift.errors import RecipeError

if TYPE_CHECKING:
    from poselift.training.recipe import Recipe

app = typer.Typer(
    help="The command lines of the original lcn-pose, on its dataset/ and experiment/testN/.", no_args_is_help=True
)


class DataType(str, Enum):
    """How poses are normalised; the original knows one way."""

    scale = "scale"


class Mode(str, Enum):
    """Which 2D joints: true, or finetuned detections."""

    gt = "gt"
    dt_ft = "dt_ft"


class MaskType(str, Enum):
    locally_connected = "locally_connected"
    locally_connected_learnable = "locally_connected_learnable"


class InitType(str, Enum):
    same = "same"
    ones = "ones"
    random = "random"


class DecayType(str, Enum):
    exp = "exp"
    step = "step"


class Checkpoint(str, Enum):
    best = "best"
    final = "final"


_Scale = Annotated[DataType, typer.Option(help="Normalisation of the joints.")]
_Mode = Annotated[Mode, typer.Option(help="True 2D joints, or finetuned detections.")]
_Index = Annotated[str, typer.Option("--test-indices", help="Number of the experiment.")]
_Graph = Annotated[str | None, typer.Option(help="Graph by index or name: 0 lcn, 1 bones, 2 random.")]
_Joints = Annotated[int, typer.Option(help="Joints of the data.")]
_Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what an older run left.")]
_Root = Annotated[Path, typer.Option(help="Folder with dataset/ and experiment/.")]
_HERE = Path(".")
_MASKS = {MaskType.locally_connected: "fixed", MaskType.locally_connected_learnable: "learnable"}
# Of the original's params_help.py.
_KNN, _LAYERS = 3, 3
_STEPS = {"kind": "piecewise", "boundaries": [250000, 500000, 1000000, 1350000], "factors": [0.7, 0.4, 0.2, 0.1]}


@app.command("train")
def train(
    data_type: _Scale,
    mode: _Mode,
    test_indices: _Index = "1",
    mask_type: Annotated[MaskType, typer.Option(help="Fixed or learnable mask.")] = MaskType.locally_connected,
    init_type: Annotated[InitType, typer.Option(help="Start of a learnable mask.")] = InitType.random,
    graph: _Graph = None,
    knn: Annotated[int, typer.Option(help="Size of a joint's neighbourhood.")] = _KNN,
    layers: Annotated[int, typer.Option(help="Residual blocks.")] = _LAYERS,
    in_joints: _Joints = 17,
    out_joints: _Joints = 17,
    dropout: Annotated[float, typer.Option(help="Probability to drop a hidden unit.")] = 0.25,
    channels: Annotated[int, typer.Option(help="Hidden channels of a joint.")] = 64,
    in_f: Annotated[int, typer.Option("--in-F", min=2, max=3, help="2, or 3 to add the confidence.")] = 2,
    flip_data: Annotated[bool, typer.Option("--flip-data", help="Train on mirror images too.")] = False,
    decay_type: Annotated[DecayType, typer.Option(help="Schedule of the learning rate.")] = DecayType.exp,
    epochs: Annotated[float, typer.Option(help="How often each pose is seen.")] = 200,
    seed: Annotated[int, typer.Option(help="Fixes weights, batches and dropout.")] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps, or auto.")] = "auto",
    overwrite: _Overwrite = False,
    root: _Root = _HERE,
) -> None:
    """Train as the original does: experiment/testN/checkpoints gets best.safetensors and final.safetensors."""
    from poselift.cli.lcn_workspace import LcnWorkspace
    from poselift.cli.train import brief_waits, follow

    _check_joints(in_joints, out_joints)
    model = {"name": "lcn", "channels": channels, "hops": knn, "layers": layers, "in_channels": in_f}
    model |= {"dropout": dropout, "graph": _graph_name(graph) or "lcn"}
    model |= {"mask": _MASKS[mask_type], "mask_init": init_type.value}
    brief_waits()
    workspace = LcnWorkspace(root)
    place = workspace.checkpoints(test_indices)
    workspace.store()
    recipe = _recipe(workspace.store_path, mode, model, flip_data, decay_type, epochs, seed)
    follow(recipe, place, overwrite=overwrite, device=device)
    for other in Mode:  # those of the network that was there before
        workspace.result(test_indices, other.value).unlink(missing_ok=True)


def _recipe(
    store: Path, mode: Mode, model: dict[str, Any], flip: bool, decay: DecayType, epochs: float, seed: int
) -> Recipe:
    from poselift.cli.lcn_workspace import DETECTIONS
    from poselift.training.recipe_file import recipe_from

    data = {"store": str(store), "train": "train", "select_on": "test", "val_poses": 0, "flip": flip}
    schedule = {"kind": "exponential"} if decay is DecayType.exp else _STEPS
    train = {"epochs": epochs, "batch_size": 200, "val_every": 0, "checkpoint_every": 5000, "best_by": "loss"}
    return recipe_from(
        {
            "data": {**data, "detections": DETECTIONS[mode.value]},
            "model": model,
            "optim": {"lr": 1e-3, "epsilon_placement": "tensorflow", "schedule": schedule},
            "loss": {"kind": "mse"},
            "train": {**train, "seed": seed},
        }
    )


@app.command("inference")
def inference(
    data_type: _Scale,
    mode: _Mode,
    test_indices: _Index = "1",
    mask_type: Annotated[MaskType | None, typer.Option(help="Checked: the network's mask.")] = None,
    graph: _Graph = None,
    knn: Annotated[int | None, typer.Option(help="Checked; a checkpoint of TensorFlow does not say it: 3.")] = None,
    layers: Annotated[int | None, typer.Option(help="Checked: residual blocks.")] = None,
    in_joints: _Joints = 17,
    out_joints: _Joints = 17,
    channels: Annotated[int | None, typer.Option(help="Checked: hidden channels of a joint.")] = None,
    checkpoints: Annotated[
        Checkpoint, typer.Option("--checkpoints", "--checkpoint", help="Which of the two.")
    ] = Checkpoint.final,
    in_f: Annotated[int | None, typer.Option("--in-F", help="Checked: input channels of a joint.")] = None,
    flip_data: Annotated[bool, typer.Option("--flip-data", help="Average with the mirror image.")] = False,
    overwrite: _Overwrite = False,
    root: _Root = _HERE,
) -> None:
    """Predict the test set: experiment/testN/result_MODE.pkl, in pixels of the image frame."""
    from poselift.cli.lcn_workspace import DETECTIONS, LcnWorkspace
    from poselift.cli.output import check_output
    from poselift.cli.train import brief_waits
    from poselift.evaluation.opening import exported_lifter
    from poselift.evaluation.recordings import predict_recordings

    _check_joints(in_joints, out_joints)
    workspace = LcnWorkspace(root)
    check_output(workspace.result(test_indices, mode.value), (".pkl",), overwrite=overwrite)
    brief_waits()
    name = _graph_name(graph)
    model, place = workspace.model(
        test_indices, checkpoints.value, hops=_KNN if knn is None else knn, graph=name or "lcn"
    )
    asked = {"mask": mask_type and _MASKS[mask_type], "graph": name, "hops": knn, "layers": layers}
    _check_model(place, model.config, {**asked, "channels": channels, "in_channels": in_f})
    store = workspace.store()
    with exported_lifter(model, flip=flip_data) as lifter:
        predictions = predict_recordings(lifter, store, store.clips_of(("test",)), DETECTIONS[mode.value])
    path = workspace.write_result(test_indices, mode.value, predictions, overwrite=overwrite)
    typer.echo(f"{path}: {len(predictions.joints)} poses, by {place}")


@app.command("evaluate")
def evaluate(
    data_type: _Scale,
    mode: _Mode,
    test_indices: Annotated[str, typer.Option(help="Numbers of the experiments: 1,2.")],
    protocol2: Annotated[bool, typer.Option("--protocol2", help="Align by Procrustes, reflections allowed.")] = False,
    per_joint: Annotated[bool, typer.Option("--per-joint", help="By joint in place of action.")] = False,
    root: _Root = _HERE,
) -> None:
    """Errors of the results by the lcn protocol: not aligned, with the true root depth and box.

    Prints the original's table and writes one for each experiment, experiment/testN/err_*.log.
    """
    from poselift.cli.lcn_workspace import LcnWorkspace
    from poselift.evaluation.recordings import evaluate_recordings
    from poselift.files import whole_file
    from poselift.metrics import PROTOCOLS, compared, comparison_to_text

    workspace = LcnWorkspace(root)
    by = "joint" if per_joint else "action"
    command = f"{data_type.value}_{by}" + ("_protocol2" if protocol2 else "")
    protocol = "procrustes_mirror" if protocol2 else "lcn"
    indices = sorted({int(index) for index in _indices(test_indices)})
    typer.echo(f"=> commd: {command}\n=> mode: {mode.value}\n=> eval experiments: {indices}\nloading dataset")
    store = workspace.store()
    reports = {}
    # All are read before anything is written.
    for index, predictions in {str(i): workspace.read_result(str(i), mode.value, store) for i in indices}.items():
        report = evaluate_recordings(predictions, store, store.clips_of(("test",)))
        for kind, names in report.missing.items():
            for absent in names:
                typer.echo(f"no frames of {kind} {absent}", err=True)
        name = f"test{index}"
        reports[name] = report
        log = workspace.run(index) / f"err_{command}_{mode.value}_{time.strftime('%Y-%m-%d-%H-%M')}.log"
        with whole_file(log, overwrite=True) as temporary:
            temporary.write_text(comparison_to_text(compared({name: report}, protocol, by), _headings(by)) + "\n")
    typer.echo(comparison_to_text(compared(reports, protocol, by), _headings(by)))
    typer.echo(f"{PROTOCOLS[protocol].title}; mm", err=True)


@app.command("gendb")
def gendb(
    dataset_root_dir: Annotated[Path, typer.Argument(help="Folders s_01_act_... with matlab_meta.mat; cameras.h5.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the pickles.")] = Path("dataset"),
    overwrite: _Overwrite = False,
) -> None:
    """Make h36m_train.pkl and h36m_test.pkl."""
    from poselift.data.readers.h36m import prepare_h36m
    from poselift.data.writers.lcn_pose import write_lcn_pose

    store = prepare_h36m(dataset_root_dir, layout="matlab_meta", val_subjects=())
    write_lcn_pose(store, output, overwrite=overwrite)
    typer.echo(f"{output}: {store.n_frames} frames of {len(store.clips)} videos")


def _headings(by: str) -> list[str]:
    """The original's columns are numbers: of joints from 0, of actions from 2."""
    from poselift.data.readers.h36m.tables import ACTIONS
    from poselift.skeleton import H36M_17

    return [str(number) for number in (range(len(H36M_17)) if by == "joint" else ACTIONS)]


def _indices(text: str) -> list[str]:
    indices = [part.strip() for part in text.split(",")]
    if not all(index.isdecimal() for index in indices):
        raise RecipeError(f"--test-indices: expected numbers such as 1,2, got {text!r}")
    return indices


def _graph_name(graph: str | None) -> str | None:
    from poselift.skeleton.graph import GRAPHS

    names = list(GRAPHS)
    if graph == "seed":  # the name that this command once had for it
        return "lcn"
    if graph is None or graph in names:
        return graph
    if graph.isdecimal() and int(graph) < len(names):
        return names[int(graph)]
    raise RecipeError(
        f"--graph: expected 0 to {len(names) - 1} or a name, got {graph!r}", f"known: {', '.join(names)}"
    )


def _check_joints(*counts: int) -> None:
    for count in counts:
        if count != 17:
            raise RecipeError(f"the data of lcn-pose has 17 joints, got {count}", "other skeletons: `poselift train`")


def _check_model(place: Path, config: Any, asked: dict[str, Any]) -> None:
    for name, value in asked.items():
        if value is not None and getattr(config, name) != value:
            raise RecipeError(
                f"{place}: the network has {name} {getattr(config, name)}, the command line says {value}",
                "leave the flag out, or name the experiment that was trained so",
            )
