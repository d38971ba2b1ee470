import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import DataFormatError, OutputError
from poselift.export import EXPORTERS
from poselift.export.by_ending import export_scene
from poselift.skeleton import H36M_17

SCENE = Scene.of(Clip(H36M_17, 30.0, joints_root_mm=np.zeros((4, 17, 3)), root_cam_mm=np.ones((4, 3))))


@pytest.mark.parametrize("ending", EXPORTERS)
def test_every_format_of_the_table_is_written_whole_or_not_at_all(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    export_scene(SCENE, path)
    before = path.read_bytes()
    assert before
    with pytest.raises(OutputError, match="exists"):
        export_scene(SCENE, path)
    export_scene(SCENE.replaced(footage=SCENE.footage.replaced(source="b")), path, overwrite=True)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["a", "a.txt", "a.npz.gz", "npz"])
def test_an_ending_of_no_format_is_told_those_there_are(tmp_path, name):
    with pytest.raises(DataFormatError, match=r"one of \.npz, \.json, \.csv"):
        export_scene(SCENE, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
