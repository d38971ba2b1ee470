import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from poselift.errors import OutputError
from poselift.files import output_folder, whole_file, writable_folder


def write(path, text="new", **options):
    with whole_file(path, **options) as temporary:
        temporary.write_text(text)


def test_a_file_appears_whole_at_the_end_and_alone(tmp_path):
    path = tmp_path / "deep" / "result.json"
    with whole_file(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.suffix == ".json"
        assert temporary.parent == path.parent
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_nothing_and_keeps_the_old_file(tmp_path, failure):
    path = tmp_path / "result.json"
    path.write_text("old")

    def interrupted():
        with whole_file(path, overwrite=True) as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(failure):
        interrupted()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_kept_unless_told_otherwise(tmp_path):
    path = tmp_path / "result.json"
    path.write_text("old")
    with pytest.raises(OutputError, match=r"result\.json: exists") as caught:
        write(path)
    assert "--overwrite" in caught.value.hint
    assert path.read_text() == "old"
    write(path, overwrite=True)
    assert path.read_text() == "new"


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_is_no_file(tmp_path, overwrite):
    with pytest.raises(OutputError, match="expected a file, found a folder"):
        write(tmp_path, overwrite=overwrite)


@pytest.mark.parametrize("name", ["file.txt/result.json", "x" * 300 + ".json"])
def test_a_path_that_cannot_be_is_one_error(tmp_path, name):
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(OutputError, match="could not be written"):
        write(tmp_path / name)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from poselift.files import whole_file
from poselift.errors import OutputError
from safetensors.numpy import save_file

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
folder = Path(sys.argv[1])
for name, save in (
    ("a.bin", lambda path: path.write_bytes(bytes(100_000))),
    ("a.safetensors", lambda path: save_file({"a": np.zeros(100_000)}, path)),
):
    try:
        with whole_file(folder / name) as temporary:
            save(temporary)
    except OutputError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as Unix does")
def test_a_full_disk_is_one_error_and_leaves_nothing(tmp_path):
    """A limit on the size of files stands in for the full disk."""
    done = subprocess.run([sys.executable, "-c", FULL_DISK, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.count("could not be written") == 2
    assert "a.safetensors: could not be written" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_arrays_are_written_through_it(tmp_path):
    with whole_file(tmp_path / "a.safetensors") as temporary:
        save_file({"a": np.zeros(3)}, temporary)
    assert (tmp_path / "a.safetensors").stat().st_size > 24


def test_a_folder_is_made_or_accepted_if_empty(tmp_path):
    folder = tmp_path / "a" / "b"
    assert writable_folder(folder) == folder
    assert writable_folder(folder) == folder
    assert list(folder.iterdir()) == []


def fail_in(block, error, leaves=None):
    with block as path:
        assert path.exists()
        if leaves:
            (path / leaves).touch()
        raise error


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_no_empty_folders(tmp_path, error):
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "a" / "b", tmp_path / "there"):
        for block in (output_folder(folder), whole_file(folder / "c" / "a.json")):
            with pytest.raises(error):
                fail_in(block, error)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
    with pytest.raises(error):
        fail_in(output_folder(tmp_path / "d"), error, leaves="a.json")
    assert (tmp_path / "d" / "a.json").exists()


def test_a_folder_with_files_is_kept_unless_told_otherwise(tmp_path):
    (tmp_path / "model.onnx").write_text("precious")
    with pytest.raises(OutputError, match="not empty") as caught:
        writable_folder(tmp_path)
    assert "--overwrite" in caught.value.hint
    writable_folder(tmp_path, overwrite=True)
    assert (tmp_path / "model.onnx").read_text() == "precious"


@pytest.mark.parametrize("name", ["file.txt", "file.txt/folder"])
def test_a_file_is_no_folder(tmp_path, name):
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(OutputError, match=r"file\.txt"):
        writable_folder(tmp_path / name, overwrite=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    for attempt in (lambda: writable_folder(tmp_path, overwrite=True), lambda: write(tmp_path / "a.json")):
        with pytest.raises(OutputError, match="Permission denied"):
            attempt()


def test_a_folder_that_takes_no_files_is_an_error():
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a file system that refuses files")
    with pytest.raises(OutputError, match="cannot be written to"):
        writable_folder(Path("/proc/self"), overwrite=True)


def test_files_are_as_readable_as_any_other(tmp_path):
    (tmp_path / "plain").touch()
    with whole_file(tmp_path / "ours.safetensors") as temporary:
        save_file({"x": np.zeros(3)}, temporary)
    assert (tmp_path / "ours.safetensors").stat().st_mode == (tmp_path / "plain").stat().st_mode
