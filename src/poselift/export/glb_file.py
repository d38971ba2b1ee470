"""glTF 2.0 in its binary form: a JSON description and one block of numbers.

After the Khronos Group's glTF 2.0 specification, sections 3.6 (buffers, accessors) and 4 (GLB).
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

_KINDS = {"f4": 5126, "u2": 5123, "u1": 5121}
_SHAPES = {(): "SCALAR", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}
_VERTICES, _INDICES = 34962, 34963
_MAGIC, _VERSION, _JSON, _BIN = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
_HEADER, _CHUNK_HEADER = 12, 8


class GlbFile:
    """A file while it is put together.

    Attributes:
        description: the JSON part: lists such as `nodes` and `meshes`, to which `add` appends.
    """

    def __init__(self, asset: dict[str, Any]) -> None:
        self.description: dict[str, Any] = {"asset": {**asset, "version": "2.0"}}
        self._blocks: list[bytes] = []
        self._length = 0

    def add(self, kind: str, entry: dict[str, Any]) -> int:
        """Append to a list of the description; the number of the entry there."""
        entries: list[dict[str, Any]] = self.description.setdefault(kind, [])
        entries.append(entry)
        return len(entries) - 1

    def add_numbers(self, values: np.ndarray, *, limits: bool = False, used_as: str = "") -> int:
        """The number of a new accessor that holds an array (n, ...) of float32, uint16 or uint8.

        Args:
            limits: say the least and the greatest value, which the format asks for of times and positions.
            used_as: "vertices" or "indices" of a mesh, else nothing.
        """
        block = np.ascontiguousarray(values).tobytes()
        view: dict[str, Any] = {"buffer": 0, "byteOffset": self._length, "byteLength": len(block)}
        if used_as:
            view["target"] = _INDICES if used_as == "indices" else _VERTICES
        accessor: dict[str, Any] = {
            "bufferView": self.add("bufferViews", view),
            "componentType": _KINDS[values.dtype.str[1:]],
            "count": len(values),
            "type": _SHAPES[values.shape[1:]],
        }
        if limits:
            for name, limit in (("min", values.min(axis=0)), ("max", values.max(axis=0))):
                accessor[name] = np.atleast_1d(limit).tolist()
        block += b"\0" * (-len(block) % 4)
        self._blocks.append(block)
        self._length += len(block)
        return self.add("accessors", accessor)

    def write(self, path: Path) -> None:
        """Write the header, the description and the numbers."""
        if self._length:
            self.description["buffers"] = [{"byteLength": self._length}]
        text = json.dumps(self.description, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        length = _HEADER + _CHUNK_HEADER + len(text) + (_CHUNK_HEADER + self._length if self._length else 0)
        with open(path, "wb") as file:
            file.write(struct.pack("<III", _MAGIC, _VERSION, length))
            file.write(struct.pack("<II", len(text), _JSON) + text)
            if self._length:
                file.write(struct.pack("<II", self._length, _BIN))
                file.writelines(self._blocks)
