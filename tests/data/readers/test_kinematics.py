"""Forward kinematics of any skeleton against a plain loop of 4 x 4 matrices, and of knees against anatomy."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians, sin

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poselift.data.readers.asfamc import read_amc, read_asf
from poselift.data.readers.bvh import read_bvh
from poselift.data.readers.mocap import read_mocap
from poselift.skeleton import H36M_17

seeds = st.integers(0, 2**32 - 1)
# The files are written anew for each example.
any_seed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def turned(axis: str, degrees: float) -> np.ndarray:
    c, s = cos(radians(degrees)), sin(radians(degrees))
    matrix = np.eye(4)
    matrix[:3, :3] = {
        "X": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "Y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "Z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }[axis]
    return matrix


def moved(vector) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = vector
    return matrix


def words(values) -> str:
    return " ".join(map(repr, map(float, values)))


def random_parents(rng: np.random.Generator) -> list[int]:
    """Of 2 to 8 joints; parents before children."""
    return [-1, *(int(rng.integers(n)) for n in range(1, rng.integers(2, 9)))]


def depth_first(parents: list[int], joint: int = 0) -> list[int]:
    """The joint and all below it, in the order of a file that has a joint's children inside its braces."""
    children = [child for child, parent in enumerate(parents) if parent == joint]
    return [joint, *(below for child in children for below in depth_first(parents, child))]


def hierarchy(parents: list[int], offsets: np.ndarray, channels: list[list[str]], joint: int = 0) -> list[str]:
    lines = [f"{'JOINT' if joint else 'ROOT'} joint{joint} {{ OFFSET {words(offsets[joint])}"]
    lines.append(f"CHANNELS {len(channels[joint])} {' '.join(channels[joint])}")
    for child, parent in enumerate(parents):
        if parent == joint:
            lines += hierarchy(parents, offsets, channels, child)
    return [*lines, "}"]


@any_seed
@given(seed=seeds)
def test_bvh(tmp_path, seed):
    """Any tree, any order and number of channels, positions of inner joints included."""
    rng = np.random.default_rng(seed)
    parents = random_parents(rng)
    offsets = rng.normal(0, 10, (len(parents), 3))
    kinds = [f"{axis}{kind}" for axis in "XYZ" for kind in ("position", "rotation")]
    channels = [list(rng.permutation(kinds)[: rng.integers(7)]) for _ in parents]
    channels[0] = channels[0] or ["Yrotation"]

    order = depth_first(parents)
    values = {joint: rng.uniform(-180, 180, len(channels[joint])) for joint in order}
    world: dict[int, np.ndarray] = {}
    for joint in order:
        move = offsets[joint].copy()
        turn = np.eye(4)
        for name, value in zip(channels[joint], values[joint], strict=True):
            if name.endswith("position"):
                move["XYZ".index(name[0])] += value
            else:
                turn = turn @ turned(name[0], value)
        world[joint] = world.get(parents[joint], np.eye(4)) @ moved(move) @ turn

    path = tmp_path / "tree.bvh"
    lines = ["HIERARCHY", *hierarchy(parents, offsets, channels), "MOTION", "Frames: 1", "Frame Time: 0.01"]
    path.write_text("\n".join([*lines, words(np.concatenate([values[joint] for joint in order]))]))
    motion = read_bvh(path)
    positions, rotations = motion.pose()
    assert motion.joints == tuple(f"joint{joint}" for joint in order)
    for n, joint in enumerate(order):
        np.testing.assert_allclose(positions[0, n], world[joint][:3, 3], atol=1e-9)
        np.testing.assert_allclose(rotations[0, n], world[joint][:3, :3], atol=1e-12)


@any_seed
@given(seed=seeds)
def test_asf_and_amc(tmp_path, seed):
    """Any tree, axes and degrees of freedom: a bone turns about its own axes, which are given in the world's."""
    rng = np.random.default_rng(seed)
    parents = random_parents(rng)
    names = ["root", *(f"bone{n}" for n in range(1, len(parents)))]
    directions, lengths = rng.normal(0, 1, (len(parents), 3)), rng.uniform(1, 9, len(parents))
    axes, orders = rng.uniform(-180, 180, (len(parents), 3)), [rng.permutation(list("XYZ")) for _ in parents]
    dof = [list(rng.permutation(["rx", "ry", "rz"])[: rng.integers(4)]) for _ in parents]
    dof[0] = list(rng.permutation(["tx", "ty", "tz", "rx", "ry", "rz"]))
    values = [rng.uniform(-180, 180, len(d)) for d in dof]

    asf = [":units", "length 0.45", "angle deg", ":root", f"order {' '.join(dof[0])}", f"axis {''.join(orders[0])}"]
    asf += [f"position {words(directions[0])}", f"orientation {words(axes[0])}", ":bonedata"]
    for n in range(1, len(parents)):
        asf += ["begin", f"name {names[n]}", f"direction {words(directions[n])}", f"length {words(lengths[[n]])}"]
        asf += [f"axis {words(axes[n])} {''.join(orders[n])}"]
        asf += [f"dof {' '.join(dof[n])}", "end"] if dof[n] else ["end"]
    asf += [":hierarchy", "begin", *(f"{names[p]} {names[n]}" for n, p in enumerate(parents) if p >= 0), "end"]
    (tmp_path / "tree.asf").write_text("\n".join(asf))
    rows = [f"{name} {words(v)}" for name, v in zip(names, values, strict=True) if len(v)]
    (tmp_path / "tree.amc").write_text("\n".join(["1", *rows]))
    starts, rotations = read_amc(tmp_path / "tree.amc", read_asf(tmp_path / "tree.asf")).pose()

    ends: list[np.ndarray] = []
    for n, parent in enumerate(parents):
        frame = np.eye(4)
        for axis, angle in zip(orders[n], axes[n], strict=True):
            frame = turned(axis, angle) @ frame
        move, turn = np.zeros(3), np.eye(4)
        for name, value in zip(dof[n], values[n], strict=True):
            if name[0] == "t":
                move["xyz".index(name[1])] = value
            else:
                turn = turned(name[1].upper(), value) @ turn
        turn = frame @ turn @ np.linalg.inv(frame)
        begin = moved(move + directions[0]) @ turn if n == 0 else ends[parent] @ turn
        ends.append(begin if n == 0 else begin @ moved(directions[n] * lengths[n]))
        np.testing.assert_allclose(starts[names[n]][0], begin[:3, 3], atol=1e-9)
        np.testing.assert_allclose(rotations[names[n]][0], begin[:3, :3], atol=1e-12)
        if n not in parents:
            np.testing.assert_allclose(starts[f"{names[n]}End"][0], ends[n][:3, 3], atol=1e-9)


@pytest.mark.parametrize("format_", ["bvh", "amc"])
def test_a_knee_of_positive_angle_bends_as_knees_do(standing, write_bvh, write_amc, format_):
    """Who stands faces -y: a bent knee brings the ankle behind the knee, a lifted thigh the knee before the hip."""
    bent = replace(
        standing, turns={"ltibia": np.full((2, 3), [60.0, 0, 0]), "rfemur": np.full((2, 3), [-40.0, 0, 0])}
    )
    clip = read_mocap(write_bvh(bent) if format_ == "bvh" else write_amc(bent))
    y = {joint: clip.joints_world_mm[0, n, 1] for n, joint in enumerate(H36M_17.joints)}
    assert y["left_ankle"] - y["left_knee"] == pytest.approx(410 * sin(radians(60)), abs=1)
    assert y["left_knee"] == pytest.approx(y["left_hip"], abs=1)
    assert y["right_knee"] - y["right_hip"] == pytest.approx(-430 * sin(radians(40)), abs=1)


def test_a_quick_motion_keeps_its_first_frame(person, write_bvh):
    rng = np.random.default_rng(0)
    quick = replace(person, turns={bone: rng.uniform(-40, 40, (6, 3)) for bone in person.turns})
    assert len(read_mocap(write_bvh(quick)).joints_world_mm) == 6


def test_a_first_frame_that_differs_little_is_no_rest_pose(standing, write_bvh):
    turns = np.zeros((6, 3))
    turns[0] = [0, 0, 5]
    still = replace(standing, root=standing.root[:1].repeat(6, axis=0), turns={"lhumerus": turns})
    assert len(read_mocap(write_bvh(still)).joints_world_mm) == 6
