"""`poselift bench`: every section runs, and its figures come in every format."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")

from poselift.bench import SECTIONS
from poselift.cli.main import app
from poselift.errors import OutputError, RecipeError


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def command(*words):
        result = CliRunner().invoke(app, ["bench", "--small", "--rounds", "2", *words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return command


def test_every_section_measures_something(run):
    for name in SECTIONS.keys() - {"video"}:
        run(name, "-o", f"{name}.json")
        with open(f"{name}.json") as file:
            figures = json.load(file)
        assert figures["machine"]["cores"]
        assert all(0 < row["least"] <= row["median"] <= row["greatest"] for row in figures["results"])
        assert figures["results"][0]["ratio"] == 1


def test_without_the_example_there_is_no_video_to_measure(run):
    run("video", "-o", "video.json")
    with open("video.json") as file:
        assert json.load(file)["results"] == []


def test_figures_come_as_a_page_and_as_a_picture(run):
    run("store", "-o", "store.md")
    with open("store.md") as file:
        assert "| opening 400 poses, openings: a store |" in file.read()
    run("store", "-o", "store.png")
    with open("store.png", "rb") as file:
        assert file.read(4) == b"\x89PNG"


def test_every_way_takes_as_many_turns_as_asked(run):
    run("evaluation", "--rounds", "3", "-o", "three.json")
    with open("three.json") as file:
        assert {row["rounds"] for row in json.load(file)["results"]} == {3}


def test_mistakes_are_told_before_anything_is_measured(run):
    with pytest.raises(RecipeError, match="unknown section 'lift'"):
        run("lift")
    with pytest.raises(OutputError, match="expected a name that ends in"):
        run("store", "-o", "x.txt")
