"""What an .npz would take is known before it is unpacked."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.npz import arrays_in, check_unpacked
from poselift.errors import DataFormatError


def test_names_are_those_of_the_arrays_and_none_of_damage(tmp_path):
    np.savez(tmp_path / "a.npz", one=np.ones(3), two=np.ones(2))
    assert arrays_in(KeypointFile(tmp_path / "a.npz")) == {"one", "two"}
    (tmp_path / "b.npz").write_bytes(b"PK\x03\x04")
    assert arrays_in(KeypointFile(tmp_path / "b.npz")) == set()
    with pytest.raises(DataFormatError, match=r"not an \.npz file, or damaged"):
        check_unpacked(KeypointFile(tmp_path / "b.npz"))


def test_what_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("keypoints.npy", bytes(4_000_000))
    check_unpacked(KeypointFile(tmp_path / "a.npz"))
    monkeypatch.setattr("poselift.data.keypoints.npz._MOST_BYTES", 1_000_000)
    with pytest.raises(DataFormatError, match="expected at most 2 GiB of arrays"):
        check_unpacked(KeypointFile(tmp_path / "a.npz"))
