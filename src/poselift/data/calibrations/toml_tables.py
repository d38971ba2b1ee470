"""TOML with a table for each camera, as Pose2Sim, Sports2D, anipose, FreeMoCap and caliscope write it.

`name`, `size`, `matrix`, `distortions`, `rotation` (Rodrigues' vector) and `translation`, from the world to the
camera. Pose2Sim, Sports2D and caliscope have metres; anipose's unit is that of the user's board, mostly millimetres:
where cameras are further than 100 from the origin, it is millimetres.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.calibrations.calibration import Calibration, camera_of
from poselift.errors import DataFormatError
from poselift.geometry.rotation import vector_rotation

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FARTHEST_M = 100.0


def recognises(path: Path, head: bytes) -> bool:
    """Tables with matrices in them."""
    return path.suffix.lower() == ".toml" and b"matrix" in head


def read(path: Path) -> Calibration:
    """All cameras that are not left aside (`ignore = true`, or without a matrix).

    Raises:
        DataFormatError: it is no TOML, a camera is not what it should be, or its lens is a fisheye.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DataFormatError(f"{path}: cannot be read as TOML ({error})", "check the file") from None
    found = {key: each for key, each in _tables(tables) if "matrix" in each and not each.get("ignore")}
    if not found:
        raise DataFormatError(f"{path}: expected a table with a matrix for each camera, found none")
    vectors = {key: _vectors(f"{path}: {key}", table) for key, table in found.items()}
    placed = all(vector is not None for vector in vectors.values())
    farthest = max((float(np.linalg.norm(vector[1])) for vector in vectors.values() if vector is not None), default=0)
    unit_mm = 1.0 if farthest > _FARTHEST_M else 1000.0
    cameras = [_camera(f"{path}: {key}", key, table, vectors[key], unit_mm) for key, table in found.items()]
    return Calibration(path, tuple(cameras), placed=placed)


def _tables(tables: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Those at the top, and those within `[cameras]`."""
    inner = tables.get("cameras")
    listed = list(inner.items()) if isinstance(inner, dict) else []
    return [(str(key), table) for key, table in (*tables.items(), *listed) if isinstance(table, dict)]


def _vectors(where: str, table: dict[str, Any]) -> tuple[np.ndarray, np.ndarray] | None:
    if "rotation" not in table or "translation" not in table:
        return None
    try:
        rotation, translation = (np.array(table[key], dtype=np.float64) for key in ("rotation", "translation"))
    except (TypeError, ValueError):
        raise DataFormatError(f"{where}: expected numbers as rotation and translation") from None
    if rotation.shape not in ((3,), (3, 3)) or translation.size != 3 or not np.isfinite(rotation).all():
        raise DataFormatError(f"{where}: expected a vector as rotation and one as translation")
    return (vector_rotation(rotation) if rotation.shape == (3,) else rotation), translation.ravel()


def _camera(
    where: str, key: str, table: dict[str, Any], vectors: tuple[np.ndarray, np.ndarray] | None, unit_mm: float
) -> Any:
    if table.get("fisheye"):
        raise DataFormatError(f"{where}: expected a lens that is no fisheye", "calibrate it as a usual lens")
    rotation, translation = vectors or (None, None)
    return camera_of(
        where,
        table["matrix"],
        table.get("distortions", table.get("distortion")),
        table.get("size"),
        rotation=rotation,
        translation_mm=None if translation is None else translation * unit_mm,
        name=str(table.get("name", key)),
    )
