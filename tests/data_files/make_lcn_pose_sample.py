"""How `lcn_pose_sample.json` was made: twenty rows of a file in lcn-pose's `h36m_test.pkl` layout.

The file came from the reference run of the original network: synthetic poses seen by cameras with Human3.6M's real
intrinsics, prepared by lcn-pose's own scripts. Run it as: python make_lcn_pose_sample.py path/to/h36m_test.pkl
It unpickles, so feed it only a file of your own.
"""

import json
import pickle
import sys
from pathlib import Path

import numpy as np

ROWS = range(0, 1680, 87)


def as_plain(row: dict) -> dict:
    camera = row["camera_param"]
    return {
        "camera": {
            "name": camera["name"],
            "focal_px": [camera["fx"], camera["fy"]],
            "center_px": [camera["cx"], camera["cy"]],
            "rotation": np.asarray(camera["R"]).tolist(),
            "position_mm": np.ravel(camera["T"]).tolist(),
            "radial": np.ravel(camera["k"]).tolist(),
            "tangential": np.ravel(camera["p"]).tolist(),
        },
        "joint_3d_camera": np.round(row["joint_3d_camera"], 6).tolist(),
        "joint_3d_image": np.round(row["joint_3d_image"], 6).tolist(),
        "box": np.round(row["box"], 6).tolist(),
        "root_depth": float(row["root_depth"]),
    }


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        rows = pickle.load(file)
    sample = Path(__file__).with_name("lcn_pose_sample.json")
    sample.write_text(json.dumps([as_plain(rows[i]) for i in ROWS]) + "\n")
