"""`poselift convert lcn-pose`: a checkpoint in, a model out that opens like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from poselift.models.checkpoint import load_checkpoint

OWN = Path(__file__).parents[1] / "data_files" / "own_skeleton.toml"
FILES = Path(__file__).parents[1] / "models" / "lcn_tf1"
TRAINED = {"trained_in3": (16, 3, 3, "fixed"), "steps_learnable_random": (8, 1, 2, "learnable")}


@pytest.fixture
def checkpoint(tmp_path):
    """The variables of a network, and of its training, as somebody with TensorFlow would save them."""

    def write(name="trained_in3", step=1500, **changes):
        with np.load(FILES / f"{name}.npz") as file:
            arrays = {key.removeprefix("v3|"): array for key, array in file.items()}
        kept = {key: array for key, array in arrays.items() if key.startswith("linear_model") or key == "mask"}
        extra = {"training|global_step": np.int32(step), "linear_model|w1|Adam": np.zeros(1)}
        np.savez(tmp_path / "variables.npz", **{**kept, **extra, **changes})
        return tmp_path / "variables.npz"

    return write


@pytest.mark.parametrize("name", TRAINED)
def test_a_model_that_opens_and_one_line_about_it(poselift, checkpoint, tmp_path, name):
    channels, layers, in_channels, mask = TRAINED[name]
    path = tmp_path / "out" / "model.safetensors"
    ended = poselift("convert", "lcn-pose", checkpoint(name), "-o", path)
    assert (ended.code, ended.err) == (0, [])
    words = f"{channels} channels, {layers} layers, {in_channels} input channels, {mask} mask, step 1500"
    assert ended.out == [f"{path}: {words}"]
    model, header = load_checkpoint(path)
    assert (header.model, header.about) == ("lcn", {"source": "lcn-pose", "step": 1500})
    assert header.normalisation == "image_frame"
    assert str(tmp_path) not in header.to_json()
    if name == "trained_in3":
        with np.load(FILES / f"{name}.npz") as seen:
            y = model(torch.from_numpy(seen["x"]).view(-1, 17, 3)).flatten(1).detach()
            np.testing.assert_allclose(y, seen["y"], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (["--hops", "2"], {"hops": 2}),
        (["--graph", "bones"], {"graph": "bones"}),
        (
            ["--graph", "random", "--graph-edges", "25", "--graph-seed", "3"],
            {"graph": "random", "graph_edges": 25, "graph_seed": 3},
        ),
        (["--no-residual"], {"residual": False}),
        (["--no-max-norm"], {"max_norm": False}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_each_option_ends_in_the_model(poselift, checkpoint, tmp_path, words, settings):
    source, models = checkpoint(), {}
    for name, options in (("plain", []), ("other", words)):
        poselift("convert", "lcn-pose", source, "-o", tmp_path / name, *options)
        models[name], _ = load_checkpoint(tmp_path / name)
    assert {key: getattr(models["other"].config, key) for key in settings} == settings
    x = torch.randn(3, 17, 3, generator=torch.Generator().manual_seed(0))
    assert not torch.allclose(models["plain"](x), models["other"](x), atol=1e-3)


def test_an_older_file_is_kept_unless_it_may_be_replaced(poselift, checkpoint, tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_text("old")
    ended = poselift("convert", "lcn-pose", tmp_path / "absent.npz", "-o", path)
    assert (ended.code, ended.out) == (2, [])
    assert "m.safetensors: exists" in ended.err[0]
    assert "--overwrite" in ended.err[1]
    assert path.read_text() == "old"
    assert poselift("convert", "lcn-pose", checkpoint(), "-o", path, "--overwrite").code == 0
    load_checkpoint(path)


@pytest.mark.parametrize(
    ("options", "changes", "words"),
    [
        ([], {"linear_model|w5": np.ones(1)}, "1 variables are too many: linear_model/w5"),
        ([], {"linear_model|b4": np.ones(48)}, "linear_model/b4: expected 51 for the 17 joints of h36m17, found 48"),
        (["--skeleton", "h36m16"], {}, "for the 16 joints of h36m16, found 51"),
        (["--skeleton", "h36m18"], {}, "h36m18"),
        (["--skeleton", "absent.toml"], {}, "absent.toml: cannot be read"),
        (["--skeleton", str(OWN)], {}, "for the 26 joints of puppe, found 51"),
        (["--hops", "-1"], {}, "model.hops"),
        (["--graph", "tree"], {}, "model.graph"),
        (["--graph", "random", "--graph-edges", "3"], {}, "model.graph_edges: expected 16 to 136"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(poselift, checkpoint, tmp_path, options, changes, words):
    ended = poselift("convert", "lcn-pose", checkpoint(**changes), "-o", tmp_path / "m.safetensors", *options)
    assert (ended.code, ended.out) == (2, [])
    assert words in ended.err[0]
    assert [line.partition(":")[0] for line in ended.err] in (["error"], ["error", "hint"])
    assert [file.name for file in tmp_path.iterdir()] == ["variables.npz"]


def test_a_folder_without_a_checkpoint_is_one_line(poselift, tmp_path):
    ended = poselift("convert", "lcn-pose", tmp_path, "-o", tmp_path / "m.safetensors")
    assert (ended.code, ended.out, len(ended.err)) == (2, [], 2)
    assert "expected a file model-STEP.index, found none" in ended.err[0]


def test_help_says_which_options_nothing_can_check(poselift):
    for words in (["convert"], ["convert", "lcn-pose", "--help"]):
        assert any("lcn-pose" in line for line in poselift(*words).out)
    text = " ".join(" ".join(poselift("convert", "lcn-pose", "--help").out).split())
    assert "nothing can notice" in text
    assert "--knn" in text
