"""Tiny archives of the layout of the real ones: a person of a few frames in each dialect."""

from __future__ import annotations

import hashlib
import tarfile

import pytest

from poselift.data.readers.openmotion4.archives import Archive


@pytest.fixture
def pack(tmp_path):
    """Pack files, `name in the archive` -> path, as `folder/NAME.tar.xz`; gives its row of the table of archives."""
    folder = tmp_path / "archives"
    folder.mkdir()

    def made(name, files):
        path = folder / f"{name}.tar.xz"
        with tarfile.open(path, "w:xz") as archive:
            for inside, file in files.items():
                archive.add(file, inside)
        return Archive(hashlib.sha256(path.read_bytes()).hexdigest(), f"made up for {name}")

    return made


@pytest.fixture
def archives(tmp_path, person, write_bvh, write_amc, pack):
    """A folder with three archives, and their table: two takes to train on, one of them twice, and one to test on."""
    amc, slow = write_amc(person, "02_05.amc"), {"frame_time": "0.0333333"}
    table = {
        "cmu_asfamc": pack(
            "cmu_asfamc", {"cmu_asfamc/02/02_05.amc": amc, "cmu_asfamc/02/02.asf": tmp_path / "02.asf"}
        ),
        "cmu_bvh": pack(
            "cmu_bvh",
            {
                "cmu_bvh/soccer_2_train.bvh": write_bvh(person, "soccer.bvh", **slow),
                "cmu_bvh/walking_1_train.bvh": write_bvh(person, "walking.bvh", **slow),
            },
        ),
        "cmu_cc_bvh": pack(
            "cmu_cc_bvh", {"cmu_cc_bvh/005_09.bvh": write_bvh(person, "dance.bvh", character=True, **slow)}
        ),
    }
    return tmp_path / "archives", table
