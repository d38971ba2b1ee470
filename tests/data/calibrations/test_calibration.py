"""Which camera is which source's, and numbers that are none of a camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from poselift.data.calibrations.calibration import Calibration, camera_of
from poselift.errors import DataFormatError


def names_of(calibration, sources):
    return [camera.name for camera in calibration.of_sources(sources)]


def test_names_tell_whose_they_are_and_else_the_order(two_cameras):
    found = Calibration(Path("a.toml"), two_cameras)
    assert names_of(found, ["walk_CAM02.mp4", "cam01"]) == ["cam_02", "cam_01"]
    assert names_of(found, ["left.mp4", "right.mp4"]) == ["cam_01", "cam_02"]
    assert names_of(found, ["walk_cam-02.mp4"]) == ["cam_02"]
    with pytest.raises(DataFormatError, match=r"expected cameras of left\.mp4, found 2: cam_01, cam_02"):
        found.of_sources(["left.mp4"])
    assert found.named("cam_02") is two_cameras[1]
    with pytest.raises(DataFormatError, match="expected a camera 'top', found cam_01, cam_02"):
        found.named("top")


MATRIX = [[900.0, 0, 500], [0, 900, 400], [0, 0, 1]]


@pytest.mark.parametrize(
    ("matrix", "lens", "size", "message"),
    [
        ([[1, 2], [3, 4]], None, None, r"expected a matrix of 3 x 3 and 4 or 5 coefficients"),
        (MATRIX, [0.1], None, r"found \(3, 3\) and 1"),
        (MATRIX, "wide", None, "expected numbers as distortion"),
        (MATRIX, [0, 0, 0, 0, 0, 0.1, 0, 0], None, "k1 k2 p1 p2 k3, found more coefficients"),
        (MATRIX, [np.nan] * 4, None, "expected finite numbers as distortion"),
        (MATRIX, None, [1920], "expected a width and a height as size"),
        (MATRIX, None, [1920, 0], "expected a width and a height as size"),
        (np.diag([-1.0, 1, 1]), None, None, "expected positive numbers"),
    ],
)
def test_numbers_that_are_none_of_a_camera_are_refused(matrix, lens, size, message):
    with pytest.raises(DataFormatError, match=f"a.toml: x: .*{message}"):
        camera_of("a.toml: x", matrix, lens, size)


def test_lenses_have_no_four_or_five_coefficients():
    assert not camera_of("a", MATRIX, None, None).radial.any()
    four = camera_of("a", MATRIX, [1, 2, 3, 4], np.array([[10], [20]]))
    assert (four.radial.tolist(), four.tangential.tolist(), four.size_px) == ([1, 2, 0], [3, 4], (10, 20))
    assert camera_of("a", MATRIX, [[1, 2, 3, 4, 5, 0, 0, 0]], None).radial.tolist() == [1, 2, 5]
