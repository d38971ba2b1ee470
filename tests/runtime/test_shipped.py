"""Every shipped model is there under its name."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.windows import Window, check_rate
from poselift.errors import CheckpointError, ShapeError
from poselift.lifting.lifter import Lifter, default_lifter
from poselift.runtime.precision import int8_path
from poselift.runtime.shipped import SHIPPED, SLOWEST_VIDEO_FPS, WITH_INT8, model_file


def test_every_name_leads_to_a_file_and_a_file_to_itself(tmp_path):
    assert all(model_file(name).is_file() for name in SHIPPED)
    (tmp_path / "my.onnx").touch()
    assert model_file(str(tmp_path / "my.onnx")) == tmp_path / "my.onnx"


def test_each_model_sees_what_its_name_says():
    windows = {name: Lifter(name, threads=1).window for name in ("frame", "video", "causal")}
    assert windows["frame"] == Window()
    assert windows["video"] == Window(frames=27, fps=30.0)
    assert windows["causal"] == Window(frames=27, predicts="last", fps=30.0)
    assert {Lifter(name, threads=1).skeleton.name for name in windows} == {"body21"}
    assert all(Lifter(name, threads=1).about["licence"] == "MIT" for name in windows)


def test_some_come_in_bytes_too():
    for name in ("frame", "video", "causal"):
        assert int8_path(model_file(name)).is_file() == (name in WITH_INT8)
    with pytest.raises(CheckpointError, match=r"frame\.int8\.onnx: no such model") as caught:
        Lifter("frame", precision="int8")
    assert "take video or causal" in caught.value.hint


def test_a_video_of_few_frames_is_lifted_frame_by_frame(caplog):
    assert default_lifter(SLOWEST_VIDEO_FPS, threads=1).window.frames == 27
    check_rate(np.arange(5) / SLOWEST_VIDEO_FPS, Window(fps=30.0))
    with pytest.raises(ShapeError):
        check_rate(np.arange(5) / (SLOWEST_VIDEO_FPS - 0.1), Window(fps=30.0))
    assert not caplog.records
    assert default_lifter(SLOWEST_VIDEO_FPS - 0.1, threads=1).window.frames == 1
    assert caplog.messages == ["7.4 frames a second: each is lifted by itself, by the model frame"]


def test_what_is_neither_is_refused():
    with pytest.raises(CheckpointError, match="defualt: no such model") as caught:
        model_file("defualt")
    assert "did you mean 'default'" in caught.value.hint
