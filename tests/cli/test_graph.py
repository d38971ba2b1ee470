"""`poselift graph` as a user meets it."""

from __future__ import annotations

import json

import pytest

from poselift.skeleton import H36M_17


def test_a_skeleton_is_shown_in_lines_picture_and_table(poselift, tmp_path):
    ended = poselift("graph", "--hops", 1, "--graph", "bones", "-o", tmp_path / "g.svg")
    assert ended.code == 0, ended.err
    assert ended.out[0].startswith("h36m17: ")
    assert "head  0: head  1: nose" in ended.out
    assert "<svg" in (tmp_path / "g.svg").read_text()
    assert poselift("graph", "--hops", 1, "-o", tmp_path / "g.json").code == 0
    assert json.loads((tmp_path / "g.json").read_text())["joints"] == list(H36M_17.joints)


def test_an_own_skeleton_is_shown(poselift, own_skeleton_file):
    assert len(poselift("graph", "--skeleton", own_skeleton_file).out) == 1 + 26


def test_a_model_is_shown(poselift, tiny_model, mocap_store, tmp_path):
    ended = poselift("graph", tiny_model, "-o", tmp_path / "m.png")
    assert ended.code == 0, ended.err
    assert "in mm" in ended.out[0]
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
    tried = poselift("graph", tiny_model, "--data", mocap_store, "-o", tmp_path / "m.json")
    assert tried.out[1:-1] != ended.out[1:-1]
    assert len(json.loads((tmp_path / "m.json").read_text())["depends"]["by_joint"]) == 17


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--hops", "-1"], "hops: expected 0 or more, got -1"),
        (["--graph", "bone"], "unknown graph 'bone'"),
        (["--skeleton", "h36m18"], "unknown skeleton 'h36m18'"),
        (["--data", "x.safetensors"], "--data: poses are for a model"),
        (["-o", "x.pdf"], "expected a name that ends in .svg or .png or .json"),
        (["defaul"], "defaul: no such model"),
        (["default", "--skeleton", "coco17"], "--skeleton: a model has its own, got 'coco17'"),
        (["default", "--graph", "bones"], "--graph: a model has its own, got 'bones'"),
    ],
)
def test_mistakes_are_one_line(poselift, words, message):
    ended = poselift("graph", *words)
    assert ended.code == 2
    assert message in ended.err[0]
