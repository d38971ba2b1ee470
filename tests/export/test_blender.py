"""Blender imports what we write, and has the joints where we have them.

For `pip install bpy`, which brings Blender as a module, into an environment with Python 3.11 and pytest; then
`pytest -m blender`.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest

from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.export.bvh import write_bvh
from poselift.export.glb import write_glb
from poselift.export.rig import Rig
from poselift.skeleton import BODY_21

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs bpy, which is Blender"),
]
FRAMES = [0, 20, 59]
# In a process of its own: Blender writes to the terminal, and keeps what it has opened.
SCRIPT = """
import json, sys
import bpy

path, frames, out = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.context.scene.render.fps = 30
if path.endswith(".bvh"):
    bpy.ops.import_anim.bvh(filepath=path, global_scale=0.01)
else:
    bpy.ops.import_scene.gltf(filepath=path)
first, last = map(round, bpy.data.actions[0].frame_range)
found = {"length": last - first + 1, "people": {}}
for thing in bpy.data.objects:
    if thing.type == "ARMATURE":
        found["people"][thing.name] = {bone.name: [] for bone in thing.data.bones}
for frame in frames:
    bpy.context.scene.frame_set(first + frame)
    for name, heads in found["people"].items():
        moved = bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get())
        for bone in heads:
            heads[bone].append(list(moved.matrix_world @ moved.pose.bones[bone].head))
with open(out, "w") as file:
    json.dump(found, file)
"""


def opened(path, tmp_path):
    """What Blender has of a file: how many frames, and where the heads of bones are in some, in metres, z up."""
    out = tmp_path / "found.json"
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), json.dumps(FRAMES), str(out)], check=True, capture_output=True
    )
    return json.loads(out.read_text())


def assert_joints_within_1_mm(heads, joints_up_mm):
    x, y, z = np.moveaxis(joints_up_mm[FRAMES], -1, 0)
    in_blender_mm = np.stack([x, -z, y], axis=-1)
    for number, joint in enumerate(BODY_21.joints):
        assert np.linalg.norm(1000 * np.array(heads[joint]) - in_blender_mm[:, number], axis=-1).max() < 1, joint


@pytest.mark.parametrize("write", [write_bvh, write_glb], ids=["bvh", "glb"])
def test_joints_are_where_we_have_them(tmp_path, made_motion, clip_in_world, write, request):
    joints_mm = made_motion().joints_mm
    path = tmp_path / f"walk.{request.node.callspec.id}"
    write(clip_in_world(joints_mm), path)
    found = opened(path, tmp_path)
    ((_, heads),) = found["people"].items()
    assert found["length"] == 60
    assert len(heads) == len(Rig.of(BODY_21, np.ones(21)))
    assert_joints_within_1_mm(heads, joints_mm)


def test_two_people_are_two_armatures(tmp_path, made_motion, clip_in_world):
    footage, joints_mm = Footage.regular(60, 30.0), made_motion().joints_mm
    late = clip_in_world(joints_mm[10:], time_s=footage.time_s[10:])
    write_glb(Scene(footage, (Track(1, 0, clip_in_world(joints_mm)), Track(2, 10, late))), tmp_path / "two.glb")
    people = opened(tmp_path / "two.glb", tmp_path)["people"]
    assert sorted(people) == ["person_1", "person_2"]
    assert_joints_within_1_mm(people["person_1"], joints_mm)
    for joint, heads in people["person_2"].items():
        np.testing.assert_allclose(heads[1:], people["person_1"][joint][1:], atol=1e-4)
