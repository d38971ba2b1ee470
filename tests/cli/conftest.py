"""The command line as a user meets it: arguments in, exit code and two streams out."""

from __future__ import annotations

import sys
from typing import NamedTuple

import pytest

from poselift.cli.main import main


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys):
    """Run `poselift` with arguments; an exception that is no mistake of the user comes through."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["poselift", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        streams = capsys.readouterr()
        return Ended(end.value.code or 0, streams.out, streams.err)

    return run


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """An exported network with few weights, none of them 0."""
    import torch

    from poselift.export.onnx import export_onnx
    from poselift.models import create_model

    torch.manual_seed(0)
    model = create_model("lcn", channels=4, layers=1, add_input=False, normalisation="person_centred")
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    export_onnx(model, {"licence": "MIT"}, path)
    return path
