"""A calibration of Qualisys Track Manager, in its units and axes."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.calibrations.reading import read_calibration
from poselift.errors import DataFormatError

# Of Pose2Sim's demo, whose TOML of the same cameras has the numbers below (BSD-3-Clause; see examples/).
CAM_01 = """<?xml version='1.0' encoding='ASCII'?>
<calibration created="sometimes ago" type="regular">
  <cameras>
    <camera active="1" serial="cam01" viewrotation="0">
      <fov_video bottom="1919" left="0" right="1087" top="0"/>
      <transform r11="0.5536380477336265" r12="0.8046719867383512" r13="0.2144479094331626" r21="-0.4345300743838753"
       r22="0.05946489349975602" r23="0.8986921279821063" r31="0.7104002579937896" r32="-0.5907342212870501"
       r33="0.3825762057979294" x="1460.2323709212087" y="-1909.1590482454608" z="1896.5058524092062"/>
      <intrinsic centerPointU="34110.316406" centerPointV="60680.792969" focalLengthU="107599.671875"
       focalLengthV="107588.828125" radialDistortion1="-0.046183" radialDistortion2="0.139983"
       radialDistortion3="0.000000" tangentalDistortion1="0.000608" tangentalDistortion2="0.00069"/>
    </camera>
    <camera active="0" serial="broken"/>
  </cameras>
</calibration>
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a.qca.txt").write_text(CAM_01)
    return tmp_path / "a.qca.txt"


def test_it_is_the_camera_of_pose2sims_conversion(file):
    found = read_calibration(file)
    (camera,) = found.cameras
    assert (found.placed, camera.name, camera.size_px) == (True, "cam01", (1088, 1920))
    np.testing.assert_allclose(camera.focal_px, [1681.244873046875, 1681.075439453125])
    np.testing.assert_allclose(camera.center_px, [532.97369384375, 948.137390140625])
    np.testing.assert_allclose(
        -camera.rotation @ camera.position_mm / 1e3, [0.32110489, 0.95633206, 2.89071305], atol=1e-6
    )
    # Only what is measured in pixels is in 64ths.
    np.testing.assert_allclose(camera.radial, [-0.046183, 0.139983, 0])


def test_it_looks_at_the_origin_with_the_head_up(file):
    (camera,) = read_calibration(file).cameras
    ahead = camera.world_to_camera(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1800.0]]))
    assert (ahead[:, 2] > 2000).all()
    assert ahead[1, 1] < ahead[0, 1] - 1000


def test_what_is_missing_is_named(file):
    for old, new, message in (
        ('<fov_video bottom="1919" left="0" right="1087" top="0"/>', "", "cam01: expected <fov_video>, found none"),
        ('x="1460.2323709212087"', 'x="far"', "cam01: expected numbers x, y, z of <transform>"),
        ('active="1"', 'active="0"', "expected active cameras, found none"),
        ("</calibration>", "", "cannot be read as XML"),
    ):
        file.write_text(CAM_01.replace(old, new))
        with pytest.raises(DataFormatError, match=message):
            read_calibration(file)


def test_entities_are_refused(file):
    file.write_text('<!DOCTYPE a [<!ENTITY b "c">]>' + CAM_01.partition("?>")[2].replace("cam01", "&b;"))
    with pytest.raises(DataFormatError, match="expected the calibration of some cameras"):
        read_calibration(file)


def test_damage_is_one_line(file, survives):
    survives(file)
