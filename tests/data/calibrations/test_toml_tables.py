"""Tables as Pose2Sim, anipose and caliscope write them."""

from __future__ import annotations

import numpy as np
import pytest
import tomli_w
from scipy.spatial.transform import Rotation

from poselift.data.calibrations.reading import read_calibration
from poselift.errors import DataFormatError


def table(camera, unit_mm, **changes):
    return {
        "name": camera.name,
        "size": [float(side) for side in camera.size_px],
        "matrix": [
            [camera.focal_px[0], 0.0, camera.center_px[0]],
            [0.0, camera.focal_px[1], camera.center_px[1]],
            [0.0, 0.0, 1.0],
        ],
        "distortions": [*camera.radial[:2].tolist(), *camera.tangential.tolist(), float(camera.radial[2])],
        "rotation": Rotation.from_matrix(camera.rotation).as_rotvec().tolist(),
        "translation": (-camera.rotation @ camera.position_mm / unit_mm).tolist(),
        **changes,
    }


def written(path, tables):
    path.write_text(tomli_w.dumps(tables))
    return path


@pytest.mark.parametrize("unit_mm", [1000.0, 1.0])
def test_cameras_read_back_in_metres_and_in_millimetres(two_cameras, same_camera, unit_mm, tmp_path):
    tables = {camera.name: table(camera, unit_mm) for camera in two_cameras} | {"metadata": {"error": 0.0}}
    found = read_calibration(written(tmp_path / "a.toml", tables))
    assert (found.placed, found.metric, len(found.cameras)) == (True, True, 2)
    for camera, true in zip(found.cameras, two_cameras, strict=True):
        same_camera(camera, true)
        assert camera.name == true.name


def test_cameras_of_an_inner_table_matrices_and_those_left_aside(two_cameras, same_camera, tmp_path):
    first = table(two_cameras[0], 1000.0, rotation=two_cameras[0].rotation.tolist())
    del first["name"]
    second = table(two_cameras[1], 1000.0, ignore=True)
    found = read_calibration(written(tmp_path / "a.toml", {"cameras": {"left": first, "top": second}, "fps": 30}))
    assert [camera.name for camera in found.cameras] == ["left"]
    same_camera(found.cameras[0], two_cameras[0])


def test_lenses_alone_are_not_placed(two_cameras, same_camera, tmp_path):
    lens = {key: value for key, value in table(two_cameras[0], 1.0).items() if key not in ("rotation", "translation")}
    found = read_calibration(written(tmp_path / "a.toml", {"cam": lens}))
    assert not found.placed
    same_camera(found.cameras[0], two_cameras[0], placed=False)


def test_what_is_no_camera_is_refused(two_cameras, tmp_path):
    for changes, message in (
        ({"fisheye": True}, "cam: expected a lens that is no fisheye"),
        ({"rotation": [1.0, 2.0]}, "cam: expected a vector as rotation"),
        ({"rotation": ["a", "b", "c"]}, "cam: expected numbers as rotation"),
        ({"matrix": "wide"}, "cam: expected numbers as matrix"),
    ):
        path = written(tmp_path / "a.toml", {"cam": table(two_cameras[0], 1.0, **changes)})
        with pytest.raises(DataFormatError, match=message):
            read_calibration(path)
    with pytest.raises(DataFormatError, match="expected a table with a matrix for each camera"):
        read_calibration(written(tmp_path / "a.toml", {"matrix": 1}))


def test_damage_is_one_line(two_cameras, survives, tmp_path):
    survives(written(tmp_path / "a.toml", {camera.name: table(camera, 1000.0) for camera in two_cameras}))
    assert np.isfinite(read_calibration(tmp_path / "a.toml").cameras[0].position_mm).all()
