"""Any format of the table, by the ending of a name."""

from __future__ import annotations

from pathlib import Path

from poselift.data.scene import Scene
from poselift.errors import DataFormatError
from poselift.export import EXPORTERS
from poselift.lookup import look_up


def export_scene(scene: Scene, path: Path | str, *, overwrite: bool = False) -> list[Path]:
    """Write a scene in the format that the name's ending asks for; the file appears whole or not at all.

    Returns:
        The files that were written: formats of one person have one for each.

    Raises:
        DataFormatError: no format of `EXPORTERS` has this ending.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
        ShapeError: the scene lacks what the format holds.
    """
    suffix = Path(path).suffix
    if suffix[1:] not in EXPORTERS:
        known = ", ".join(f".{ending}" for ending in EXPORTERS)
        raise DataFormatError(f"{path}: expected a name that ends in one of {known}, got {suffix!r}", "name another")
    written = look_up(EXPORTERS, suffix[1:], "format")(scene, path, overwrite=overwrite)
    return written if isinstance(written, list) else [Path(path)]
