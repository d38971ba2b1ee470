"""A store of Human3.6M as the pickles of lcn-pose, which the original code reads."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from poselift.data.output import whole_file, writable_folder
from poselift.data.readers.h36m.lcn_pose import detection_file
from poselift.data.readers.h36m.tables import ACTION_NUMBERS, CAMERAS, parsed_name
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera
from poselift.geometry.crop import camera_to_image_frame
from poselift.skeleton import H36M_17

_DETECTIONS = "joints_px."


def write_lcn_pose(store: DatasetStore, folder: Path | str, *, overwrite: bool = False) -> None:
    """Write `h36m_train.pkl` (splits train and val in the order of the store), `h36m_test.pkl`, and a file such as
    `h36m_sh_dt_ft.pkl` for every source of detections. A set that the store lacks is left out.

    Numbers are float64, computed from the store's float32. The pickles can be read by numpy 1 and 2.

    Raises:
        DataFormatError: the store holds no recordings of Human3.6M-17.
        OutputError: the folder is not empty and `overwrite` is false, or it cannot be written.
    """
    if store.skeleton != H36M_17:
        raise DataFormatError(f"expected a store of {H36M_17.name}, found {store.skeleton.name}")
    sets = {
        "train": [clip for clip in store.clips if clip.split in ("train", "val")],
        "test": [clip for clip in store.clips if clip.split == "test"],
    }
    sets = {name: clips for name, clips in sets.items() if clips}
    for clip in store.clips:  # before anything is written
        parsed_name(clip.name), store.camera_of(clip), store.joints_cam_mm
    folder = writable_folder(Path(folder), overwrite=overwrite)
    video = 0
    for name, clips in sets.items():
        rows = [row for number, clip in enumerate(clips, video) for row in _rows(store, clip, number)]
        _write(rows, folder / f"h36m_{name}.pkl", overwrite=overwrite)
        video += len(clips)
    for array in store.arrays:
        if array.startswith(_DETECTIONS):
            source = array.removeprefix(_DETECTIONS)
            table = {name: _detected(store, clips, source) for name, clips in sets.items()}
            _write(table, folder / detection_file(source), overwrite=overwrite)


def _rows(store: DatasetStore, clip: ClipInfo, video: int) -> Iterator[dict[str, Any]]:
    """One for each frame of a clip. Their arrays are parts of large ones, and their camera is shared."""
    take, name = parsed_name(clip.name)
    camera = store.camera_of(clip)
    joints = np.asarray(store.joints_cam_mm[clip.frames], dtype=np.float64)
    numbers = np.asarray(store.arrays["frame_number"][clip.frames])
    (root,) = H36M_17.indices(H36M_17.root)
    image, boxes = camera_to_image_frame(camera, joints, root)
    same = {
        "videoid": video,
        "cameraid": CAMERAS.index(name),
        "camera_param": _camera_param(camera),
        "subject": int(take.subject[1:]),
        "action": ACTION_NUMBERS[take.action],
        "subaction": take.number,
    }
    for number, pose, pose_image, box in zip(numbers.tolist(), joints, image, boxes, strict=True):
        yield {
            **same,
            "imageid": number,
            "image_path": f"{clip.name}/{clip.name}_{number + 1:06}.jpg",
            "joint_3d_image": pose_image,
            "joint_3d_camera": pose,
            "center": (0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])),
            "scale": ((box[2] - box[0]) / 200.0, (box[3] - box[1]) / 200.0),
            "box": box,
            "root_depth": pose[root, 2],
        }


def _camera_param(camera: Camera) -> dict[str, Any]:
    return {
        "R": np.array(camera.rotation),
        "T": camera.position_mm[:, None].copy(),
        "fx": float(camera.focal_px[0]),
        "fy": float(camera.focal_px[1]),
        "cx": float(camera.center_px[0]),
        "cy": float(camera.center_px[1]),
        "k": camera.radial[:, None].copy(),
        "p": camera.tangential[:, None].copy(),
        "name": camera.name,
    }


def _detected(store: DatasetStore, clips: Sequence[ClipInfo], source: str) -> dict[str, np.ndarray]:
    joints_px, confidence = (
        np.concatenate([store.arrays[f"{kind}{source}"][clip.frames] for clip in clips]).astype(np.float64)
        for kind in (_DETECTIONS, "confidence.")
    )
    # The original files have a third coordinate, which nobody reads.
    return {"joint3d_image": np.pad(joints_px, [(0, 0), (0, 0), (0, 1)]), "confidence": confidence[..., None]}


class _OldNames:
    """A file in which numpy's modules are called as all versions know them: numpy 2 writes names that 1 lacks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        return self._file.write(bytes(data).replace(b"cnumpy._core.", b"cnumpy.core."))


def _write(value: Any, path: Path, *, overwrite: bool) -> None:
    with whole_file(path, overwrite=overwrite) as temporary, open(temporary, "wb") as file:
        # Up to protocol 3 a name ends with its line; later its length stands before it, and that of a frame.
        pickle.dump(value, _OldNames(file), protocol=3)
