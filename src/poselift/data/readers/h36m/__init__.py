"""Human3.6M in every layout that people have it in, to one dataset store.

Licensed data: none of it is in this package, except the cameras' calibration and the names of the recordings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

from poselift.data.readers import OnRead, read_silently
from poselift.data.readers.h36m.recordings import h36m_store
from poselift.data.readers.option import Option
from poselift.data.readers.recordings import Recording
from poselift.data.store import DatasetStore
from poselift.errors import DataFormatError, RecipeError


@dataclass(frozen=True)
class Layout:
    """How one project keeps Human3.6M.

    Attributes:
        reader: "module:function", which takes the folder and yields recordings.
        files: patterns of which at least one is found below a folder of this layout.
        description: what it is, for people.
    """

    reader: str
    files: tuple[str, ...]
    description: str

    def lies_in(self, folder: Path) -> bool:
        return any(next(folder.glob(pattern), None) is not None for pattern in self.files)


_HERE = "poselift.data.readers.h36m"
LAYOUTS: dict[str, Layout] = {
    "lcn_pose": Layout(
        f"{_HERE}.lcn_pose:read_lcn_pose",
        ("h36m_train.pkl", "h36m_test.pkl", "h36m_validation.pkl"),
        "pickles of lcn-pose or H36M-Toolbox",
    ),
    "matlab_meta": Layout(
        f"{_HERE}.matlab_meta:read_matlab_meta",
        ("s_*_act_*_subact_*_ca_*/matlab_meta.mat",),
        "folders with matlab_meta.mat, and cameras.h5",
    ),
    "videopose3d": Layout(
        f"{_HERE}.videopose3d:read_videopose3d",
        ("data_3d_h36m.npz",),
        "data_3d_h36m.npz and data_2d_h36m_*.npz of VideoPose3D",
    ),
    "baseline": Layout(
        f"{_HERE}.baseline:read_baseline",
        ("S*/MyPoses/3D_positions/*.h5",),
        "h5 files of 3d-pose-baseline, and cameras.h5",
    ),
    "original": Layout(
        f"{_HERE}.original:read_original",
        ("S*/MyPoseFeatures/D3_Positions/*.cdf*", "S*/Poses_D3_Positions/*.cdf*", "Poses_D3_Positions_S*.tgz"),
        "the original D3_Positions, .cdf or .cdf.mat",
    ),
    "motionbert": Layout(
        f"{_HERE}.motionbert:read_motionbert",
        ("h36m_sh_conf_cam_source*.pkl",),
        "the pickle of MotionBERT",
    ),
}


def recognised(source: Path) -> str:
    """The layout that lies in a folder, by the names of its files.

    Raises:
        DataFormatError: there is no such folder, no layout fits, or several do.
    """
    if not source.is_dir():
        raise DataFormatError(f"{source}: expected a folder with Human3.6M", "name the folder of the files")
    found = [name for name, layout in LAYOUTS.items() if layout.lies_in(source)]
    if len(found) == 1:
        return found[0]
    if found:
        raise DataFormatError(f"{source}: found several layouts: {', '.join(found)}", "choose one with --layout")
    patterns = ", ".join(layout.files[0] for layout in LAYOUTS.values())
    raise DataFormatError(f"{source}: found no layout of Human3.6M", f"expected one of: {patterns}")


_SOURCE = Option("Folder with Human3.6M, in any of the layouts.")
_LAYOUT = Option(f"The layout of the folder: {', '.join(LAYOUTS)}. Default: the one that lies there.")
_VAL = Option("Subjects of the training set to validate on.", flag="--val")


def prepare_h36m(
    source: Annotated[Path, _SOURCE],
    *,
    layout: Annotated[str | None, _LAYOUT] = None,
    val_subjects: Annotated[Sequence[str], _VAL] = ("S8",),
    on_read: OnRead = read_silently,
) -> DatasetStore:
    """Human3.6M to a dataset store: S1, S5, S6, S7 to train on, S8 to validate, S9 and S11 to test.

    It holds Human3.6M-17 joints, cameras and detections. For the layouts see docs/reproduce-lcn.md.

    Args:
        layout: a name of `LAYOUTS`. Default: the one that lies in the folder.
        val_subjects: subjects of the training set that make the validation set.
        on_read: called with the number of recordings read; a recording is one take seen by one camera.

    Raises:
        RecipeError: there is no such layout or subject.
        DataFormatError: a file is missing or breaks its format; the message names it.
        MissingExtraError: the library for a format is not installed.
    """
    name = layout or recognised(Path(source))
    if name not in LAYOUTS:
        raise RecipeError(f"unknown layout {name!r}", f"known: {', '.join(LAYOUTS)}")
    module, function = LAYOUTS[name].reader.split(":")
    recordings: Iterable[Recording] = getattr(import_module(module), function)(Path(source))
    about = {"source": f"Human3.6M, {LAYOUTS[name].description}", "layout": name}
    return h36m_store(_counted(recordings, on_read), val_subjects=val_subjects, about=about)


def _counted(recordings: Iterable[Recording], on_read: OnRead) -> Iterator[Recording]:
    for number, recording in enumerate(recordings, 1):
        yield recording
        on_read(number, None)
