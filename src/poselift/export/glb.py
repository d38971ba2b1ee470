"""glTF 2.0 files (.glb) of skeletons that move, with bones to look at: metres, y up, everybody in one file.

Units, axes and how a mesh hangs on joints: the Khronos Group's glTF 2.0 specification, sections 3.4, 3.7.3 and 3.11.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.export.bone_mesh import bone_mesh
from poselift.export.glb_file import GlbFile
from poselift.export.rig import Rig
from poselift.export.rigged import Rigged, rigged_people
from poselift.files import whole_file
from poselift.geometry.rotation_over_time import quaternions_over_time
from poselift.version import __version__
from poselift.viz.colours import RGB, SideColours, hues_of, joint_sides, palettes_of

_M_PER_MM = 1e-3


def write_glb(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """A skeleton for each person, a T-pose that looks along z at rest; one animation moves everybody.

    Root position in metres and rotations, y up, at the time of each frame from the first frame on. Every bone has one
    length. While somebody is not there, their skeleton has size 0, and so is not seen. People have the colours that
    they have in pictures.

    Raises:
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints.
        SkeletonError: somebody's bones are no tree, and their skeleton converts to none.
        OutputError: the file exists and `overwrite` is false, or cannot be written.
    """
    scene = Scene.of(scene)
    people = rigged_people(scene, scene.footage.time_s)
    extras = {"fps": scene.footage.fps, "notes": list(scene.footage.notes)}
    file = GlbFile({"generator": f"poselift {__version__}", "extras": extras})
    times = file.add_numbers((scene.footage.time_s - scene.footage.time_s[0]).astype(np.float32), limits=True)
    motion = _Motion(file, times)
    palettes = palettes_of(hues_of([person.id for person in people]))
    roots: list[int] = []
    for person in people:
        roots += _add_person(file, motion, person, palettes[person.id].seen)
    file.add("animations", {"name": "motion", "channels": motion.channels, "samplers": motion.samplers})
    file.add("scenes", {"nodes": roots})
    file.description["scene"] = 0
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        file.write(temporary)


class _Motion:
    """The one animation, while it is put together."""

    def __init__(self, file: GlbFile, times: int) -> None:
        self.file, self.times = file, times
        self.channels: list[dict[str, Any]] = []
        self.samplers: list[dict[str, Any]] = []

    def add(self, node: int, what: str, values: np.ndarray, interpolation: str = "LINEAR") -> None:
        output = self.file.add_numbers(values.astype(np.float32))
        self.channels.append({"sampler": len(self.samplers), "target": {"node": node, "path": what}})
        self.samplers.append({"input": self.times, "output": output, "interpolation": interpolation})


def _add_person(file: GlbFile, motion: _Motion, person: Rigged, colours: SideColours) -> list[int]:
    """Add one person's nodes, mesh and movement; the nodes that stand in the scene: the skeleton, and its mesh."""
    rig, name = person.rig, f"person_{person.id}"
    first = len(file.description.get("nodes", [])) + 1
    rest = _M_PER_MM * rig.rest_mm
    # At rest the feet are on the ground.
    rest[0, 1] -= _M_PER_MM * rig.rest_places_mm[:, 1].min()
    whole = file.add("nodes", {"name": name, "children": [first]})
    for node, own_name in enumerate(rig.names):
        entry: dict[str, Any] = {"name": own_name, "translation": rest[node].tolist()}
        if children := [first + child for child, parent in enumerate(rig.parents) if parent == node]:
            entry["children"] = children
        file.add("nodes", entry)
    skin = _add_skin(file, rig, rest, first)
    mesh = file.add("meshes", {"name": f"{name}_bones", "primitives": _primitives(file, rig, rest[0], name, colours)})
    body = file.add("nodes", {"name": f"{name}_bones", "mesh": mesh, "skin": skin})
    motion.add(first, "translation", _M_PER_MM * person.root_mm)
    for node in np.flatnonzero(~np.array(rig.leaves)).tolist():
        motion.add(first + node, "rotation", quaternions_over_time(person.turns[node])[:, [1, 2, 3, 0]])
    if not person.seen.all():
        motion.add(whole, "scale", np.repeat(person.seen[:, None], 3, axis=1), "STEP")
    return [whole, body]


def _add_skin(file: GlbFile, rig: Rig, rest: np.ndarray, first: int) -> int:
    back = np.tile(np.eye(4, dtype=np.float32), (len(rig), 1, 1))
    # Columns after each other: the translation stands in the last row.
    back[:, 3, :3] = -(_M_PER_MM * rig.rest_places_mm + rest[0])
    nodes = list(range(first, first + len(rig)))
    return file.add("skins", {"inverseBindMatrices": file.add_numbers(back), "joints": nodes, "skeleton": first})


def _primitives(file: GlbFile, rig: Rig, root_m: np.ndarray, name: str, colours: SideColours) -> list[dict[str, Any]]:
    """The bones of the left, the right and the middle, each side in its colour."""
    primitives = []
    for side, rgb in colours.items():
        sides = joint_sides(rig.skeleton)
        mesh = bone_mesh(
            rig, [joint for joint in rig.carriers if rig.skeleton.parents[joint] >= 0 and sides[joint] == side]
        )
        if not len(mesh.nodes):
            continue
        count = 3 * len(mesh.nodes)
        joints = np.zeros((count, 4), dtype=np.uint16)
        joints[:, 0] = np.repeat(mesh.nodes, 3)
        attributes = {
            "POSITION": (_M_PER_MM * mesh.corners_mm.reshape(count, 3) + root_m).astype(np.float32),
            "NORMAL": mesh.normals.reshape(count, 3).astype(np.float32),
            "JOINTS_0": joints,
            "WEIGHTS_0": np.tile(np.eye(4, dtype=np.float32)[0], (count, 1)),
        }
        accessors = {
            key: file.add_numbers(values, limits=key == "POSITION", used_as="vertices")
            for key, values in attributes.items()
        }
        primitives.append({"attributes": accessors, "material": _add_material(file, f"{name}_{side}", rgb)})
    return primitives


def _add_material(file: GlbFile, name: str, rgb: RGB) -> int:
    """Colours of pictures are sRGB, those of materials linear."""
    share = np.array(rgb) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    colour = [*linear.round(4).tolist(), 1.0]
    surface = {"baseColorFactor": colour, "metallicFactor": 0.0, "roughnessFactor": 0.7}
    return file.add("materials", {"name": name, "pbrMetallicRoughness": surface})
