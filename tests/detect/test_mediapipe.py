"""What poselift makes of MediaPipe's answers, by a stand-in for it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from poselift.detect import mediapipe as module
from poselift.detect.base import TimedPicture
from poselift.detect.mediapipe import MediaPipeDetector
from poselift.detect.picture import Picture
from poselift.errors import DataFormatError, ExternalToolError, MissingExtraError, ShapeError
from poselift.skeleton import BLAZEPOSE_33

IMAGE = np.zeros((200, 100, 3), dtype=np.uint8)


class Landmarker:
    """Finds one person whose joints lie on a diagonal of the picture; notes what it was asked."""

    def __init__(self):
        self.options, self.asked_ms, self.closed, self.fails = None, [], 0, False

    def create_from_options(self, options):
        if options.base_options.model_asset_buffer != b"bundle":
            raise RuntimeError("no zip\nand more")
        self.options = options
        return self

    def detect_for_video(self, image, time_ms):
        if self.fails:
            raise RuntimeError("graph broke\nand more")
        self.asked_ms.append(time_ms)
        share = np.linspace(0, 1, 33)
        joints = [SimpleNamespace(x=s, y=s, visibility=1.5 - s) for s in share]
        world = [SimpleNamespace(x=s, y=0, z=-s) for s in share]
        return SimpleNamespace(pose_landmarks=[joints], pose_world_landmarks=[world])

    def close(self):
        self.closed += 1


@pytest.fixture
def landmarker(monkeypatch):
    """Stands in for MediaPipe."""
    made = Landmarker()
    mediapipe, tasks, python = (
        ModuleType(name) for name in ("mediapipe", "mediapipe.tasks", "mediapipe.tasks.python")
    )
    mediapipe.Image, mediapipe.ImageFormat = SimpleNamespace, SimpleNamespace(SRGB="srgb")
    python.BaseOptions = SimpleNamespace
    python.vision = SimpleNamespace(
        PoseLandmarkerOptions=SimpleNamespace, RunningMode=SimpleNamespace(VIDEO="video"), PoseLandmarker=made
    )
    for part in (mediapipe, tasks, python):
        monkeypatch.setitem(sys.modules, part.__name__, part)
    return made


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "a.task"
    path.write_bytes(b"bundle")
    return path


def run(detector, *times_s):
    return list(detector.detect(TimedPicture(Picture.of(IMAGE), time_s) for time_s in times_s))


def test_shares_become_pixels_and_metres_millimetres(landmarker, bundle):
    with MediaPipeDetector(bundle) as detector:
        ((person,),) = run(detector, 0)
    assert detector.skeleton is BLAZEPOSE_33
    np.testing.assert_allclose(person.joints_px[[0, -1]], [[0, 0], [100, 200]])
    np.testing.assert_allclose(person.joints_root_mm[-1], [1000, 0, -1000])
    np.testing.assert_allclose(person.confidence[[0, -1]], [1, 0.5])
    assert landmarker.closed == 1


def test_it_is_asked_as_for_a_video_of_so_many_people(landmarker, bundle):
    for people in (2, 5):
        with MediaPipeDetector(bundle, people=people):
            assert (landmarker.options.num_poses, landmarker.options.running_mode) == (people, "video")
    with pytest.raises(ShapeError, match="people"):
        MediaPipeDetector(bundle, people=0)


def test_its_times_rise_even_where_ours_do_not(landmarker, bundle):
    with MediaPipeDetector(bundle) as detector:
        run(detector, 0, 0.0402, 0.0402, 0.001, 1)
    assert landmarker.asked_ms == [0, 40, 41, 42, 1000]


def test_that_it_reports_is_said_once(landmarker, bundle, caplog):
    module._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with MediaPipeDetector(bundle):
                pass
    (said,) = caplog.messages
    assert "contacts its maker (play.googleapis.com)" in said


def test_what_it_cannot_do_is_one_line(landmarker, bundle, tmp_path):
    with MediaPipeDetector(bundle) as detector:
        landmarker.fails = True
        with pytest.raises(ExternalToolError, match=r"MediaPipe failed at 0\.500 s: graph broke$"):
            run(detector, 0.5)
    with pytest.raises(ExternalToolError, match="closed"):
        run(detector, 1)
    bundle.write_bytes(b"garbage")
    for path in (bundle, tmp_path / "none.task"):
        with pytest.raises(DataFormatError, match=rf"{path.name}: (no such|not a)") as error:
            MediaPipeDetector(path)
        assert "\n" not in str(error.value)
        assert error.value.hint


def test_a_bundle_is_asked_for():
    with pytest.raises(DataFormatError, match="expected a bundle") as error:
        MediaPipeDetector()
    assert ".task" in error.value.hint


def test_stderr_comes_back_when_threads_silence_it_at_once():
    where = os.fstat(2)
    first_is_in, second_may_go = threading.Event(), threading.Event()

    def first():
        with module._quiet():
            first_is_in.set()
            second_may_go.wait(0.2)

    def second():
        first_is_in.wait()
        with module._quiet():
            second_may_go.set()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert os.path.samestat(os.fstat(2), where)


def test_without_mediapipe_the_extra_is_named(monkeypatch, bundle):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(MissingExtraError, match="mediapipe") as error:
        MediaPipeDetector(bundle)
    assert "poselift[mediapipe]" in error.value.hint
