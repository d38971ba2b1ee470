"""Make the files of this folder from a folder of reference outputs of the original lcn-pose network.

    python tests/metrics/lcn_tf1/make.py REFERENCE

REFERENCE holds `dataset/h36m_test.pkl`, a synthetic test set in the original layout, and per run `io_best.npz` and
`evaluate_tables.txt`, what the original evaluation printed. Only the pickle of numpy arrays made for this is read.
"""

from __future__ import annotations

import pickle
import shutil
import sys
from pathlib import Path

import numpy as np

# By run: the network outputs that its tables are made of.
RUNS = {"f16_in3": "y_all", "f16_in3_gt_flip_tables": "y_flip_avg_all"}
# Fine enough to change no printed digit.
MM_STEP, OUTPUT_STEP = 2.0**-7, 2.0**-18
HERE = Path(__file__).parent


def main(reference: Path) -> None:
    items = pickle.loads((reference / "dataset" / "h36m_test.pkl").read_bytes())
    cameras = {item["camera_param"]["name"]: item["camera_param"] for item in items}
    names = list(cameras)
    arrays = {"joints_cam_mm": _planes(np.stack([item["joint_3d_camera"] for item in items]), MM_STEP)}
    for run, key in RUNS.items():
        with np.load(reference / run / "io_best.npz") as file:
            arrays[run] = _planes(file[key], OUTPUT_STEP)
        shutil.copyfile(reference / run / "evaluate_tables.txt", HERE / f"{run}.txt")
    # The outputs of this run are made by its network, see tests/cli/test_lcn_pose.py.
    shutil.copyfile(reference / "tiny_in2" / "evaluate_tables.txt", HERE / "tiny_in2.txt")
    np.savez_compressed(
        HERE / "outputs.npz",
        **arrays,
        box_x_px=np.array([item["box"][[0, 2]] for item in items], dtype=np.float32),
        root_depth_mm=np.array([item["root_depth"] for item in items], dtype=np.float32),
        intrinsics=np.array([[cameras[name][key] for key in ("fx", "fy", "cx", "cy")] for name in names]),
        camera=np.array([names.index(item["camera_param"]["name"]) for item in items], dtype=np.uint8),
        camera_name=np.array(names),
        action=np.array([item["action"] for item in items], dtype=np.uint8),
        subject=np.array([item["subject"] for item in items], dtype=np.uint8),
    )


def _planes(array: np.ndarray, step: float) -> np.ndarray:
    """Multiples of `step` in float32, (4, N) bytes: first bytes, second bytes, ...: compressed a third smaller."""
    rounded = (np.round(array.astype(np.float64) / step) * step).astype(np.float32)
    return np.ascontiguousarray(rounded.reshape(-1).view(np.uint8).reshape(-1, 4).T)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
