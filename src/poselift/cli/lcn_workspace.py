"""The folders of the original lcn-pose: `dataset/` with its pickles, `experiment/testN/` with runs and results."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poselift.errors import CheckpointError, DataFormatError, RecipeError, ShapeError

if TYPE_CHECKING:
    from poselift.data.predictions import Predictions
    from poselift.data.store import DatasetStore
    from poselift.models.lcn import LCN

# Detections by the original's --mode.
DETECTIONS = {"gt": "gt", "dt_ft": "sh_ft"}
_AGAIN = "run inference on this data set again"
_PICKLES = ("h36m_train.pkl", "h36m_test.pkl", "h36m_sh_dt_ft.pkl")


@dataclass(frozen=True)
class LcnWorkspace:
    """Where the original keeps things below the folder that it is run in."""

    root: Path

    def run(self, index: str) -> Path:
        """The folder of an experiment."""
        if not index.isdecimal():
            raise RecipeError(f"--test-indices: expected a number, got {index!r}")
        return self.root / "experiment" / f"test{index}"

    def checkpoints(self, index: str) -> Path:
        """Where training writes; `best` and `final` of the original lie there too."""
        return self.run(index) / "checkpoints"

    def result(self, index: str, mode: str) -> Path:
        return self.run(index) / f"result_{mode}.pkl"

    @property
    def store_path(self) -> Path:
        return self.root / "experiment" / "dataset.safetensors"

    def store(self) -> DatasetStore:
        """The data set, read from the pickles once, and again when one of them came, went or changed.

        Raises:
            DataFormatError: there are no pickles, or one breaks its format.
        """
        from poselift.data.readers.h36m import prepare_h36m
        from poselift.data.store import load_store

        folder = self.root / "dataset"
        pickles = [folder / name for name in _PICKLES if (folder / name).exists()]
        if not pickles:
            raise DataFormatError(
                f"{folder}: expected {', '.join(_PICKLES)}, found none of them",
                "run this where dataset/ lies, or name its parent with --root",
            )
        # Not by which is newer: copies may keep the times of what they are copies of.
        there = {path.name: [path.stat().st_size, path.stat().st_mtime_ns] for path in pickles}
        if self.store_path.exists():
            store = load_store(self.store_path)
            if store.about.get("pickles") == there:
                return store
        store = prepare_h36m(folder, layout="lcn_pose", val_subjects=())
        replace(store, about={**store.about, "pickles": there}).save(self.store_path, overwrite=True)
        return load_store(self.store_path)

    def model(self, index: str, kind: str, **settings: Any) -> tuple[LCN, Path]:
        """The `best` or `final` network of an experiment, and its file or folder.

        That is what was trained here, `best.safetensors`; or TensorFlow's variables, `best.npz`; or the folder `best`
        of its checkpoint.

        Args:
            settings: what a checkpoint of TensorFlow does not say, see `models.tf1.lcn_from_tf1`.

        Raises:
            CheckpointError: there is none, or it is no LCN.
        """
        from poselift.models.checkpoint import load_checkpoint
        from poselift.models.lcn import LCN
        from poselift.models.tf1 import load_tf1

        folder = self.checkpoints(index)
        ours, dumped, theirs = folder / f"{kind}.safetensors", folder / f"{kind}.npz", folder / kind
        if ours.exists():
            model, _ = load_checkpoint(ours)
            if not isinstance(model, LCN):
                raise CheckpointError(f"{ours}: expected an LCN, found a {type(model).__name__}")
            return model, ours
        found = dumped if dumped.exists() else theirs
        if not found.exists():
            raise CheckpointError(
                f"{folder}: expected {ours.name}, or the folder {kind} of the original, found neither",
                "train first, or put the checkpoint there",
            )
        return load_tf1(found, **settings)[0], found

    def write_result(self, index: str, mode: str, predictions: Predictions, *, overwrite: bool) -> Path:
        """Write predictions as the original does: {'result': (N, 17, 3)}, image frame in pixels, float64.

        Beside them, for `read_result`, 'clips': name and length of each video.
        """
        from poselift.files import whole_file

        path = self.result(index, mode)
        with whole_file(path, overwrite=overwrite) as temporary, open(temporary, "wb") as file:
            result = predictions.joints.astype(np.float64)
            pickle.dump({"result": result, "clips": list(predictions.clips)}, file, protocol=4)
        return path

    def read_result(self, index: str, mode: str, store: DatasetStore) -> Predictions:
        """Results of ours or of the original for the test set; the latter do not say of which poses they are.

        Raises:
            DataFormatError: the file is missing, no result, or not of this test set in this order.
        """
        from poselift.data.predictions import Predictions
        from poselift.data.unpickle import read_pickle

        path, clips = self.result(index, mode), store.clips_of(("test",))
        if not path.exists():
            raise DataFormatError(f"{path}: no such file", f"make it with inference --mode {mode}")
        found = read_pickle(path)
        joints = _checked_result(found, (sum(clip.length for clip in clips), len(store.skeleton), 3), path)
        named = _checked_clips(found.get("clips", [(clip.name, clip.length) for clip in clips]), path)
        try:
            predictions = Predictions(joints, "image", named, {"result": path.name})
            predictions.check_fits(clips)
        except (DataFormatError, ShapeError) as error:
            raise DataFormatError(f"{path}: {error}", _AGAIN) from None
        return predictions


def _checked_result(found: Any, expected: tuple[int, int, int], path: Path) -> np.ndarray:
    result = found.get("result") if isinstance(found, dict) else None
    if not isinstance(result, np.ndarray) or result.dtype.kind != "f":
        raise DataFormatError(f"{path}: expected a dict with the array 'result'", "make it with inference")
    poses, joints, axes = expected
    if result.shape not in (expected, (poses, joints * axes)):
        raise DataFormatError(
            f"{path}: expected the {poses} poses of the test set, shape {expected}, found {result.shape}", _AGAIN
        )
    broken = ~np.isfinite(result).reshape(poses, -1).all(axis=1)
    if broken.any():
        raise DataFormatError(f"{path}: row {int(broken.argmax())} holds NaN or infinity", _AGAIN)
    return result.reshape(expected)


def _checked_clips(clips: object, path: Path) -> tuple[tuple[str, int], ...]:
    if isinstance(clips, list) and all(isinstance(c, tuple) and [*map(type, c)] == [str, int] for c in clips):
        return tuple(clips)
    raise DataFormatError(f"{path}: expected names and lengths of videos in 'clips'", _AGAIN)
