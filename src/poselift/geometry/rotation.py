"""Rotation matrices from angles and axes."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from poselift.arrays import Points3D, checked_shape, float_type
from poselift.errors import GeometryError

# So many points at once stay in a core's cache.
_CACHED_POINTS = 1 << 14


def axis_rotation(axis: str, angle_rad: np.ndarray | float) -> Float[np.ndarray, "*batch 3 3"]:
    """Rotation about the axis "X", "Y" or "Z", right-handed, of column vectors; angles (...) to (..., 3, 3).

    Raises:
        GeometryError: `axis` is another letter.
    """
    if axis not in ("X", "Y", "Z"):
        raise GeometryError(f"axis: expected X, Y or Z, got {axis!r}")
    angle_rad = np.asarray(angle_rad, dtype=np.float64)
    i = "XYZ".index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    matrix = np.zeros((*angle_rad.shape, 3, 3))
    matrix[..., i, i] = 1
    matrix[..., j, j] = matrix[..., k, k] = np.cos(angle_rad)
    matrix[..., k, j] = np.sin(angle_rad)
    matrix[..., j, k] = -matrix[..., k, j]
    return matrix


def euler_rotation(order: str, angles_rad: Float[np.ndarray, "*batch n"]) -> Float[np.ndarray, "*batch 3 3"]:
    """Product of axis rotations in the written order: "ZYX" is Rz @ Ry @ Rx; angles (..., len(order)).

    Raises:
        ShapeError: there are not as many angles as axes.
        GeometryError: a letter is no axis.
    """
    checked_shape(angles_rad, (len(order),), "angles_rad")
    matrix = np.broadcast_to(np.eye(3), (*angles_rad.shape[:-1], 3, 3))
    for n, axis in enumerate(order):
        matrix = matrix @ axis_rotation(axis, angles_rad[..., n])
    return matrix


def vector_rotation(rotation_vector_rad: Points3D) -> Float[np.ndarray, "*batch 3 3"]:
    """Rotation by the length of a vector (..., 3) about its direction (Rodrigues)."""
    vector = np.asarray(rotation_vector_rad, dtype=float_type(rotation_vector_rad))
    x, y, z = np.ascontiguousarray(np.moveaxis(vector, -1, 0))
    angle = np.sqrt(x * x + y * y + z * z)
    # np.sinc(a / pi) = sin(a) / a, and (1 - cos a) / a^2 = sinc(a / 2 pi)^2 / 2: both fine at 0.
    sine = np.sinc(angle / np.pi)
    rest = np.sinc(angle / (2 * np.pi)) ** 2 / 2
    matrix = np.empty((*angle.shape, 3, 3), dtype=vector.dtype)
    matrix[..., 0, 0] = 1 - rest * (y * y + z * z)
    matrix[..., 1, 1] = 1 - rest * (x * x + z * z)
    matrix[..., 2, 2] = 1 - rest * (x * x + y * y)
    for row, column, along, both in ((2, 1, x, y * z), (0, 2, y, x * z), (1, 0, z, x * y)):
        matrix[..., row, column] = rest * both + sine * along
        matrix[..., column, row] = rest * both - sine * along
    return matrix


def unit_vectors(vectors: Points3D) -> Points3D:
    """Vectors (..., 3) at length 1; those without a length stay so."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    unit: np.ndarray = vectors / np.maximum(np.sqrt(x * x + y * y + z * z), 1e-9)[..., None]
    return unit


def rotated(rotation: Float[np.ndarray, "n 3 3"], vectors: Float[np.ndarray, "n *each 3"]) -> np.ndarray:
    """Vectors (N, ..., 3), each row by a rotation of its own (N, 3, 3).

    Several times as fast as `np.einsum`, with the same sums to the bit: unlike `@` it adds in one order everywhere.
    """
    points = vectors.reshape(len(rotation), math.prod(vectors.shape[1:-1]), 3)
    found = np.empty_like(points)
    at_once = max(1, _CACHED_POINTS // max(points.shape[1], 1))
    for start in range(0, len(points), at_once):
        rows = slice(start, start + at_once)
        x, y, z = np.ascontiguousarray(points[rows].transpose(2, 0, 1))
        for axis in range(3):
            row = rotation[rows, axis, :, None]
            total = x * row[:, 0]
            total += z * row[:, 2]
            total += y * row[:, 1]
            found[rows, :, axis] = total
    turned: np.ndarray = found.reshape(vectors.shape)
    return turned


def quaternion_rotation(quaternion: Float[np.ndarray, "*batch 4"]) -> Float[np.ndarray, "*batch 3 3"]:
    """Rotation matrices of quaternions (w, x, y, z), which need not be of length 1."""
    w, x, y, z = np.moveaxis(quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True), -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def rotation_onto_z(direction: Points3D) -> Float[np.ndarray, "*batch 3 3"]:
    """The smallest rotation that turns each direction (..., 3) onto the z axis.

    Raises:
        GeometryError: a direction is zero, or points straight along -z, where every half turn is as small.
    """
    length = np.linalg.norm(direction, axis=-1, keepdims=True)
    if (length == 0).any():
        raise GeometryError(f"{int((length == 0).sum())} of {length.size} directions have no length")
    unit = direction / length
    x, y, z = np.moveaxis(unit, -1, 0)
    if (z <= -1 + 1e-12).any():
        raise GeometryError("a direction points along -z, from which no smallest rotation leads onto z")
    a = 1 / (1 + z)
    return np.stack([1 - a * x * x, -a * x * y, -x, -a * x * y, 1 - a * y * y, -y, x, y, z], axis=-1).reshape(
        *unit.shape[:-1], 3, 3
    )
