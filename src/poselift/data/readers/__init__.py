"""Readers of foreign datasets and motion capture."""

from __future__ import annotations

# name -> "module:function" that makes a dataset store of it, imported when used
READERS: dict[str, str] = {
    "mocap": "poselift.data.readers.corpus:prepare_mocap",
}
