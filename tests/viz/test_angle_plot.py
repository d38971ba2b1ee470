"""The picture of angles has a panel for each, with both sides in it."""

from __future__ import annotations

import numpy as np

from poselift.angles.joint_angles import JointAngles
from poselift.viz.angle_plot import draw_angles, write_angle_plot

NAMES = ("trunk_flexion", "right_knee_flexion", "left_knee_flexion", "right_elbow_flexion", "left_elbow_flexion")
ANGLES = JointAngles(NAMES, np.random.default_rng(0).normal(size=(7, 5)))
TIME_S = np.arange(7) / 25


def test_a_panel_has_both_sides():
    trunk, knee, elbow = draw_angles(ANGLES, TIME_S, "$a^$").axes
    assert [axes.get_title() for axes in (trunk, knee, elbow)] == ["trunk flexion", "knee flexion", "elbow flexion"]
    right, left = knee.lines
    np.testing.assert_array_equal(right.get_ydata(), ANGLES["right_knee_flexion"])
    np.testing.assert_array_equal(left.get_ydata(), ANGLES["left_knee_flexion"])
    np.testing.assert_array_equal(left.get_xdata(), TIME_S)
    assert right.get_color() != left.get_color()


def test_it_is_written(tmp_path):
    write_angle_plot(ANGLES, TIME_S, "$a^$", tmp_path / "a.svg")
    assert "<svg" in (tmp_path / "a.svg").read_text()
