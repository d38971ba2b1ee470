"""Every shipped model is there under its name."""

from __future__ import annotations

import pytest

from poselift.errors import CheckpointError
from poselift.runtime.shipped import SHIPPED, model_file


def test_every_name_leads_to_a_file_and_a_file_to_itself(tmp_path):
    assert all(model_file(name).is_file() for name in SHIPPED)
    (tmp_path / "my.onnx").touch()
    assert model_file(str(tmp_path / "my.onnx")) == tmp_path / "my.onnx"


def test_what_is_neither_is_refused():
    with pytest.raises(CheckpointError, match="defualt: no such model") as caught:
        model_file("defualt")
    assert "did you mean 'default'" in caught.value.hint
