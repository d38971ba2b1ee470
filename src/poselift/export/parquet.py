"""Scenes as Parquet files, for data frames and databases: the table of `.csv`, in a tenth of its size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Clip
from poselift.data.joint_status import NAMES
from poselift.data.scene import Scene, Track
from poselift.errors import MissingExtraError
from poselift.export.joint_columns import ABSENT, JOINT_COLUMNS, joint_columns
from poselift.files import whole_file


def write_parquet(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """One row for each frame, person and joint, ordered so; the columns are those of `write_csv`.

    What is not known is null.

    Raises:
        MissingExtraError: pyarrow is not installed.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet") from None
    scene = Scene.of(scene)
    people = [_rows(pa, track) for track in scene.tracks] or [_no_rows(pa)]
    table = pa.concat_tables(people).unify_dictionaries()
    order = np.argsort(table["frame"].to_numpy(), kind="stable")
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        pq.write_table(table.take(order), temporary, compression="zstd")


def _rows(pa: Any, track: Track) -> Any:
    clip, names = track.clip, (*NAMES, ABSENT)
    n_joints = len(clip.skeleton)
    status = np.where(clip.valid[:, None], clip.joint_status, len(NAMES)).astype(np.int8)
    joint = np.tile(np.arange(n_joints, dtype=np.int16), len(clip))
    frame = np.arange(track.first_frame, track.first_frame + len(clip), dtype=np.int32)
    columns = {
        "frame": np.repeat(frame, n_joints),
        "time_s": np.repeat(clip.time_s, n_joints),
        "person": np.full(len(joint), track.id, dtype=np.int32),
        "joint": pa.DictionaryArray.from_arrays(joint, list(clip.skeleton.joints)),
    }
    numbers = joint_columns(clip).reshape(-1, len(JOINT_COLUMNS)).astype(np.float32)
    columns |= {name: pa.array(numbers[:, n], from_pandas=True) for n, name in enumerate(JOINT_COLUMNS)}
    columns["status"] = pa.DictionaryArray.from_arrays(status.ravel(), list(names))
    return pa.table(columns)


def _no_rows(pa: Any) -> Any:
    numbers = [pa.field(name, pa.float32()) for name in JOINT_COLUMNS]
    names = pa.dictionary(pa.int16(), pa.string())
    who = [("frame", pa.int32()), ("time_s", pa.float64()), ("person", pa.int32()), ("joint", names)]
    return pa.schema([*who, *numbers, ("status", pa.dictionary(pa.int8(), pa.string()))]).empty_table()
