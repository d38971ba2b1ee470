"""The binary form of glTF, as pygltflib and the specification read it."""

from __future__ import annotations

import json
import struct

import numpy as np
from pygltflib import GLTF2

from poselift.export.glb_file import GlbFile


def test_header_and_chunks_are_as_long_as_they_say(tmp_path):
    file = GlbFile({"generator": "a test"})
    file.add_numbers(np.arange(3, dtype=np.uint16))
    file.write(tmp_path / "a.glb")
    data = (tmp_path / "a.glb").read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    json_length, kind = struct.unpack_from("<I4s", data, 12)
    assert (kind, json_length % 4) == (b"JSON", 0)
    assert json.loads(data[20 : 20 + json_length])["asset"] == {"generator": "a test", "version": "2.0"}
    assert struct.unpack_from("<I4s", data, 20 + json_length) == (8, b"BIN\0")
    assert data[28 + json_length :] == struct.pack("<HHHH", 0, 1, 2, 0)


def test_numbers_say_what_they_are(tmp_path):
    file = GlbFile({})
    points = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    file.add_numbers(points, limits=True, used_as="vertices")
    file.add_numbers(np.array([2, 1, 0], dtype=np.uint16), used_as="indices")
    file.write(tmp_path / "a.glb")
    read = GLTF2().load(str(tmp_path / "a.glb"))
    first, second = read.accessors
    assert (first.type, first.componentType, first.count) == ("VEC3", 5126, 5)
    np.testing.assert_array_equal(np.float32([first.min, first.max]), [points.min(axis=0), points.max(axis=0)])
    assert (second.type, second.componentType, second.min) == ("SCALAR", 5123, [])
    assert [view.target for view in read.bufferViews] == [34962, 34963]


def test_a_description_without_numbers_has_no_second_chunk(tmp_path):
    file = GlbFile({})
    assert [file.add("nodes", {"name": name}) for name in "ab"] == [0, 1]
    file.write(tmp_path / "a.glb")
    assert [node.name for node in GLTF2().load(str(tmp_path / "a.glb")).nodes] == ["a", "b"]
