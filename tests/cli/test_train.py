"""`poselift train` as a user meets it."""

from __future__ import annotations

import os
import signal

import pytest
import typer
from typer.testing import CliRunner

from poselift.cli import train as command
from poselift.errors import OutputError, RecipeError
from poselift.training import loop

RECIPE = """
[data]
store = "{store}"
val_poses = 10
[model]
name = "lcn"
channels = 4
layers = 1
normalisation = "person_centred"
[train]
steps = 6
batch_size = 8
threads = 1
log_every = 2
val_every = 3
checkpoint_every = 4
"""


@pytest.fixture
def poselift_train(mocap_store, tmp_path):
    """Run the command with arguments; {run} and {recipe} stand for the paths. Errors of poselift come out raised."""
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(store=mocap_store))
    app = typer.Typer()
    app.command()(command.train)

    def run(arguments: str):
        words = [word.format(run=tmp_path / "run", recipe=recipe) for word in arguments.split()]
        result = CliRunner().invoke(app, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_a_run_reports_lines_and_ends_with_the_best_model(poselift_train, tmp_path):
    result = poselift_train("{recipe} -o {run} --device cpu")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert [line.split()[1] for line in lines[:-1]] == ["2", "3", "4", "6"]
    assert "val MPJPE" in lines[1]
    assert "val MPJPE" not in lines[0]
    assert lines[-1].startswith(f"{tmp_path / 'run' / 'best.safetensors'}: ")
    assert (tmp_path / "run" / "final.safetensors").exists()


def test_set_overrides_the_recipe(poselift_train):
    result = poselift_train("{recipe} -o {run} --set train.steps=2 --set train.log_every=1")
    assert [line.split()[1] for line in result.stdout.splitlines()[:-1]] == ["1", "2"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_after_the_step_and_says_how_to_go_on(poselift_train, tmp_path, monkeypatch, number):
    handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    training_loss = loop.training_loss

    def interrupted(*arguments):
        os.kill(os.getpid(), number)
        return training_loss(*arguments)

    monkeypatch.setattr(loop, "training_loss", interrupted)
    result = poselift_train("{recipe} -o {run}")
    assert result.exit_code == 130
    assert "stopped after step 1 of 6" in result.stdout
    assert f"poselift train --resume -o {tmp_path / 'run'}" in result.stdout
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers
    monkeypatch.setattr(loop, "training_loss", training_loss)
    result = poselift_train("--resume -o {run}")
    assert result.exit_code == 0
    assert [line.split()[1] for line in result.stdout.splitlines()[:-1]] == ["2", "3", "4", "6"]


def test_the_run_is_kept_unless_told_otherwise(poselift_train):
    poselift_train("{recipe} -o {run}")
    with pytest.raises(OutputError, match="not empty"):
        poselift_train("{recipe} -o {run}")
    assert poselift_train("{recipe} -o {run} --overwrite").exit_code == 0


def test_a_recipe_or_a_run_to_resume_is_needed(poselift_train):
    with pytest.raises(RecipeError, match="no recipe given"):
        poselift_train("-o {run}")
    with pytest.raises(RecipeError, match="cannot be read"):
        poselift_train("--resume -o {run}")


def test_a_terminal_gets_a_bar(poselift_train, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    shown = poselift_train("{recipe} -o {run}").stdout
    assert "6/6" in shown
    assert "steps/s" in shown
    assert "val " in shown
    assert "step 2 " not in shown


def test_threads_wait_awake_for_a_moment_unless_the_user_says_otherwise(poselift_train, monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    poselift_train("{recipe} -o {run}")
    assert "GOMP_SPINCOUNT" not in os.environ
    monkeypatch.delenv("OMP_WAIT_POLICY")
    poselift_train("{recipe} -o {run} --overwrite")
    assert os.environ["GOMP_SPINCOUNT"] == "3000"
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    poselift_train("{recipe} -o {run} --overwrite")
    assert os.environ["GOMP_SPINCOUNT"] == "7"


def test_a_run_whose_data_has_an_emoji_in_its_name_is_resumed(poselift_train, mocap_store, tmp_path):
    store = tmp_path / "\N{RUNNER}\x01.safetensors"
    store.write_bytes(mocap_store.read_bytes())
    begun = poselift_train(f"{{recipe}} -o {{run}} --set data.store={store} --set train.steps=2")
    assert begun.exit_code == 0
    assert poselift_train("--resume -o {run} --set train.steps=3").exit_code == 0


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("model.batch_norm=False", "model.batch_norm: expected true or false, got 'False'"),
        ("model.in_channels=4", "model.in_channels: expected 2 or 3, got 4"),
        ("data.flip=true", "data.flip has no effect on motion capture"),
    ],
)
def test_a_setting_that_would_do_nothing_is_refused_before_the_run_begins(poselift_train, tmp_path, setting, message):
    with pytest.raises(RecipeError, match=message):
        poselift_train(f"{{recipe}} -o {{run}} --set {setting}")
    assert not (tmp_path / "run").exists()
