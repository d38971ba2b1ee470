"""The tables that the original lcn-pose evaluation printed, character for character, from its network's outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from poselift.geometry import Camera, image_frame_to_camera
from poselift.metrics import Report, compared, comparison_to_text, evaluate
from poselift.normalisation.image_frame import image_frame_denormalised
from poselift.skeleton import H36M_17

FOLDER = Path(__file__).parent / "lcn_tf1"
ROW = {"f16_in3": "test5", "f16_in3_gt_flip_tables": "test7"}
HEIGHT_PX = {"54138969": 1002, "60457274": 1002, "55011271": 1000, "58860488": 1000}


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    with np.load(FOLDER / "outputs.npz") as file:
        arrays = dict(file)
    for name in ("joints_cam_mm", *ROW):
        # The file keeps first bytes, second bytes, ... together.
        arrays[name] = np.ascontiguousarray(arrays[name].T).view(np.float32).reshape(-1, 17, 3)
    return arrays


def predicted_cam_mm(outputs: np.ndarray, data: dict[str, np.ndarray]) -> np.ndarray:
    """A network's outputs (F, 17, 3) to camera axes, with the true boxes and root depths."""
    predicted = np.empty(outputs.shape)
    # The box's height is not used.
    boxes = data["box_x_px"][:, [0, 0, 1, 1]].astype(np.float64)
    for number, name in enumerate(data["camera_name"].tolist()):
        chosen = data["camera"] == number
        fx, fy, cx, cy = data["intrinsics"][number]
        camera = Camera(np.array([fx, fy]), np.array([cx, cy]))
        joints = image_frame_denormalised(outputs[chosen].astype(np.float64), (1000, HEIGHT_PX[name]))
        predicted[chosen] = image_frame_to_camera(camera, joints, boxes[chosen], data["root_depth_mm"][chosen])
    return predicted


@pytest.fixture(scope="module", params=ROW)
def measured(request, data) -> tuple[str, Report]:
    predicted = predicted_cam_mm(data[request.param], data)
    groups = {"action": data["action"].astype(str)}
    report = evaluate(predicted, data["joints_cam_mm"], H36M_17, groups, protocols=["lcn", "procrustes_mirror"])
    return request.param, report


@pytest.mark.parametrize(
    ("place", "protocol", "by"),
    [
        (0, "lcn", "action"),
        (1, "procrustes_mirror", "action"),
        (2, "lcn", "joint"),
        (3, "procrustes_mirror", "joint"),
    ],
)
def test_the_table_is_the_originals(measured, place, protocol, by):
    run, report = measured
    lines = (FOLDER / f"{run}.txt").read_text().splitlines(keepends=True)
    tables = "".join(line for line in lines if line[0] in "+|")
    # A table has a rule above, between and below, and two rows.
    expected = "".join(tables.splitlines(keepends=True)[5 * place : 5 * place + 5])
    runs = compared({ROW[run]: report}, protocol, by)
    headings = [str(number) for number in range(17)] if by == "joint" else None
    assert comparison_to_text(runs, headings) == expected
