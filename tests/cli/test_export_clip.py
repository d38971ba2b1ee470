import sys
from types import ModuleType

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.data.scene_file import load, save
from poselift.export import EXPORTERS
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import H36M_17


@pytest.fixture
def result(tmp_path):
    joints, root = np.random.default_rng(0).normal(0, 300, (4, 17, 3)), np.full((4, 3), 3000.0)
    save(Clip(H36M_17, 25.0, joints_root_mm=joints, root_cam_mm=root), tmp_path / "a.npz")
    return tmp_path / "a.npz"


def test_a_result_becomes_any_format_of_the_table(poselift, result, tmp_path):
    for ending in EXPORTERS:
        ended = poselift("export-clip", result, "-o", tmp_path / f"b.{ending}")
        assert (ended.code, ended.out[0]) == (0, f"{tmp_path / f'b.{ending}'}: 1 person in 4 frames")
        assert ended.out[1:] == [
            "note: the camera stands in no world: lift again to have one; it is taken to be level"
        ]
    np.testing.assert_array_equal(load(tmp_path / "b.json").main.joints_root_mm, load(result).main.joints_root_mm)
    assert len((tmp_path / "b.csv").read_text().splitlines()) == 4 * 17 + 1


def test_each_file_that_is_written_is_named(poselift, result, tmp_path):
    clip = load(result).main.replaced(camera=Camera(np.ones(2), np.ones(2), axis_rotation("X", 1.7)))
    save(
        Scene(Footage.regular(4, 25, camera=clip.camera), (Track(1, 0, clip), Track(4, 0, clip))),
        tmp_path / "two.npz",
    )
    for ending in ("trc", "mot", "bvh"):
        ended = poselift("export-clip", tmp_path / "two.npz", "-o", tmp_path / f"a.{ending}")
        files = tmp_path / f"a.{ending}", tmp_path / f"a_4.{ending}"
        assert ended.out == [f"{files[0]}, {files[1]}: 2 people in 4 frames"]
        assert all(file.exists() for file in files)


def test_a_new_exporter_is_a_row_of_the_table(poselift, result, tmp_path, monkeypatch):
    """The smallest there is: how many people, in a file of its own ending."""
    module = ModuleType("a_new_exporter")
    module.write_count = lambda scene, path, *, overwrite: path.write_text(str(len(scene)))
    monkeypatch.setitem(sys.modules, "a_new_exporter", module)
    monkeypatch.setitem(EXPORTERS, "count", "a_new_exporter:write_count")
    assert poselift("export-clip", result, "-o", tmp_path / "b.count").code == 0
    assert (tmp_path / "b.count").read_text() == "1"


def test_nobody_can_be_exported_too(poselift, tmp_path):
    save(Scene(Footage.regular(3, 25)), tmp_path / "a.json")
    ended = poselift("export-clip", tmp_path / "a.json", "-o", tmp_path / "a.csv")
    assert ended.out == [f"{tmp_path / 'a.csv'}: 0 people in 3 frames"]


def test_what_cannot_be_ends_in_one_line(poselift, result, tmp_path):
    assert "ends in one of .npz, .json, .csv" in poselift("export-clip", result, "-o", tmp_path / "b.xyz").err[0]
    assert "exists" in poselift("export-clip", result, "-o", result).err[0]
    assert poselift("export-clip", result, "-o", result, "--overwrite").code == 0
    assert "absent.npz" in poselift("export-clip", tmp_path / "absent.npz", "-o", tmp_path / "b.csv").err[0]


def test_help_lists_the_endings(poselift):
    said = " ".join(" ".join(poselift("export-clip", "--help").out).replace("│", " ").split())
    assert ", ".join(f".{ending}" for ending in EXPORTERS) in said
