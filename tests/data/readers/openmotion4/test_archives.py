"""The archives are those that the benchmark is made of, or nothing is."""

from __future__ import annotations

import pytest

from poselift.data.readers.openmotion4 import openmotion4_store, prepare_openmotion4
from poselift.data.readers.openmotion4.archives import ARCHIVES, Archive, checked_archives, unpacked
from poselift.errors import DataFormatError


def test_a_missing_archive_is_named_with_its_hash_and_source(tmp_path):
    with pytest.raises(
        DataFormatError, match=r"cmu_asfamc\.tar\.xz: expected the archive with SHA-256 9c5e7e57"
    ) as e:
        prepare_openmotion4(tmp_path)
    assert "mocap.cs.cmu.edu" in e.value.hint
    assert "docs/openmotion4.md" in e.value.hint
    assert "\n" not in f"{e.value}{e.value.hint}"


def test_another_file_is_refused_by_both_hashes_before_anything_is_read(archives):
    folder, table = archives
    wanted = table["cmu_cc_bvh"].sha256
    (folder / "cmu_cc_bvh.tar.xz").write_bytes(b"another")
    with pytest.raises(DataFormatError, match=f"cmu_cc_bvh.tar.xz: expected SHA-256 {wanted}, got [0-9a-f]{{64}}$"):
        openmotion4_store(folder, table, on_read=lambda done, total: pytest.fail("read before all were checked"))


def test_an_archive_that_is_no_archive_says_so(tmp_path):
    (tmp_path / "a.tar.xz").write_bytes(b"no archive")
    with pytest.raises(DataFormatError, match=r"a\.tar\.xz: cannot be unpacked"), unpacked(tmp_path / "a.tar.xz"):
        pass


def test_nothing_is_written_outside_of_the_temporary_folder(tmp_path, pack):
    (tmp_path / "evil.bvh").write_text("evil")
    pack("a", {"../evil_too.bvh": tmp_path / "evil.bvh"})
    with pytest.raises(DataFormatError, match="cannot be unpacked"), unpacked(tmp_path / "archives" / "a.tar.xz"):
        pass


def test_the_files_are_there_while_they_are_needed(archives):
    folder, _ = archives
    with unpacked(folder / "cmu_cc_bvh.tar.xz") as room:
        assert [path.name for path in room.rglob("*.bvh")] == ["005_09.bvh"]
    assert not room.exists()


def test_the_table_names_five_archives_by_whole_hashes(tmp_path):
    assert len(ARCHIVES) == len({archive.sha256 for archive in ARCHIVES.values()}) == 5
    assert all(len(archive.sha256) == 64 and archive.citation for archive in ARCHIVES.values())
    (tmp_path / "a.tar.xz").write_bytes(b"")
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert checked_archives(tmp_path, {"a": Archive(nothing, "")}) == {"a": tmp_path / "a.tar.xz"}
