"""OpenCV's YAML and JSON, ROS's YAML, and plain JSON."""

from __future__ import annotations

import json

import pytest

from poselift.data.calibrations.reading import read_calibration
from poselift.errors import DataFormatError


def parts(camera):
    matrix = [camera.focal_px[0], 0, camera.center_px[0], 0, camera.focal_px[1], camera.center_px[1], 0, 0, 1]
    lens = [*camera.radial[:2].tolist(), *camera.tangential.tolist(), float(camera.radial[2])]
    return [float(x) for x in matrix], lens


def opencv_yaml(camera):
    matrix, lens = parts(camera)
    first, second = ", ".join(map(repr, matrix[:4])), ", ".join(map(repr, matrix[4:]))
    return (
        "%YAML:1.0\n---\nnr_of_frames: 25\nimage_width: 1920\nimage_height: 1080\n"
        f"camera_matrix: !!opencv-matrix\n   rows: 3\n   cols: 3\n   dt: d\n   data: [ {first},\n       {second} ]\n"
        f"distortion_coefficients: !!opencv-matrix\n   rows: 5\n   cols: 1\n   dt: d\n   data: {lens}\n"
        "avg_reprojection_error: 2.1e-01\n"
    )


def ros_yaml(camera):
    matrix, lens = parts(camera)
    return (
        "image_width: 1920\nimage_height: 1080\ncamera_name: narrow\n"
        f"camera_matrix:\n  rows: 3\n  cols: 3\n  data: {matrix}\ndistortion_model: plumb_bob\n"
        f"distortion_coefficients:\n  rows: 1\n  cols: 5\n  data: {lens}\n"
    )


def opencv_json(camera):
    matrix, lens = parts(camera)
    held = {"type_id": "opencv-matrix", "rows": 3, "cols": 3, "dt": "d", "data": matrix}
    return json.dumps(
        {"image_width": 1920, "image_height": 1080, "cameraMatrix": held, "distCoeffs": {**held, "data": lens}}
    )


def plain_json(camera):
    matrix, lens = parts(camera)
    rows = [matrix[:3], matrix[3:6], matrix[6:]]
    return json.dumps({"camera_matrix": rows, "dist_coeff": [lens], "image_size": [1920, 1080]})


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.yml", opencv_yaml), ("a.yaml", ros_yaml), ("a.json", opencv_json), ("b.json", plain_json)],
)
def test_the_lens_reads_back(name, write, two_cameras, same_camera, tmp_path):
    (tmp_path / name).write_text(write(two_cameras[0]), encoding="utf-8-sig")
    found = read_calibration(tmp_path / name)
    assert (found.placed, found.cameras[0].name) == (False, name[0])
    same_camera(found.cameras[0], two_cameras[0], placed=False)


def test_what_holds_no_matrix_is_refused(tmp_path):
    (tmp_path / "a.json").write_text('[{"camera_matrix": 1}]')
    with pytest.raises(DataFormatError, match="expected a camera_matrix, found none"):
        read_calibration(tmp_path / "a.json")
    (tmp_path / "a.yml").write_text("camera_matrix: !!opencv-matrix\n   rows: 3\n   cols: 3\n   data: [1, 2]\n")
    with pytest.raises(DataFormatError, match="2 numbers in a matrix of 3 x 3"):
        read_calibration(tmp_path / "a.yml")


@pytest.mark.parametrize(("name", "write"), [("a.yml", opencv_yaml), ("b.json", plain_json)])
def test_damage_is_one_line(name, write, two_cameras, survives, tmp_path):
    (tmp_path / name).write_text(write(two_cameras[0]))
    survives(tmp_path / name)
