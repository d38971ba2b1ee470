import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from poselift.cli.view import view
from poselift.data.clip import Clip
from poselift.data.scene_file import save
from poselift.errors import DataFormatError, OutputError
from poselift.skeleton.definitions import H36M_17

app = typer.Typer()
app.command("view")(view)


@pytest.fixture
def result(tmp_path):
    joints = np.random.default_rng(0).normal(0, 300, (4, 17, 3))
    save(Clip(H36M_17, 25.0, joints_root_mm=joints, source="a test"), tmp_path / "poses.npz")
    return tmp_path / "poses.npz"


def _run(*arguments: object):
    return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=True)


def test_the_page_stands_beside_the_result_and_is_named(result):
    done = _run(result)
    page = result.with_name("viewer.html")
    assert done.exit_code == 0
    assert done.output.replace("\n", "") == str(page)
    assert "<title>a test</title>" in page.read_text("utf-8")


def test_output_and_title_are_obeyed(result, tmp_path):
    page = tmp_path / "deep" / "page.html"
    assert _run(result, "-o", page, "--title", "Anna's squat").exit_code == 0
    assert "<title>Anna&#x27;s squat</title>" in page.read_text("utf-8")
    assert not result.with_name("viewer.html").exists()


def test_an_older_page_needs_overwrite(result):
    assert _run(result).exit_code == 0
    assert isinstance(_run(result).exception, OutputError)
    assert _run(result, "--overwrite").exit_code == 0


def test_open_shows_the_page_and_only_then(result, monkeypatch):
    shown = []
    monkeypatch.setattr(typer, "launch", shown.append)
    _run(result)
    assert shown == []
    _run(result, "--overwrite", "--open")
    assert shown == [str(result.with_name("viewer.html"))]


def test_what_is_no_result_is_refused(tmp_path):
    (tmp_path / "poses.npz").write_bytes(b"not a zip")
    assert isinstance(_run(tmp_path / "poses.npz").exception, DataFormatError)
    assert isinstance(_run(tmp_path / "absent.json").exception, DataFormatError)


def test_a_video_goes_with_the_page(poselift, tmp_path):
    save(Clip(H36M_17, 25.0, joints_root_mm=np.ones((2, 17, 3)), joints_px=np.ones((2, 17, 2))), tmp_path / "a.npz")
    (tmp_path / "a.mp4").write_bytes(b"video")
    assert poselift("view", tmp_path / "a.npz", "--video", tmp_path / "a.mp4").code == 0
    assert '"video":"a.mp4"' in (tmp_path / "viewer.html").read_text("utf-8")
    ended = poselift("view", tmp_path / "a.npz", "--embed", "-o", tmp_path / "b.html")
    assert (ended.code, ended.err[0]) == (2, "error: --embed: expected --video, got none")
