"""A store of Human3.6M as the pickles of lcn-pose, which the original code reads."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.readers.h36m.lcn_detections import detection_file
from poselift.data.readers.h36m.tables import ACTION_NUMBERS, CAMERAS, parsed_name
from poselift.data.sources.recordings import GROUND_TRUTH, detection_sources
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError
from poselift.files import output_folder, whole_file
from poselift.geometry.camera import Camera
from poselift.geometry.crop import camera_to_image_frame
from poselift.skeleton import H36M_17

# How a pickle of a list begins, and the number that it gives to the list.
_EMPTY_LIST = pickle.PROTO + b"\x03" + pickle.EMPTY_LIST
_NUMBERED = pickle.BINPUT + b"\x00"


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
    with output_folder(Path(folder), overwrite=overwrite) as folder:
        video = 0
        for name, clips in sets.items():
            parts = (list(_rows(store, clip, number)) for number, clip in enumerate(clips, video))
            _write_list(parts, folder / f"h36m_{name}.pkl", overwrite=overwrite)
            video += len(clips)
        for source in detection_sources(store):
            if source != GROUND_TRUTH:
                table = {name: _detected(store, clips, source) for name, clips in sets.items()}
                with whole_file(folder / detection_file(source), overwrite=overwrite) as temporary:
                    temporary.write_bytes(_pickled(table))


def _rows(store: DatasetStore, clip: ClipInfo, video: int) -> Iterator[dict[str, Any]]:
    """One for each frame of a clip. Their arrays are parts of large ones, and their camera is shared."""
    take, name = parsed_name(clip.name)
    camera = store.camera_of(clip)
    joints = np.asarray(store.joints_cam_mm[clip.frames], dtype=np.float64)
    numbers = np.asarray(store.arrays["frame_number"][clip.frames])
    (root,) = H36M_17.indices(H36M_17.root)
    image, boxes = camera_to_image_frame(camera, joints, joints[:, root])
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
        "R": np.ascontiguousarray(camera.rotation),
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
        for kind in ("joints_px.", "confidence.")
    )
    # The original files have a third coordinate, which nobody reads.
    return {"joint3d_image": np.pad(joints_px, [(0, 0), (0, 0), (0, 1)]), "confidence": confidence[..., None]}


def _write_list(parts: Iterable[list[Any]], path: Path, *, overwrite: bool) -> None:
    """One pickled list of the items of all parts, of which one at a time is in memory."""
    with whole_file(path, overwrite=overwrite) as temporary, open(temporary, "wb") as file:
        file.write(_EMPTY_LIST)
        for part in parts:
            # What follows the empty list appends to the list on top of the stack, which may be a longer one.
            file.write(_pickled(part).removeprefix(_EMPTY_LIST)[len(_NUMBERED) : -len(pickle.STOP)])
        file.write(pickle.STOP)


def _pickled(value: Any) -> bytes:
    """A pickle in which numpy's modules are called as all versions know them: numpy 2 writes names that 1 lacks.

    Up to protocol 3 a name ends with its line, so a shorter one may replace it; later protocols count its letters.
    """
    return pickle.dumps(value, protocol=3).replace(b"cnumpy._core.", b"cnumpy.core.")
