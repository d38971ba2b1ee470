"""Which frames a window holds, whatever the clip's length, rate and gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poselift.data.windows import LONGEST_STEP_S, SINGLE_FRAME, Window, check_rate, frame_samples, time_samples
from poselift.errors import RecipeError, ShapeError

windows = st.builds(
    Window,
    frames=st.integers(1, 9),
    step=st.integers(1, 3),
    predicts=st.sampled_from(["middle", "last", "all", "all_causal"]),
    ends=st.sampled_from(["clamp", "mask"]),
)


def test_offsets_are_counted_from_the_frame_that_is_predicted():
    assert Window(frames=5).offsets.tolist() == [-2, -1, 0, 1, 2]
    assert Window(frames=5, step=2, predicts="last").offsets.tolist() == [-8, -6, -4, -2, 0]
    assert Window(frames=4).offsets.tolist() == [-2, -1, 0, 1]
    assert SINGLE_FRAME.offsets.tolist() == [0]


def test_how_long_a_stream_waits_and_what_comes_out():
    assert (Window(frames=5, step=2).future, Window(frames=5, predicts="last").future, SINGLE_FRAME.future) == (
        4,
        0,
        0,
    )
    assert (Window(frames=5).output_frames, Window(frames=5, predicts="all").output_frames) == ((), (5,))
    assert (Window(frames=5).predicted, Window(frames=5, predicts="last").predicted) == (2, 4)
    assert np.arange(5)[Window(frames=5, predicts="all").predicted].tolist() == [0, 1, 2, 3, 4]
    causal = Window(frames=5, step=2, predicts="all_causal")
    assert (causal.place, causal.future, causal.output_frames, causal.predicted) == (4, 0, (5,), slice(None))


@given(windows)
def test_there_and_back_to_plain_values(window):
    assert Window.of(window.as_dict()) == window


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"frames": 0}, "frames"),
        ({"step": 0}, "step"),
        ({"predicts": "first"}, "predicts.*'middle', 'last', 'all' or 'all_causal', got 'first'"),
        ({"ends": "wrap"}, "ends.*'wrap'"),
        ({"fps": 0.0}, "fps.*0"),
        ({"fps": float("nan")}, "fps.*nan"),
    ],
)
def test_what_cannot_be_is_refused(settings, said):
    with pytest.raises(RecipeError, match=said):
        Window(**settings)


@given(windows, st.integers(1, 12))
def test_a_window_never_leaves_its_clip_and_holds_its_anchor(window, length):
    anchors = np.arange(length)
    samples = time_samples(anchors / 30.0, anchors, window)
    assert samples.before.min() >= 0
    assert samples.after.max() < length
    np.testing.assert_array_equal(samples.before[:, window.place], anchors)
    assert samples.there[:, window.place].all()
    wanted = anchors[:, None] + window.offsets
    inside = (wanted >= 0) & (wanted < length)
    np.testing.assert_array_equal(samples.of(anchors)[inside], wanted[inside])
    np.testing.assert_array_equal(samples.there, inside if window.ends == "mask" else np.ones_like(inside))


@given(windows, st.floats(-1000, 1000))
def test_moving_time_moves_nothing(window, shift):
    rated = window.replaced(fps=25.0)
    anchors = np.arange(20)
    time_s = anchors / 30.0
    for a, b in zip(time_samples(time_s, anchors, rated), time_samples(time_s + shift, anchors, rated), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@given(windows, st.sampled_from([10.0, 25.0, 30.0, 50.0, 60.0]))
def test_clips_of_one_rate_are_cut_alike_by_frames_and_by_times(window, fps):
    rated = window.replaced(fps=25.0)
    anchors = np.arange(15)
    column = np.ones(15)
    by_frames = frame_samples(anchors, 0 * anchors, 15 + 0 * anchors, fps * column, rated)
    by_times = time_samples(anchors / fps, anchors, rated)
    values = np.random.default_rng(0).normal(size=(15, 3))
    np.testing.assert_array_equal(by_frames.there, by_times.there)
    np.testing.assert_allclose(by_frames.of(values), by_times.of(values), atol=1e-4)


def test_values_between_frames_lie_on_the_line_and_a_joint_must_be_known_on_both_sides():
    samples = time_samples(np.arange(4) / 10.0, np.array([1]), Window(frames=3, fps=20.0))
    np.testing.assert_allclose(samples.of(np.array([0.0, 10.0, 20.0, 30.0])), [[5, 10, 15]])
    assert samples.least(np.array([1.0, 1.0, 0.0, 1.0])).tolist() == [[1, 1, 0]]


def test_where_nothing_is_there_no_joint_is_known():
    samples = time_samples(np.arange(2) / 10.0, np.array([0]), Window(frames=3, ends="mask"))
    assert samples.least(np.ones(2)).tolist() == [[0, 1, 1]]


def test_nothing_is_made_up_in_a_long_gap_between_two_times():
    time_s = np.array([0.0, 0.04, 0.08, 0.08 + 2 * LONGEST_STEP_S, 0.12 + 2 * LONGEST_STEP_S])
    samples = time_samples(time_s, np.array([2]), Window(frames=5, fps=25.0))
    assert samples.there.tolist() == [[True, True, True, False, False]]


def test_a_clip_of_far_too_few_frames_a_second_is_refused():
    with pytest.raises(ShapeError, match="the model sees 50 frames a second, the clip has 10"):
        check_rate(np.arange(5) / 10.0, Window(frames=3, fps=50.0))
    check_rate(np.arange(5) / 12.5, Window(frames=3, fps=50.0))


def test_one_frame_alone_is_a_clip():
    samples = time_samples(np.array([7.0]), np.array([0]), Window(frames=27, fps=50.0))
    assert samples.before.tolist() == [[0] * 27]
