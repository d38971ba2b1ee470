import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.data.scene_file import save
from poselift.skeleton import BODY_21


@pytest.fixture
def result(tmp_path):
    """Two people over four frames; one never bends their knees."""
    rng = np.random.default_rng(0)
    clips = []
    for straight in (True, False):
        joints = rng.normal(0, 300, (4, 21, 3))
        if straight:
            hip, knee, ankle = BODY_21.indices(("right_hip", "right_knee", "right_ankle"))
            joints[:, ankle] = 2 * joints[:, knee] - joints[:, hip]
        clips.append(Clip(BODY_21, 25.0, joints_root_mm=joints, root_cam_mm=np.full((4, 3), 3000.0)))
    save(Scene(Footage.regular(4, 25), (Track(1, 0, clips[0]), Track(3, 0, clips[1]))), tmp_path / "a.npz")
    return tmp_path / "a.npz"


def test_it_writes_the_table_a_plot_each_and_says_the_ranges(poselift, result, tmp_path):
    ended = poselift("angles", result, "-o", tmp_path / "a.csv", "--plot", tmp_path / "a.png")
    assert ended.code == 0
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1 + 2 * 4
    assert (tmp_path / "a.png").stat().st_size > 10_000
    assert (tmp_path / "a_3.png").stat().st_size > 10_000
    (knee, _), (rotation, _) = (
        [line for line in ended.out if what in line] for what in ("knee_flexion", "hip_internal_rotation")
    )
    assert knee.replace("│", " ").split()[1:4] == ["0", "to", "0"]
    assert rotation.replace("│", " ").split()[1:3] == ["not", "told"]
    assert ended.out[-3:] == [f"  {tmp_path / name}" for name in ("a.csv", "a.png", "a_3.png")]


def test_what_cannot_be_written_is_said_before(poselift, result, tmp_path):
    (tmp_path / "a_3.png").write_text("mine")
    for asked, message in (
        (["-o", tmp_path / "a.txt"], "a.txt: expected a name that ends in .csv"),
        (
            ["-o", tmp_path / "a.csv", "--plot", tmp_path / "a.gif"],
            "a.gif: expected a name",
        ),
        (["-o", tmp_path / "a.csv", "--plot", tmp_path / "a.png"], "a_3.png: exists"),
    ):
        ended = poselift("angles", result, *asked)
        assert ended.code == 2
        assert message in ended.err[0]
        assert not (tmp_path / "a.csv").exists()
