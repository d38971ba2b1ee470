"""Shape aliases of the arrays that travel through poselift, and the checks at its doors.

Legend: F frames, J joints, B batch, C channels. Names of arrays end in their frame and unit: `_px` pixels of
the image (x right, y down), `_norm` a model's normalised input, `_cam_mm` camera axes (x right, y down,
z forward), `_root_mm` camera axes with the root joint at the origin, `_world_mm` a right-handed world with
z up. Lengths are millimetres.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Float

from poselift.errors import ShapeError

Points2D: TypeAlias = Float[np.ndarray, "*batch 2"]
Points3D: TypeAlias = Float[np.ndarray, "*batch 3"]
Joints2D: TypeAlias = Float[np.ndarray, "*batch joints 2"]
Joints3D: TypeAlias = Float[np.ndarray, "*batch joints 3"]
Confidence: TypeAlias = Float[np.ndarray, "*batch joints"]
Valid: TypeAlias = Bool[np.ndarray, "*batch"]


def checked_shape(array: np.ndarray, expected: tuple[int | None, ...], name: str) -> np.ndarray:
    """Return `array` if its trailing axes match `expected` (None: any length); leading axes are free.

    Raises:
        ShapeError: the array has fewer axes than `expected`, or one of another length.
    """
    got = array.shape[-len(expected) :]
    if len(got) != len(expected) or any(e is not None and e != g for e, g in zip(expected, got, strict=True)):
        wanted = ", ".join("any" if e is None else str(e) for e in expected)
        raise ShapeError(f"{name}: expected shape (..., {wanted}), got {array.shape}")
    return array


def float_type(*arrays: np.ndarray) -> np.dtype[Any]:
    """The floating type of a result made from `arrays`: float32 if all of them are that or less, else float64.

    Geometry is computed in float64 and handed back in this type.
    """
    return np.result_type(np.float32, *(array.dtype for array in arrays))
