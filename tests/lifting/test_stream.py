"""A stream equals the whole clip, answers when it says, and holds only what it needs."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.windows import Window
from poselift.deploy.onnx import export_onnx
from poselift.errors import GeometryError, ShapeError
from poselift.geometry.camera import Camera
from poselift.lifting.lifter import Lifter
from poselift.models import create_model

SIZE_PX = (640, 480)
CAMERA = Camera.guessed(SIZE_PX)


def walk(frames: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    swing = np.sin(np.arange(frames)[:, None, None] / 5 + rng.uniform(0, 6, (17, 2))) * 10
    joints_px = rng.normal((320, 240), 50, (17, 2)) + swing
    return joints_px, rng.uniform(0.3, 1, (frames, 17)) * (rng.random((frames, 17)) > 0.1)


def streamed(lifter, joints_px, confidence, time_s, unseen=()):
    stream = lifter.stream(CAMERA)
    answers = []
    for frame, at in enumerate(time_s):
        seen = (None, None) if frame in unseen else (joints_px[frame], confidence[frame])
        answers += stream.push(*seen, time_s=at)
    return answers + stream.finish()


def check_same(answers, whole, time_s):
    assert [answer.frame for answer in answers] == list(range(len(time_s)))
    np.testing.assert_array_equal([answer.time_s for answer in answers], time_s)
    for column, expected in enumerate(whole, start=2):
        np.testing.assert_allclose(np.stack([answer[column] for answer in answers]), expected, atol=0.01)


@pytest.mark.parametrize("rate", ["even", "varying"])
def test_a_stream_is_the_whole_clip(window_lifter, window, rate):
    lifter, (joints_px, confidence) = window_lifter(window), walk()
    time_s = np.arange(40) / 30.0
    if rate == "varying":
        time_s += np.random.default_rng(1).uniform(0, 0.03, 40)
    whole = lifter.lift_arrays(joints_px, confidence, CAMERA, time_s=time_s)
    check_same(streamed(lifter, joints_px, confidence, time_s), whole, time_s)


def test_frames_without_the_person_are_gaps(window_lifter, window):
    lifter, (joints_px, confidence) = window_lifter(window), walk()
    time_s, unseen = np.arange(40) / 30.0, {0, 1, 12, 13, 14, 39}
    known = confidence * ~np.isin(np.arange(40), list(unseen))[:, None]
    whole = lifter.lift_arrays(joints_px, known, CAMERA, time_s=time_s)
    check_same(streamed(lifter, joints_px, confidence, time_s, unseen), whole, time_s)
    assert np.isnan(whole[0][12]).all()


def test_it_answers_after_the_delay_that_it_states(window_lifter, window):
    stream, (joints_px, confidence) = window_lifter(window).stream(CAMERA), walk()
    fps = window.fps or 30.0
    for frame in range(30):
        answers = stream.push(joints_px[frame], confidence[frame], time_s=frame / fps)
        expected = [frame - stream.delay_frames] if frame >= stream.delay_frames else []
        assert [answer.frame for answer in answers] == expected
    assert stream.delay_frames == window.future
    assert stream.delay_s == (None if window.fps is None else window.future / window.fps)
    if window.predicts in ("last", "all_causal"):
        assert stream.delay_frames == 0


def test_it_holds_only_what_the_window_needs(window_lifter, window):
    stream, (joints_px, confidence) = window_lifter(window).stream(CAMERA), walk(40)
    for frame in range(400):
        stream.push(joints_px[frame % 40], confidence[frame % 40], time_s=frame / 30.0)
        assert len(stream._kept) <= (window.frames - 1) * window.step * 30 / (window.fps or 30) + 3


def test_times_need_not_be_said_where_frames_are_counted(window_lifter):
    lifter, (joints_px, confidence) = window_lifter(Window(frames=3)), walk(5)
    stream = lifter.stream(CAMERA)
    answers = [a for pair in zip(joints_px, confidence, strict=True) for a in stream.push(*pair)] + stream.finish()
    check_same(answers, lifter.lift_arrays(joints_px, confidence, CAMERA), np.arange(5.0))


def test_a_stream_of_nothing_ends_without_a_word(window_lifter):
    stream = window_lifter(Window(frames=9)).stream(CAMERA)
    assert stream.finish() == []


def test_what_cannot_be_is_named_with_its_frame_and_changes_nothing(window_lifter):
    lifter, (joints_px, confidence) = window_lifter(Window(frames=3, fps=25.0)), walk(6)
    stream = lifter.stream(CAMERA)
    stream.push(joints_px[0], confidence[0], time_s=0.0)
    with pytest.raises(ShapeError, match="frame 1: expected its time, got none"):
        stream.push(joints_px[1], confidence[1])
    for time_s in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ShapeError, match="frame 1: expected a time in seconds after 0"):
            stream.push(joints_px[1], confidence[1], time_s=time_s)
    with pytest.raises(ShapeError, match=r"joints_px: expected \(frames, 17, 2\)"):
        stream.push(joints_px[1, :16], confidence[1], time_s=0.04)
    with pytest.raises(ShapeError, match="expected 0 to 1, got 7"):
        stream.push(joints_px[1], 7 + 0 * confidence[1], time_s=0.04)
    answers = [a for i in range(1, 6) for a in stream.push(joints_px[i], confidence[i], time_s=i / 25.0)]
    answers += stream.finish()
    time_s = np.arange(6) / 25.0
    check_same(answers, lifter.lift_arrays(joints_px, confidence, CAMERA, time_s=time_s), time_s)
    with pytest.raises(ShapeError, match="finished"):
        stream.push(joints_px[0], confidence[0], time_s=9.0)


def test_a_lens_that_draws_nothing_there_is_named(window_lifter):
    fisheye = Camera(CAMERA.focal_px, CAMERA.center_px, radial=np.array([-0.3, 0, 0]), size_px=SIZE_PX)
    joints_px, confidence = walk(1)
    with pytest.raises(GeometryError, match="lens"):
        window_lifter(Window()).stream(fisheye).push(joints_px[0] + 9000, 0 * confidence[0] + 1)


def test_a_model_that_needs_the_truth_cannot_lift_a_stream(tmp_path):
    export_onnx(create_model("lcn", channels=1, layers=0, normalisation="image_frame"), {}, tmp_path / "m.onnx")
    with pytest.raises(ShapeError, match="predicts the image_frame"):
        Lifter(tmp_path / "m.onnx").stream(CAMERA)
