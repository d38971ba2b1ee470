"""Sessions; CUDA and threads are shown by `test_network`."""

from __future__ import annotations

import pytest

from poselift.errors import CheckpointError
from poselift.runtime.session import read_graph, session_of


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"a\.onnx: cannot be read"):
        read_graph(tmp_path / "a.onnx")


def test_what_cannot_be_run_is_one_line_with_the_hint_that_is_given(tmp_path):
    with pytest.raises(CheckpointError, match=r"a\.onnx: not a model that onnxruntime can run") as caught:
        session_of(b"garbage", tmp_path / "a.onnx", hint="bake it again")
    assert "\n" not in str(caught.value)
    assert caught.value.hint == "bake it again"
