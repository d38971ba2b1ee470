"""`poselift lift` as a user meets it, with a detector whose findings are known."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import wave
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from poselift.cli import lift as command
from poselift.cli import lift_files
from poselift.data.scene_file import load
from poselift.detect import DETECTORS
from poselift.errors import ExternalToolError
from poselift.geometry.camera import Camera
from poselift.lifting.smoothing import SMOOTHERS

pytest.importorskip("av")
pytest.importorskip("aggdraw")

TABLES = {"poses.npz", "poses.json", "poses.csv"}
ALL = {*TABLES, "viewer.html", "overlay.mp4"}
SIZE_PX = (64, 48)
MISSED = {3, *range(8, 13)}


@pytest.fixture(scope="module")
def video(tmp_path_factory, write_video):
    return write_video(tmp_path_factory.mktemp("video") / "walk.mp4", frames=20, size_px=SIZE_PX)


@pytest.fixture
def detector(monkeypatch, fake_detector, someone, tiny_model):
    """The detector that the command makes, until a test replaces what it finds; a tiny model is the default one."""
    jitter = np.random.default_rng(0).normal(0, 1, (20, 17, 2)).astype(np.float32)

    def found(call):
        frame = call % 20  # some tests run the command twice
        person = someone(25 + frame / 2)
        return [] if frame in MISSED else [person._replace(joints_px=person.joints_px + jitter[frame])]

    made = fake_detector(found)
    monkeypatch.setattr("poselift.detect.blazepose.full", lambda: made)
    monkeypatch.setattr("poselift.lifting.lifter.DEFAULT_MODEL", tiny_model)
    return made


@pytest.fixture
def lift(poselift, video, detector, tmp_path):
    """Run the command on the video, into the folder `out`."""

    def run(*flags, video=video, output=tmp_path / "out"):
        return poselift("lift", video, "-o", output, *flags)

    return run


def names(folder) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def refused(ended, code=2) -> str:
    """The message of a command that ended in one line and a hint."""
    assert ended.code == code
    assert [line.partition(": ")[0] for line in ended.err] == ["error", "hint"]
    return ended.err[0]


def test_a_video_becomes_poses_tables_a_page_and_an_overlay(lift, detector, tmp_path):
    ended = lift()
    assert (ended.code, ended.err) == (0, [])
    assert names(tmp_path / "out") == ALL
    assert ended.out[0].startswith("20 frames, 20 with a person (6 of them filled), ")
    assert ended.out[1] == "model tiny.onnx, smoothing butterworth, -3 dB at 6 Hz"
    assert [line.strip() for line in ended.out if line.startswith("  ")] == [
        str(tmp_path / "out" / name)
        for name in ("poses.npz", "poses.json", "poses.csv", "viewer.html", "overlay.mp4")
    ]
    clip = load(tmp_path / "out" / "poses.npz").main
    assert (len(clip), clip.fps, clip.size_px, clip.source) == (20, 25.0, SIZE_PX, "walk.mp4")
    assert np.isfinite(clip.joints_root_mm).all()
    np.testing.assert_array_equal(load(tmp_path / "out" / "poses.json").main.joints_root_mm, clip.joints_root_mm)
    assert len((tmp_path / "out" / "poses.csv").read_text().splitlines()) == 20 * 17 + 1
    assert "walk.mp4" in (tmp_path / "out" / "viewer.html").read_text(encoding="utf-8")
    assert detector.closed


def test_keypoints_of_a_file_are_lifted_without_a_video(lift, detector, tmp_path):
    """Those of a result give the result again, but for the frames that were filled and what smoothing did."""
    assert lift("--no-overlay", "--no-viewer").code == 0
    before = load(tmp_path / "out" / "poses.npz").main
    detector.found = None  # nobody looks at a picture
    for name in ("poses.npz", "poses.json"):
        ended = lift("--overwrite", video=tmp_path / "out" / name, output=tmp_path / "again")
        assert (ended.code, ended.err) == (0, [])
        assert "detector" not in ended.out[0]
        assert names(tmp_path / "again") == {*TABLES, "viewer.html"}
        after = load(tmp_path / "again" / "poses.npz").main
        np.testing.assert_array_equal(after.valid, before.valid)
        np.testing.assert_allclose(after.joints_root_mm, before.joints_root_mm, atol=0.01)
        np.testing.assert_array_equal(after.camera.focal_px, before.camera.focal_px)
    assert "own result" in refused(lift("--overwrite", video=tmp_path / "out" / "poses.npz"))
    said = refused(lift("--format", "openpos", video=tmp_path / "out" / "poses.npz", output=tmp_path / "no"))
    assert "unknown format of keypoints 'openpos'" in said


def poses(lift, tmp_path, *flags):
    assert lift(*flags, "--no-overlay", "--no-viewer", "--overwrite").code == 0
    return load(tmp_path / "out" / "poses.npz").main


@pytest.fixture
def lifted(lift, detector, fake_detector, monkeypatch, tmp_path):
    """Run the command with flags and load the poses."""

    def run(*flags):
        afresh = fake_detector(detector.found)
        monkeypatch.setattr("poselift.detect.blazepose.full", lambda: afresh)
        return poses(lift, tmp_path, *flags)

    return run


def test_flip_and_smooth_change_the_poses(lifted):
    plain = lifted()
    for flags in (["--no-flip"], ["--smoothing", "none"], ["--cutoff-hz", "2"]):
        assert np.abs(lifted(*flags).joints_root_mm - plain.joints_root_mm).max() > 0.1, flags
    np.testing.assert_array_equal(lifted("--flip", "--cutoff-hz", "6").joints_root_mm, plain.joints_root_mm)


def test_smoothing_is_the_one_that_is_named(lifted):
    ways = {name: lifted("--smoothing", name).joints_root_mm for name in SMOOTHERS}
    np.testing.assert_array_equal(ways["butterworth"], lifted().joints_root_mm)
    for one, other in itertools.combinations(ways.values(), 2):
        assert np.abs(one - other).max() > 0.1


def test_a_new_smoothing_is_a_row_of_the_table(lifted, monkeypatch):
    module = ModuleType("a_new_smoothing")
    asked = []
    module.frozen = lambda clip, cutoff_hz: asked.append(cutoff_hz) or clip
    monkeypatch.setitem(sys.modules, "a_new_smoothing", module)
    monkeypatch.setitem(SMOOTHERS, "frozen", "a_new_smoothing:frozen")
    lifted("--smoothing", "frozen", "--cutoff-hz", "0.25")
    assert asked == [0.25]


def test_the_detector_is_the_one_that_is_named(lift, detector, tmp_path, monkeypatch):
    """A new detector is a row of the table."""
    module = ModuleType("a_new_detector")
    module.Another = lambda: detector
    monkeypatch.setattr("poselift.detect.blazepose.full", None)
    monkeypatch.setitem(sys.modules, "a_new_detector", module)
    monkeypatch.setitem(DETECTORS, "another", "a_new_detector:Another")
    assert lift("--detector", "another", "--no-overlay").code == 0
    assert detector.closed


@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="this onnxruntime has CUDA"
)
def test_the_network_runs_on_the_device_that_is_asked_for(lift, tmp_path):
    assert "this onnxruntime has no CUDA" in refused(lift("--device", "cuda"))
    assert not names(tmp_path / "out")
    assert lift("--device", "auto").code == 0


def test_the_precision_is_that_of_the_file_beside_the_model(lifted, lift):
    default = Path(command.__file__).parents[1] / "weights" / "video.onnx"
    exact, fast = (lifted("--model", default, "--precision", kind) for kind in ("float32", "int8"))
    assert 0 < np.abs(fast.joints_root_mm - exact.joints_root_mm).max() < 200
    ended = lift("--precision", "int4", "--overwrite")
    assert ended.code == 2
    assert "int4" in ended.err[0]


def test_max_gap_says_what_is_filled(lifted):
    assert lifted("--max-gap", "0").filled.sum() == 0
    assert lifted("--max-gap", "0.1").filled.sum() == 1
    assert lifted("--max-gap", "0.2").filled.sum() == 6


def test_the_camera_is_guessed_or_given(lifted):
    focal_px = Camera.guessed(SIZE_PX).focal_px[0]
    guessed, given = lifted(), lifted("--focal-px", 2 * focal_px)
    np.testing.assert_allclose(guessed.camera.focal_px, focal_px)
    np.testing.assert_allclose(given.camera.focal_px, 2 * focal_px)
    np.testing.assert_allclose(given.camera.center_px, [32, 24])
    assert given.root_cam_mm[0, 2] > 1.5 * guessed.root_cam_mm[0, 2]
    wide = lifted("--fov-deg", 90)
    np.testing.assert_allclose(wide.camera.focal_px, 32)
    assert wide.root_cam_mm[0, 2] < guessed.root_cam_mm[0, 2]


def test_the_model_is_the_default_or_the_one_named(lifted, tmp_path):
    import torch

    from poselift.deploy.onnx import export_onnx
    from poselift.models import create_model

    torch.manual_seed(1)
    model = create_model("lcn", channels=4, layers=1, add_input=False, normalisation="person_centred")
    with torch.no_grad():
        export_onnx(model, {}, tmp_path / "other.onnx")
    assert not np.allclose(lifted("--model", tmp_path / "other.onnx").joints_root_mm, lifted().joints_root_mm)


def test_the_page_and_the_overlay_can_be_left_out(lift, tmp_path):
    assert lift("--no-overlay").code == 0
    assert names(tmp_path / "out") == ALL - {"overlay.mp4"}
    assert lift("--no-viewer", "--overwrite").code == 0
    assert names(tmp_path / "out") == ALL - {"viewer.html"}, "a page of older poses beside new ones"


def test_a_folder_with_files_in_it_needs_overwrite(lift, detector, tmp_path):
    lift("--no-overlay")
    before, shown = (tmp_path / "out" / "poses.npz").read_bytes(), len(detector.shown)
    assert "exists and is not empty" in refused(lift())
    assert "--overwrite" in lift().err[1]
    assert len(detector.shown) == shown
    assert (tmp_path / "out" / "poses.npz").read_bytes() == before
    assert lift("--overwrite").code == 0


def test_other_files_in_the_folder_are_left_alone(lift, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    lift("--overwrite", "--no-overlay")
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--max-gap", "-1"], "max_gap_s: expected 0 or more seconds, got -1"),
        (["--max-gap", "inf"], "max_gap_s: expected 0 or more seconds, got inf"),
        (["--cutoff-hz", "nan"], "cutoff_hz: expected a positive number, got nan"),
        (["--focal-px", "0"], "--focal-px: expected a positive number, got 0"),
        (["--focal-px", "nan"], "--focal-px"),
        (["--fov-deg", "180"], "--fov-deg: expected 0 to 180 degrees, got 180"),
        (["--fov-deg", "nan"], "--fov-deg"),
        (["--fov-deg", "60", "--focal-px", "1000"], "--focal-px or --fov-deg, got both"),
        (["--model", "absent.onnx"], "absent.onnx"),
        (["--smoothing", "gaussean"], "unknown smoothing 'gaussean'"),
        (["--detector", "mediapip"], "unknown detector 'mediapip'"),
    ],
)
def test_wrong_values_are_told_before_the_detection(lift, detector, tmp_path, flags, message):
    assert message in refused(lift(*flags))
    assert detector.shown == []
    assert names(tmp_path / "out") == set()


def test_an_output_that_cannot_be_is_told_before_the_detection(lift, detector, tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("mine")
    assert "found a file" in refused(lift(output=file))
    assert "cannot be written to" in refused(lift(output=file / "out"))

    def read_only(**options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("poselift.files.tempfile.TemporaryFile", read_only)
    assert "Read-only file system" in refused(lift())
    assert detector.shown == []
    assert file.read_text() == "mine"


def test_a_video_is_not_replaced_by_its_own_overlay(lift, video, detector, tmp_path):
    (tmp_path / "out").mkdir()
    own = tmp_path / "out" / "overlay.mp4"
    own.write_bytes(video.read_bytes())
    assert "own overlay" in refused(lift("--overwrite", video=own))
    assert own.read_bytes() == video.read_bytes()
    assert detector.shown == []


def write_sound(path):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path, video: None, "no such file"),
        (lambda path, video: path.touch(), "empty"),
        (lambda path, video: path.write_bytes(video.read_bytes()[:-400]), "cut short"),
        (lambda path, video: write_sound(path), "found only audio"),
        (lambda path, video: path.mkdir(), "a folder"),
    ],
    ids=["missing", "empty", "truncated", "audio only", "folder"],
)
def test_what_is_no_video_is_told(lift, video, detector, tmp_path, make, message):
    bad = tmp_path / "bad.mp4"
    make(bad, video)
    said = refused(lift(video=bad))
    assert str(bad) in said
    assert message in said
    assert names(tmp_path / "out") == set()


def test_a_video_without_a_person_has_a_code_of_its_own(lift, detector, tmp_path):
    detector.found = lambda frame: []
    assert "no person found in 20 frames" in refused(lift(), code=3)
    assert not (tmp_path / "out").exists()


def test_a_missing_detector_names_the_extra(poselift, video, tiny_model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    words = ("lift", video, "-o", tmp_path / "out", "--model", tiny_model, "--detector")
    assert "expected a bundle" in refused(poselift(*words, "mediapipe"))
    (tmp_path / "a.task").write_bytes(b"bundle")
    ended = poselift(*words, tmp_path / "a.task")
    assert "mediapipe is not installed" in refused(ended)
    assert ended.err[1] == "hint: pip install 'poselift[mediapipe]'"


def test_ctrl_c_during_the_detection_leaves_nothing_and_closes_the_detector(lift, detector, tmp_path):
    found = detector.found

    def interrupted(frame):
        if frame == 5:
            signal.raise_signal(signal.SIGINT)
        return found(frame)

    detector.found = interrupted
    ended = lift()
    assert ended == (130, [], ["interrupted: no half-written file is left"])
    assert not (tmp_path / "out").exists()
    assert detector.closed


@pytest.mark.parametrize(
    ("during", "kept"),
    [
        ("poselift.data.scene_file._write_npz", set()),
        ("poselift.data.scene_file._rows", {"poses.npz"}),
        ("poselift.export.tables._quoted", {"poses.npz", "poses.json"}),
        ("poselift.viz.viewer._page", TABLES),
        ("poselift.viz.director.Director.shot", set()),
    ],
)
def test_ctrl_c_during_the_writing_keeps_what_was_finished(lift, detector, tmp_path, monkeypatch, during, kept):
    monkeypatch.setattr(during, lambda *args: signal.raise_signal(signal.SIGINT))
    ended = lift()
    assert ended.code == 130
    assert ended.err == ["interrupted: no half-written file is left"]
    assert names(tmp_path / "out") == kept


@pytest.mark.parametrize("when", ["poselift.viz.director.Director.shot", "poselift.viz.mp4.Mp4.write"])
def test_what_was_finished_is_kept_and_told_if_the_overlay_fails(lift, tmp_path, monkeypatch, when):
    def failing(*args, **options):
        raise ExternalToolError("FFmpeg cannot encode", "pip install --upgrade av")

    monkeypatch.setattr(when, failing)
    ended = lift()
    assert "FFmpeg cannot encode" in refused(ended)
    assert names(tmp_path / "out") == {*TABLES, "viewer.html"}
    assert [Path(line.strip()).name for line in ended.out if line.startswith("  ")] == [
        "poses.npz",
        "poses.json",
        "poses.csv",
        "viewer.html",
    ]


@pytest.fixture
def disk_of():
    """Let no file become larger than so many bytes, as if the disk were full; 0 is no limit."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda n_bytes: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes or before[0], before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_leaves_whole_files_only(lift, tmp_path, disk_of):
    lift()
    sizes = {name: (tmp_path / "out" / name).stat().st_size for name in ALL}
    for name in sorted(ALL, key=sizes.__getitem__):
        output = tmp_path / name
        disk_of(sizes[name] - 1)
        ended = lift(output=output)
        disk_of(0)
        assert "could not be written" in refused(ended)
        assert names(output) < ALL, name
        for written in names(output):
            assert (output / written).stat().st_size == pytest.approx(sizes[written], rel=0.05)


def test_the_speed_counts_lifting_and_tables(lift, detector, monkeypatch):
    """With a clock that ticks once per frame of the detector and once for the lifting, and for ages elsewhere."""
    clock = SimpleNamespace(now=0.0)

    def takes(seconds, act):
        def slowly(*args, **options):
            clock.now += seconds
            return act(*args, **options)

        return slowly

    for module in (command, lift_files):
        monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    detector.found = takes(1, detector.found)
    for seconds, name in (
        (1000, "poselift.detect.blazepose.full"),
        (1000, "poselift.lifting.lifter.Lifter.__init__"),
        (1, "poselift.lifting.lifter.Lifter.lift"),
        (4, "poselift.export.tables.write_csv"),
        (1000, "poselift.viz.viewer.write_viewer"),
    ):
        monkeypatch.setattr(name, takes(seconds, _named(name)))
    assert lift("--no-overlay").out[0].endswith(", 0.8 frames/s")


def _named(dotted: str):
    from pydoc import locate

    return locate(dotted)


def test_a_terminal_gets_bars(lift, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    shown = "\n".join(lift().err)
    assert "lift" in shown
    assert "20/20" in shown


IN_A_PROCESS = """
import numpy as np
import onnxruntime
from poselift.cli.main import main
from poselift.detect import blazepose
from poselift.detect.base import Detection
from poselift.skeleton import H36M_17

class Detector:
    skeleton, most_at_once, most_people = H36M_17, 1, 10
    def __enter__(self): return self
    def __exit__(self, *error): pass
    def detect(self, frames):
        return ([Detection(np.random.default_rng(0).uniform(0, 48, (17, 2)), np.ones(17))] for _ in frames)

blazepose.full = Detector
main()
"""


def test_a_cut_video_is_lifted_as_far_as_it_goes_with_a_warning(tmp_path, write_video, tiny_model):
    """In a process of its own, where pytest does not take the warnings. What was warned of is not noted once more."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(40)]
    path = write_video(tmp_path / "cut.mp4", images=images, options={"movflags": "faststart"})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    words = ["lift", path, "-o", tmp_path / "out", "--model", tiny_model, "--no-viewer"]
    done = subprocess.run([sys.executable, "-c", IN_A_PROCESS, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert 5 < len(load(tmp_path / "out" / "poses.npz").footage) < 40
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} == {"warning"}
    assert (done.stdout + done.stderr).count("cut short: ends at") == 1
    assert any("cut short" in note for note in load(tmp_path / "out" / "poses.npz").footage.notes)


def test_results_are_whole_if_nobody_reads_the_summary(video, tmp_path, tiny_model):
    read, write = os.pipe()
    os.close(read)
    words = ["lift", video, "-o", tmp_path / "out", "--model", tiny_model]
    program = [sys.executable, "-c", IN_A_PROCESS, *words]
    done = subprocess.run(program, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
    assert names(tmp_path / "out") == ALL


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_odd_names_are_no_obstacle(lift, video, tmp_path):
    odd = tmp_path / os.fsdecode(b"12:30 \xff.mp4")
    odd.write_bytes(video.read_bytes())
    ended = lift(video=odd)
    assert ended.code == 0
    assert names(tmp_path / "out") == ALL
