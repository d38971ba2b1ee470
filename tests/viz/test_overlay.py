import errno
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import av
import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.errors import ExternalToolError, MissingExtraError, OutputError, ShapeError
from poselift.geometry.rotation import axis_rotation
from poselift.viz import mp4
from poselift.viz.overlay import OverlayWriter, write_overlay
from poselift.viz.panel import Panel
from poselift.viz.raster import rgb_to_i420

FRAMES = 12


def _frames(count: int = FRAMES) -> Iterator[np.ndarray]:
    for _ in range(count):
        yield np.full((960, 540, 3), 90, np.uint8)


def _decoded(path) -> tuple[object, list[np.ndarray]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream, [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]


def test_the_overlay_plays_and_shows_the_person(walk, tmp_path):
    path = tmp_path / "overlay.mp4"
    clip = walk(FRAMES, valid=np.arange(FRAMES) != 3)
    write_overlay(_frames(), clip, path)
    stream, images = _decoded(path)
    assert stream.codec_context.name == "h264"
    assert stream.codec_context.pix_fmt == "yuv420p"
    assert float(stream.average_rate) == clip.fps
    assert len(images) == FRAMES
    left = np.array([image[:, :540] for image in images]).astype(int)
    person = np.abs(left - 90).max(axis=(1, 2, 3))
    assert person[3] < 30
    assert np.delete(person, 3).min() > 80
    assert np.abs(images[0][:, 540:].astype(int) - images[8][:, 540:]).max() > 80
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fps", [23.976, 30000 / 1001, 12.5, 240.0])
def test_the_frame_rate_is_kept(walk, tmp_path, fps):
    clip = walk(3, size_px=(90, 160), joints_px=walk(3).joints_px / 6).replaced(fps=fps)
    write_overlay((np.zeros((160, 90, 3), np.uint8) for _ in range(3)), clip, tmp_path / "o.mp4")
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert float(container.streams.video[0].average_rate) == pytest.approx(fps, rel=1e-3)


def test_without_x264_it_falls_back(walk, tmp_path, monkeypatch):
    monkeypatch.setattr(mp4, "_ENCODERS", {"absent": {}, "mpeg4": mp4._ENCODERS["mpeg4"]})
    write_overlay(_frames(), walk(FRAMES), tmp_path / "o.mp4")
    stream, images = _decoded(tmp_path / "o.mp4")
    assert stream.codec_context.name == "mpeg4"
    assert len(images) == FRAMES


@pytest.mark.parametrize("count", [0, FRAMES - 1, FRAMES + 1])
def test_another_number_of_frames_is_refused_and_leaves_nothing(walk, tmp_path, count):
    with pytest.raises(ShapeError, match=f"expected {FRAMES}, got"):
        write_overlay(_frames(count), walk(FRAMES), tmp_path / "o.mp4")
    assert not list(tmp_path.iterdir())


def test_an_interrupt_leaves_nothing(walk, tmp_path):
    def interrupted() -> Iterator[np.ndarray]:
        yield from _frames(5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_overlay(interrupted(), walk(FRAMES), tmp_path / "o.mp4")
    assert not list(tmp_path.iterdir())


def test_frames_are_taken_one_at_a_time(walk, tmp_path):
    alive = 0
    most = 0

    class Counted(np.ndarray):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def counted() -> Iterator[np.ndarray]:
        nonlocal alive, most
        for _ in range(FRAMES):
            alive += 1
            most = max(most, alive)
            yield np.zeros((960, 540, 3), np.uint8).view(Counted)

    write_overlay(counted(), walk(FRAMES), tmp_path / "o.mp4")
    assert most <= 4


def test_an_older_file_is_kept_unless_told(walk, tmp_path):
    path = tmp_path / "o.mp4"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        write_overlay(_frames(), walk(FRAMES), path)
    assert path.read_text() == "mine"
    write_overlay(_frames(), walk(FRAMES), path, overwrite=True)
    assert len(_decoded(path)[1]) == FRAMES


def test_a_full_disk_is_said_and_leaves_nothing(walk, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OutputError, match=r"o\.mp4: could not be written"):
            write_overlay(_frames(), walk(FRAMES), tmp_path / "o.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_missing_packages_name_the_extra(walk, tmp_path, monkeypatch):
    for module in ("av", "aggdraw"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(MissingExtraError) as caught:
                write_overlay(_frames(), walk(FRAMES), tmp_path / "o.mp4")
        assert caught.value.hint == "pip install 'poselift[video]'"


def test_failures_of_the_encoder_are_ours(walk, tmp_path, monkeypatch):
    monkeypatch.setattr(mp4, "_ENCODERS", {"libx264": {"preset": "no such preset"}})
    with pytest.raises(ExternalToolError, match="FFmpeg cannot encode"):
        write_overlay(_frames(), walk(FRAMES), tmp_path / "o.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("encoder", ["libx264", "mpeg4"])
def test_frames_are_shown_at_their_own_times(pair, tmp_path, monkeypatch, encoder):
    monkeypatch.setattr(mp4, "_ENCODERS", {encoder: mp4._ENCODERS[encoder]})
    # The last two are closer than a tick.
    time_s = 3.2 + np.array([0, 0.04, 0.05, 0.3, 0.3333, 1.7, 1.700001])
    write_overlay(_frames(7), pair(7, time_s=time_s), tmp_path / "o.mp4")
    with av.open(str(tmp_path / "o.mp4")) as container:
        shown_s = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(shown_s, time_s - 3.2, atol=2e-5)
    assert (np.diff(shown_s) > 0).all()


def test_a_scene_of_nobody_is_a_video_too(pair, tmp_path):
    write_overlay(_frames(), pair(FRAMES).replaced(tracks=()), tmp_path / "o.mp4")
    _, images = _decoded(tmp_path / "o.mp4")
    assert len(images) == FRAMES
    assert np.abs(images[0][:, :540].astype(int) - 90).max() < 10


@pytest.mark.parametrize("frames", [np.zeros((960, 540), np.uint8), np.zeros((540, 960, 3), np.uint8)])
def test_wrong_images_are_refused(walk, tmp_path, frames):
    with pytest.raises(ShapeError), OverlayWriter(tmp_path / "o.mp4", (540, 960), 50.0) as writer:
        writer.write([frames], Scene.of(walk(1)))
    assert not list(tmp_path.iterdir())


def test_the_label_tells_the_time_of_the_footage(pair, tmp_path, monkeypatch):
    labels = []
    plain = Panel.draw
    monkeypatch.setattr(
        Panel, "draw", lambda self, *shot_and_label: labels.append(shot_and_label[-1]) or plain(self, *shot_and_label)
    )
    write_overlay(_frames(4), pair(4, time_s=np.array([10.0, 10.5, 10.52, 12.25])), tmp_path / "o.mp4")
    assert labels == [f"frame {n}   {t} s" for n, t in enumerate(("10.00", "10.50", "10.52", "12.25"))]


def test_pieces_make_one_video_as_long_as_nobody_appears_later(walk, tmp_path):
    # Who does not move needs no other view later on, before a camera of which it is known how it stands.
    still = walk(1)
    camera = replace(still.camera, rotation=axis_rotation("X", np.radians(105)), position_mm=np.array([0, 0, 1300.0]))
    scene = Scene.of(
        walk(
            FRAMES,
            joints_root_mm=np.repeat(still.joints_root_mm, FRAMES, axis=0),
            root_cam_mm=np.repeat(still.root_cam_mm, FRAMES, axis=0),
            camera=camera,
        )
    )
    write_overlay(_frames(), scene, tmp_path / "whole.mp4")
    with OverlayWriter(tmp_path / "pieces.mp4", (540, 960), scene.footage.fps) as writer:
        for first, end in ((0, 5), (5, 6), (6, FRAMES)):
            writer.write(_frames(end - first), scene.part(first, end))
    assert (tmp_path / "whole.mp4").read_bytes() == (tmp_path / "pieces.mp4").read_bytes()


def test_i420_of_the_size_of_the_overlay_is_taken_as_it_is(walk, tmp_path):
    scene = Scene.of(walk(2))
    images = [np.full((960, 540, 3), (200, 90, 40), np.uint8)] * 2
    for name, pictures in (("rgb", images), ("i420", [rgb_to_i420(image, (540, 960)) for image in images])):
        with OverlayWriter(tmp_path / f"{name}.mp4", (540, 960), 50.0) as writer:
            assert writer.video_size_px == (540, 960)
            writer.write(pictures, scene)
    assert (tmp_path / "rgb.mp4").read_bytes() == (tmp_path / "i420.mp4").read_bytes()


def test_a_failure_of_the_drawing_thread_is_told_and_leaves_nothing(walk, tmp_path, monkeypatch):
    def failing(self, raster, shot, frame, label):
        raise ZeroDivisionError

    monkeypatch.setattr(Panel, "draw", failing)
    with pytest.raises(ZeroDivisionError):
        write_overlay(_frames(), walk(FRAMES), tmp_path / "o.mp4")
    with pytest.raises(ZeroDivisionError):
        write_overlay(_frames(1), walk(1), tmp_path / "o.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), (OutputError, r"o\.mp4: could not be written \(No space")),
        (av.error.InvalidDataError(1, "broken"), (ExternalToolError, "FFmpeg cannot encode the overlay")),
    ],
)
def test_who_writes_pieces_is_told_in_our_words_what_failed(walk, tmp_path, monkeypatch, failure, told):
    def failing(self, drawn, time_s):
        raise failure

    monkeypatch.setattr(mp4.Mp4, "write", failing)
    scene, (kind, said) = Scene.of(walk(40)), told

    def written_twice() -> None:
        with OverlayWriter(tmp_path / "o.mp4", (540, 960), 50.0) as writer:
            for _ in range(2):
                with pytest.raises(kind, match=said):
                    writer.write(_frames(40), scene)

    with pytest.raises(kind, match=said):
        written_twice()
    assert not list(tmp_path.iterdir())


def test_pictures_that_wait_are_few(walk, tmp_path, monkeypatch):
    plain, ahead, drawn = Panel.draw, 0, 0

    def slowly(self, raster, shot, frame, label):
        nonlocal drawn
        time.sleep(0.002)
        drawn += 1
        plain(self, raster, shot, frame, label)

    def counted() -> Iterator[np.ndarray]:
        nonlocal ahead
        for taken, frame in enumerate(_frames(60), start=1):
            ahead = max(ahead, taken - drawn)
            yield frame

    monkeypatch.setattr(Panel, "draw", slowly)
    write_overlay(counted(), walk(60), tmp_path / "o.mp4")
    assert 10 < ahead < 25


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), BrokenPipeError(), av.error.InvalidDataError(1, "a broken video")]
)
def test_what_fails_between_pieces_is_not_blamed_on_the_overlay_and_leaves_nothing(walk, tmp_path, failure):
    def failing() -> None:
        with OverlayWriter(tmp_path / "o.mp4", (540, 960), 50.0) as writer:
            writer.write(_frames(), Scene.of(walk(FRAMES)))
            raise failure

    with pytest.raises(type(failure)) as caught:
        failing()
    assert caught.value is failure
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("failing", ["nothing", "drawing", "encoding", "the block"])
def test_no_thread_is_left(walk, tmp_path, monkeypatch, failing):
    def broken(*_):
        raise ZeroDivisionError

    if failing == "drawing":
        monkeypatch.setattr(Panel, "draw", broken)
    if failing == "encoding":
        monkeypatch.setattr(mp4.Mp4, "write", broken)
    before = set(threading.enumerate())
    expected = nullcontext() if failing == "nothing" else pytest.raises(ZeroDivisionError)
    with expected, OverlayWriter(tmp_path / "o.mp4", (540, 960), 50.0) as writer:
        writer.write(_frames(), Scene.of(walk(FRAMES)))
        if failing == "the block":
            raise ZeroDivisionError
    assert set(threading.enumerate()) == before
    assert len(list(tmp_path.iterdir())) == (failing == "nothing")


class Grey:
    """A picture of one brightness, which remembers where it was put."""

    def __init__(self, level: int, places: list[np.ndarray]) -> None:
        self.level, self._places = level, places

    def i420(self, size_px: tuple[int, int], into: np.ndarray | None = None) -> np.ndarray:
        width, height = size_px
        array = np.empty((3 * height // 2, width), np.uint8) if into is None else into
        array[:height], array[height:] = self.level, 128
        self._places.append(array)
        return array


def test_the_memory_of_what_was_kept_is_used_again_once_it_is_drawn(pair, tmp_path):
    nobody, places, levels = pair(FRAMES).replaced(tracks=()), [], [30 + 5 * n for n in range(3 * FRAMES)]
    pictures = [Grey(level, places) for level in levels]
    with OverlayWriter(tmp_path / "o.mp4", (540, 960), 50.0) as writer:
        kept = [writer.kept(picture) for picture in pictures[:FRAMES]]
        for first in range(0, 3 * FRAMES, FRAMES):
            writer.write(kept, nobody)
            kept = [writer.kept(picture) for picture in pictures[first + FRAMES : first + 2 * FRAMES]]
    assert len({id(place) for place in places}) < 3 * FRAMES
    with av.open(str(tmp_path / "o.mp4")) as container:
        shown = [frame.to_ndarray()[:960, :540].mean() for frame in container.decode(video=0)]
    np.testing.assert_allclose(shown, levels, atol=2)
