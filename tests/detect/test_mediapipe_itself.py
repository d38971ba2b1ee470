"""MediaPipe itself, where it is installed, on a few frames of the example video. CI does not install what reports."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from poselift.detect.base import TimedPicture
from poselift.detect.frames import read_frames
from poselift.detect.mediapipe import MediaPipeDetector
from poselift.detect.picture import Picture
from poselift.errors import DataFormatError, ExternalToolError

pytest.importorskip("mediapipe")
ROOT = Path(__file__).parents[2]
VIDEO = ROOT / "examples" / "balance.mp4"
BUNDLE = ROOT / "benchmarks" / "models" / "pose_landmarker_full.task"


def seen(detector, image, time_s):
    """Those in a run of one frame."""
    (found,) = detector.detect([TimedPicture(Picture.of(image), time_s)])
    return found


@pytest.fixture(scope="module")
def frames():
    return list(islice(read_frames(VIDEO), 3))


@pytest.fixture(scope="module")
def detector():
    with MediaPipeDetector(BUNDLE) as opened:
        yield opened


@pytest.fixture(scope="module")
def person(detector, frames):
    """The man on the beam, in the first frame."""
    (found,) = seen(detector, frames[0], 0)
    return found


def test_joints_are_pixels(detector, frames, person):
    """He stands upright in the middle of the image, 800 px high, with his face to the camera."""
    skeleton = detector.skeleton
    at = {name: person.joints_px[skeleton.index(name)] for name in skeleton.joints}
    assert person.joints_px.shape == (33, 2)
    assert 430 < at["nose"][1] < 560
    assert 750 < at["left_hip"][1] < 880
    assert 1000 < at["left_ankle"][1] < 1250
    assert all(350 < at[name][0] < 750 for name in ("nose", "left_hip", "right_hip", "left_ankle", "right_ankle"))
    assert at["right_shoulder"][0] < at["left_shoulder"][0]


def test_confidences_are_shares_and_the_own_guess_is_in_millimetres(detector, person):
    assert person.confidence.shape == (33,)
    assert ((person.confidence >= 0) & (person.confidence <= 1)).all()
    assert person.confidence.mean() > 0.8
    nose, ankle = (person.joints_root_mm[detector.skeleton.index(name)] for name in ("nose", "left_ankle"))
    assert 1000 < ankle[1] - nose[1] < 1800


def test_a_view_of_an_image_is_an_image(detector, frames, person):
    (mirrored,) = seen(detector, frames[0][:, ::-1], 1)
    nose = detector.skeleton.index("nose")
    np.testing.assert_allclose(mirrored.joints_px[nose], [1080, 0] + person.joints_px[nose] * [-1, 1], atol=25)


def test_time_may_stand_still(detector, frames):
    for _ in range(2):
        assert len(seen(detector, frames[0], 2)) == 1


def test_nobody_is_an_empty_list(detector):
    assert seen(detector, np.zeros((200, 100, 3), dtype=np.uint8), 3) == []


def test_two_people_are_looked_for_because_one_would_be_smoothed(frames):
    """After a person who stood still jumps to the left, the default sees them there, and the other one lags."""
    still, jumped = frames[0], np.roll(frames[0], -100, axis=1)
    lag_px = {}
    for people in (2, 1):
        with MediaPipeDetector(BUNDLE, people=people) as detector:
            for i in range(4):
                (before,) = seen(detector, still, i / 30)
            (after,) = seen(detector, jumped, 4 / 30)
            (later,) = seen(detector, jumped, 5 / 30)
            lag_px[people] = abs(100 + np.median(after.joints_px[:, 0] - before.joints_px[:, 0]))
        assert np.array_equal(after.joints_px, later.joints_px) == (people == 2)
    assert lag_px[2] < 4
    assert lag_px[1] > 8


def test_stderr_holds_our_warning_alone_until_after_exit():
    code = f"""
from itertools import islice
from poselift.detect.frames import opened_video
from poselift.detect.mediapipe import MediaPipeDetector
with MediaPipeDetector({str(BUNDLE)!r}) as detector, opened_video({str(VIDEO)!r}) as video:
    frames = [(frame.picture, frame.time_s) for frame in islice(video.frames(), 2)]
    assert [len(found) for found in detector.detect(frames)] == [1, 1]
assert detector._landmarker is None
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "MediaPipe contacts its maker" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_closing_twice_is_closing(frames):
    with MediaPipeDetector(BUNDLE) as detector:
        assert len(seen(detector, frames[0], 0)) == 1
        detector.close()
    with pytest.raises(ExternalToolError, match="closed"):
        seen(detector, frames[0], 0)


@pytest.mark.parametrize("content", [None, b"", b"garbage" * 99, BUNDLE.read_bytes()[:100_000]])
def test_what_is_no_bundle_is_one_error(tmp_path, content):
    bundle = tmp_path / "a.task"
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(DataFormatError, match=r"a\.task: (no such|not a)") as error:
        MediaPipeDetector(bundle)
    assert "\n" not in str(error.value)
    assert error.value.hint
