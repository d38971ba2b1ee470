"""Files that commands write: whether they may, asked before the work rather than after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poselift.errors import OutputError


def check_output(path: Path | None, endings: Sequence[str] | None, *, overwrite: bool) -> None:
    """Nothing to complain of where no file was asked for.

    Raises:
        OutputError: the name has none of the endings, or the file exists and may not be replaced.
    """
    if path is None:
        return
    if endings is not None and path.suffix not in endings:
        raise OutputError(f"{path}: expected a name that ends in {' or '.join(endings)}", "name another file")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists", "name another file, or add --overwrite")
