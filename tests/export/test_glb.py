"""glTF files as another reader sees them: pygltflib parses them, scipy turns quaternions into rotations."""

from __future__ import annotations

import numpy as np
import pytest
from pygltflib import GLTF2
from scipy.spatial.transform import Rotation

from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import NoPersonError, OutputError
from poselift.export.glb import write_glb
from poselift.skeleton import BODY_21, H36M_17
from poselift.viz.colours import PERSON_RGB

_TYPES = {5126: np.float32, 5123: np.uint16}
_WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Read:
    """A file, and where its nodes are in each frame."""

    def __init__(self, path):
        self.file = GLTF2().load(str(path))
        self.parents = {child: n for n, node in enumerate(self.file.nodes) for child in node.children or []}
        (animation,) = self.file.animations
        self.moves = {}
        for channel in animation.channels:
            sampler = animation.samplers[channel.sampler]
            self.times = self.numbers(sampler.input)[:, 0]
            self.moves[channel.target.node, channel.target.path] = self.numbers(sampler.output)

    def numbers(self, accessor):
        accessor = self.file.accessors[accessor]
        view = self.file.bufferViews[accessor.bufferView]
        width = _WIDTHS[accessor.type]
        data = self.file.binary_blob()[view.byteOffset :]
        return np.frombuffer(data, _TYPES[accessor.componentType], accessor.count * width).reshape(-1, width)

    def nodes(self, name):
        return [n for n, node in enumerate(self.file.nodes) if node.name == name]

    def pose(self, node):
        """The place (F, 3) and the rotations of a node."""
        frames = len(self.times)
        rest = np.tile(self.file.nodes[node].translation or [0.0, 0, 0], (frames, 1))
        move = self.moves.get((node, "translation"), rest)
        turn = Rotation.from_quat(self.moves.get((node, "rotation"), np.tile([0.0, 0, 0, 1], (frames, 1))))
        if node not in self.parents:
            return move, turn
        place, above = self.pose(self.parents[node])
        return place + above.apply(move), above * turn


@pytest.mark.parametrize("skeleton", [BODY_21, H36M_17], ids=lambda s: s.name)
def test_joints_are_where_they_were(tmp_path, made_motion, clip_in_world, skeleton):
    joints_mm = made_motion(skeleton).joints_mm
    write_glb(clip_in_world(joints_mm, skeleton), tmp_path / "a.glb")
    read = Read(tmp_path / "a.glb")
    for number, joint in enumerate(skeleton.joints):
        (node,) = read.nodes(joint)
        np.testing.assert_allclose(1000 * read.pose(node)[0], joints_mm[:, number], atol=0.01, err_msg=joint)


def test_frames_are_at_their_own_times(tmp_path, made_motion, clip_in_world):
    time_s = 3 + np.arange(60) ** 1.5 / 30
    write_glb(clip_in_world(made_motion().joints_mm, time_s=time_s), tmp_path / "a.glb")
    np.testing.assert_allclose(Read(tmp_path / "a.glb").times, time_s - 3, rtol=1e-6)


def test_quaternions_do_not_change_their_sign(tmp_path, made_motion, clip_in_world):
    write_glb(clip_in_world(made_motion(seed=3).joints_mm), tmp_path / "a.glb")
    for (_, what), values in Read(tmp_path / "a.glb").moves.items():
        if what == "rotation":
            assert (np.einsum("fi,fi->f", values[1:], values[:-1]) > 0).all()


def test_the_mesh_hangs_on_the_skeleton_and_stands_on_the_ground(tmp_path, made_motion, clip_in_world):
    write_glb(clip_in_world(made_motion().joints_mm), tmp_path / "a.glb")
    read = Read(tmp_path / "a.glb")
    (skin,), (mesh,) = read.file.skins, read.file.meshes
    names = [read.file.nodes[node].name for node in skin.joints]
    back = read.numbers(skin.inverseBindMatrices).reshape(-1, 4, 4)
    lowest = []
    for primitive in mesh.primitives:
        points = read.numbers(primitive.attributes.POSITION)
        lowest.append(points[:, 1].min())
        moved_by = read.numbers(primitive.attributes.JOINTS_0)[:, 0]
        # Each vertex lies about the node that moves it, as that node's rest place says.
        near = points + back[moved_by, 3, :3]
        assert np.linalg.norm(near, axis=-1).max() < 0.5
        assert (read.numbers(primitive.attributes.WEIGHTS_0) == [1, 0, 0, 0]).all()
        assert {names[node] for node in moved_by} <= set(names)
    assert abs(min(lowest)) < 0.05


def test_everybody_is_in_one_file_in_their_colour(tmp_path, made_motion, clip_in_world):
    footage, joints_mm = Footage.regular(60, 30.0).noted("a note"), made_motion().joints_mm
    late = clip_in_world(joints_mm[20:], time_s=footage.time_s[20:])
    scene = Scene(footage, (Track(1, 0, clip_in_world(joints_mm)), Track(2, 20, late)))
    write_glb(scene, tmp_path / "a.glb")
    read = Read(tmp_path / "a.glb")
    assert len(read.file.skins) == len(read.nodes("pelvis")) == 2
    assert [len(read.nodes(f"person_{person}")) for person in (1, 2)] == [1, 1]
    assert read.file.asset.extras["notes"] == ["a note"]
    colours = {material.name: material.pbrMetallicRoughness.baseColorFactor for material in read.file.materials}
    for person in (1, 2):
        share = np.array(PERSON_RGB[person - 1]["left"]) / 255
        np.testing.assert_allclose(colours[f"person_{person}_left"][:3], share**2.2, atol=0.02)
    first, other = (read.pose(node)[0] for node in read.nodes("head"))
    np.testing.assert_allclose(first[20:], other[20:], atol=1e-5)


def test_who_is_not_there_has_no_size(tmp_path, made_motion, clip_in_world):
    footage, joints_mm = Footage.regular(60, 30.0), made_motion().joints_mm
    late = clip_in_world(joints_mm[20:], time_s=footage.time_s[20:])
    write_glb(Scene(footage, (Track(1, 0, clip_in_world(joints_mm)), Track(2, 20, late))), tmp_path / "a.glb")
    read = Read(tmp_path / "a.glb")
    (there,), (late_node,) = read.nodes("person_1"), read.nodes("person_2")
    assert (there, "scale") not in read.moves
    np.testing.assert_array_equal(read.moves[late_node, "scale"][:, 0], np.arange(60) >= 20)


def test_nobody_and_a_file_that_is_there_are_refused(tmp_path, made_motion, clip_in_world):
    with pytest.raises(NoPersonError):
        write_glb(Scene(Footage.regular(3, 30.0)), tmp_path / "a.glb")
    (tmp_path / "b.glb").touch()
    with pytest.raises(OutputError, match="exists"):
        write_glb(clip_in_world(made_motion().joints_mm), tmp_path / "b.glb")
    assert [path.name for path in tmp_path.iterdir()] == ["b.glb"]
