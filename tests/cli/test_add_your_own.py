"""docs/add-your-own.md, done: its files are written, its rows added, its tests and commands run, in its order."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from typer.testing import CliRunner

from poselift.cli.main import app
from poselift.data.scene_file import load
from poselift.data.store import load_store
from poselift.models.checkpoint import load_checkpoint
from poselift.runtime.network import Network
from poselift.skeleton import H36M_17

pytest.importorskip("av")
pytest.importorskip("aggdraw")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-your-own.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M))
WHOLE = ("A detector", "A format of keypoints", "A network", "An exporter")
FRAMES = 12
# The bright figure is a box, in pixels of the picture.
LOW_PX, HIGH_PX = np.array([20, 4]), np.array([43, 91])


class Section(NamedTuple):
    """What a section shows, in its order.

    Attributes:
        files: path -> text.
        rows: path of a table's module, name of the table, its row.
        commands: without `poselift`.
    """

    files: dict[str, str]
    rows: list[tuple[str, str, str]]
    commands: list[str]


def shown(section: str) -> Section:
    files, rows = {}, []
    text = SECTIONS[section]
    for first, rest in re.findall(r"^```(?:python|toml)\n# (.+?)\n(.*?)^```", text, re.S | re.M):
        path, _, table = first.partition(", in ")
        if table:
            rows.append((path, table, rest))
        else:
            files[path] = rest
    return Section(files, rows, re.findall(r"^poselift (.+)$", text, re.M))


def module_of(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def add_file(path: str, text: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Write a file of the page; a module of ours becomes one of its package."""
    assert not (ROOT / path).exists(), "it is somebody's own"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")
    if path.startswith("src/"):
        package = import_module(module_of(path).rpartition(".")[0])
        patch.setattr(package, "__path__", [*package.__path__, str((folder / path).parent)])


def add_row(path: str, table: str, row: str, patch: pytest.MonkeyPatch) -> None:
    module = import_module(module_of(path))
    ((name, value),) = eval(f"{{{row}}}", vars(module)).items()
    patch.setitem(getattr(module, table), name, value)


@pytest.fixture(scope="module")
def walk(tmp_path_factory, write_video, mocap_store):
    """A folder with what the commands name: a bright box that walks, its joints in lines, and motion capture."""
    folder = tmp_path_factory.mktemp("own")
    images = np.zeros((FRAMES, 96, 64, 3), dtype=np.uint8)
    images[:, LOW_PX[1] : HIGH_PX[1] + 1, LOW_PX[0] : HIGH_PX[0] + 1] = 255
    write_video(folder / "walk.mp4", images=images, fps=25)
    joints = {"left_shoulder": (36, 20), "right_shoulder": (28, 20), "left_hip": (35, 45), "right_hip": (29, 45)}
    lines = [f"{frame},{joint},{x + frame},{y},0.9" for frame in range(FRAMES) for joint, (x, y) in joints.items()]
    (folder / "walk.joints").write_text("\n".join(["joint_lines,coco17,25,64,96", *lines]))
    shutil.copy(mocap_store, folder / "mocap.safetensors")
    return folder


@pytest.fixture(scope="module")
def followed(walk):
    """The folder after all that the page does; the modules are gone again afterwards."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(walk)
        for section in map(shown, WHOLE):
            for path, text in section.files.items():
                add_file(path, text, walk, patch)
            for row in section.rows:
                add_row(*row, patch)
            for command in section.commands:
                ended = CliRunner().invoke(app, shlex.split(command))
                assert ended.exit_code == 0, (command, ended.output, ended.exception)
        yield walk
    for path in (path for section in WHOLE for path in shown(section).files if path.startswith("src/")):
        name = module_of(path)
        assert name in set(sys.modules) - before, "nothing used it"
        package, _, own = name.rpartition(".")
        del sys.modules[name]
        delattr(import_module(package), own)


@pytest.mark.parametrize("section", WHOLE)
def test_a_section_has_one_module_its_test_its_row_and_a_command(section):
    files, rows, commands = shown(section)
    sources = [path for path in files if path.startswith("src/poselift/")]
    assert len(sources) == len(rows) == 1
    own = Path(sources[0].replace("src/poselift", "tests"))
    assert [path for path in files if path.startswith("tests/")] == [str(own.with_name(f"test_{own.name}"))]
    assert f"`.venv-test/bin/pytest {own.with_name(f'test_{own.name}')}`" in SECTIONS[section]
    assert commands


@pytest.mark.parametrize("section", WHOLE)
def test_the_tests_of_the_page_pass(section, followed, tmp_path):
    """A test function of the page may take an empty folder."""
    (path,) = [path for path in shown(section).files if path.startswith("tests/")]
    values: dict[str, object] = {}
    exec(compile(shown(section).files[path], path, "exec"), values)
    tests = {name: test for name, test in values.items() if name.startswith("test_")}
    assert tests
    for name, test in tests.items():
        (tmp_path / name).mkdir()
        test(*[tmp_path / name for _ in signature(test).parameters])


def test_the_detector_found_the_box(followed):
    clip = load(followed / "walk" / "poses.npz").main
    assert clip.valid.tolist() == [True] * FRAMES
    assert np.isfinite(clip.joints_root_mm).all()
    joints_px = clip.converted(H36M_17).joints_px  # it finds no feet, which the model has
    assert ((joints_px >= LOW_PX - 1) & (joints_px <= HIGH_PX + 1)).all()
    assert np.ptp(joints_px[..., 1]) > 0.9 * (HIGH_PX - LOW_PX)[1]
    assert {"overlay.mp4", "viewer.html", "poses.csv"} <= {path.name for path in (followed / "walk").iterdir()}


def test_the_file_of_joints_was_lifted(followed):
    clip = load(followed / "from-joints" / "poses.npz").main
    assert (len(clip), clip.size_px, clip.source) == (FRAMES, (64, 96), "walk.joints")
    left = clip.joints_px[:, clip.skeleton.index("left_shoulder"), 0]
    np.testing.assert_allclose(left, 36 + np.arange(FRAMES), atol=1e-3)


def test_the_network_trained_resumed_and_lifted(followed):
    rows = (followed / "runs" / "linear" / "metrics.csv").read_text().splitlines()
    assert rows[-1].startswith("60,")
    model, header = load_checkpoint(followed / "runs" / "linear" / "best.safetensors")
    assert (header.model, model.window.frames) == ("linear", 9)
    assert Network(followed / "linear.onnx").sides[0] == ("joints_norm", [9, 17, 3])
    first, again = (load(followed / name / "poses.npz").main for name in ("walk", "again"))
    first = first.converted(H36M_17)
    np.testing.assert_array_equal(again.joints_px, first.joints_px)
    assert np.abs(again.joints_root_mm - first.joints_root_mm).max() > 1
    assert load_store(followed / "mocap.safetensors").skeleton == again.skeleton


def test_the_exporter_wrote_every_joint(followed):
    lines = (followed / "walk.tsv").read_text().splitlines()
    clip = load(followed / "walk" / "poses.npz").main
    assert len(lines) == 1 + FRAMES * len(clip.skeleton)
    person, time_s, joint, *place = lines[-1].split("\t")
    assert (person, float(time_s), joint) == ("1", round(clip.time_s[-1], 6), clip.skeleton.joints[-1])
    np.testing.assert_allclose([float(value) for value in place], clip.joints_root_mm[-1, -1], atol=0.06)


def test_what_the_table_names_is_there():
    rows = re.findall(r"^\| (.+?) \|$", SECTIONS["Everything else"], re.M)[1:]
    assert len(rows) == 8
    for kind, _, row, _, test in (re.split(r" \| ", row) for row in rows):
        assert (ROOT / test.strip("`")).is_file(), kind
        for table, file in re.findall(r"`([A-Z]+)`.*?(?:`(\S+?\.py)`|$)", row):
            path = f"src/poselift/{file or 'metrics/protocols.py'}"
            assert hasattr(import_module(module_of(path)), table), kind
