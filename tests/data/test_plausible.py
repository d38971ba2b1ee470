"""Stores that no training should see are refused with the way out; bodies as they are pass."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from poselift.data.plausible import LEAST_FRAMES, check_plausible
from poselift.data.store import ClipInfo, DatasetStore, load_store
from poselift.errors import DataFormatError
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import H36M_17

MINE = Path("mine.safetensors")


@pytest.fixture
def made(mocap_store):
    """The store of people who stand about, its joints changed by a function."""
    store = load_store(mocap_store)

    def make(change=lambda joints: joints, clips=None):
        joints = change(np.array(store.joints_world_mm))
        return DatasetStore(store.skeleton, clips or store.clips, {"joints_world_mm": joints.astype(np.float32)})

    return make


def turned(degrees):
    """About x."""
    return lambda joints: joints @ axis_rotation("X", np.deg2rad(degrees)).T


def test_people_pass_without_a_word(made, recorded_store, caplog):
    check_plausible(made(), ("train",), MINE)
    check_plausible(load_store(recorded_store), ("train",), MINE)
    check_plausible(made(turned(40)), ("train",), MINE)
    assert not caplog.records


def test_two_frames_are_too_few(made):
    clips = (ClipInfo("a", "s", "stand", 0, 2, 30.0), ClipInfo("b", "s", "stand", 2, 118, 30.0, "val"))
    with pytest.raises(DataFormatError, match=rf"^mine\.safetensors: 2 poses in .* expected {LEAST_FRAMES}"):
        check_plausible(made(clips=clips), ("train",), MINE)


@pytest.mark.parametrize(("unit", "factor"), [("metres", 1000), ("centimetres", 10), ("inches", 25.4)])
def test_another_unit_is_named_with_the_factor(made, unit, factor):
    with pytest.raises(DataFormatError, match=rf"expected some .* millimetres; are these {unit}\?") as caught:
        check_plausible(made(lambda joints: joints / factor), ("train",), MINE)
    assert caught.value.hint == f"multiply the joints by {factor}"


def test_a_size_of_no_unit_is_refused_too(made):
    with pytest.raises(DataFormatError, match=r"measures 1\.\d*e\+06 across.*millimetres$"):
        check_plausible(made(lambda joints: joints * 1000), ("train",), MINE)


def test_people_upside_down_are_refused(made, recorded_store):
    with pytest.raises(DataFormatError, match=r"upside down: .* expected z up in world axes") as caught:
        check_plausible(made(turned(180)), ("train",), MINE)
    assert "(x, -y, -z)" in caught.value.hint
    assert "data.trusted" in caught.value.hint
    seen = load_store(recorded_store)
    over = DatasetStore(
        seen.skeleton, seen.clips, {**seen.arrays, "joints_cam_mm": seen.joints_cam_mm * [1, -1, 1]}, {}, seen.cameras
    )
    with pytest.raises(DataFormatError, match=r"upside down: .* expected y down in camera axes"):
        check_plausible(over, ("train",), MINE)


@pytest.mark.parametrize(("degrees", "up"), [(-90, "y"), (90, "-y")])
def test_another_axis_that_is_up_is_named(made, degrees, up):
    with pytest.raises(DataFormatError, match=rf"people always lie along {up}, expected z up") as caught:
        check_plausible(made(turned(degrees)), ("train",), MINE)
    assert f"is {up} up?" in caught.value.hint


def test_some_who_stand_on_their_hands_or_lie_are_fine(made, caplog):
    def acrobats(joints):
        joints[:30] = turned(180)(joints[:30])
        joints[30:60] = turned(90)(joints[30:60])
        return joints

    check_plausible(made(acrobats), ("train",), MINE)
    assert not caplog.records


def test_another_order_of_joints_is_suspected_in_one_line(made, caplog):
    order = [H36M_17.index(joint) for joint in sorted(H36M_17.joints)]
    with caplog.at_level(logging.WARNING):
        check_plausible(made(lambda joints: joints[:, order]), ("train",), MINE)
    (said,) = caplog.records
    assert said.getMessage().startswith("mine.safetensors: the bones of h36m17 look wrong: ")
    assert said.getMessage().endswith("they fit the order of the alphabet")


def test_frames_that_nobody_knows_are_not_looked_at(made):
    def partly(joints):
        joints[::2] = np.nan
        return joints

    check_plausible(made(partly), ("train",), MINE)
    check_plausible(made(lambda joints: joints * np.nan), ("train",), MINE)  # complained about where they are read
