"""A model on disk comes back as it was, and a file that is anything else says what it is."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from poselift import __version__
from poselift.errors import CheckpointError, OutputError, RecipeError
from poselift.models import create_model
from poselift.models.checkpoint import load_checkpoint, save_checkpoint
from poselift.skeleton import H36M_17, read_skeleton

TINY = {
    "lcn": {"channels": 4, "layers": 1, "hops": 2, "mask": "learnable", "normalisation": "person_centred"},
    "simple_baseline": {"linear_size": 8, "layers": 1, "skeleton": "coco17", "in_channels": 3},
}
ABOUT = {"recipe": {"optim": {"lr": 1e-3}}, "data": {"source": "made up"}, "step": 7}


@pytest.fixture(params=TINY)
def name(request):
    return request.param


@pytest.fixture
def model(name, settled):
    return settled(create_model(name, **TINY[name]))


@pytest.fixture
def path(tmp_path, model, name):
    file = tmp_path / "model.safetensors"
    save_checkpoint(file, model, name=name, about=ABOUT)
    return file


def rewritten(path, *, tensors=None, **entries):
    """Change tensors (None removes one) and header entries of a checkpoint in place."""
    with safe_open(path, "pt") as file:
        header = json.loads(file.metadata()["poselift"])
    kept = {**load_file(path), **(tensors or {})}
    kept = {key: tensor.clone() for key, tensor in kept.items() if tensor is not None}
    save_file(kept, path, metadata={"poselift": json.dumps({**header, **entries})})
    return path


def test_a_model_comes_back_as_it_was(path, model, name):
    loaded, header = load_checkpoint(path)
    assert type(loaded) is type(model)
    assert loaded.config == model.config
    assert not loaded.training
    assert all(p.requires_grad for p in loaded.parameters())
    for key, tensor in model.state_dict().items():
        assert torch.equal(tensor, loaded.state_dict()[key]), key
    x = torch.randn(3, 17, model.config.in_channels)
    assert torch.equal(loaded(x), model(x))
    assert (header.model, header.about, header.poselift_version) == (name, ABOUT, __version__)
    assert header.skeleton == model.skeleton
    assert header.normalisation == model.config.normalisation


def test_weights_lie_where_those_of_a_new_model_would(path):
    """Products of tensors that begin elsewhere have other last bits, and a header may be of any length."""
    for length in range(8):
        loaded, _ = load_checkpoint(rewritten(path, about={"note": "x" * 8 * length}))
        assert all(parameter.data_ptr() % 64 == 0 for parameter in loaded.parameters())


@pytest.mark.parametrize(
    "settings",
    [
        {"graph": "random", "graph_edges": 24, "graph_seed": 3, "share": "symmetric"},
        {"neighbourhood": "laplacian", "limb_lengths": (0.1, 1.0 / 3, *range(1, 19)), "mask": "learnable"},
    ],
    ids=str,
)
def test_every_setting_of_the_graph_comes_back(tmp_path, settled, settings):
    model = settled(create_model("lcn", channels=4, layers=1, **settings))
    save_checkpoint(tmp_path / "m.safetensors", model, name="lcn", about={})
    loaded, _ = load_checkpoint(tmp_path / "m.safetensors")
    assert loaded.config == model.config
    assert torch.equal(loaded(torch.ones(1, 17, 2)), model(torch.ones(1, 17, 2)))


def test_models_from_before_there_was_a_choice_of_graphs_load(path, model, name):
    new = ("graph", "graph_edges", "graph_seed", "neighbourhood", "limb_lengths", "share")
    config = {key: value for key, value in model.config.as_dict().items() if key not in new}
    loaded, _ = load_checkpoint(rewritten(path, config=config))
    assert loaded.config == model.config


def test_a_loaded_model_can_be_trained_on(path):
    loaded, _ = load_checkpoint(path)
    before = loaded.output.weight.detach().clone()
    optimizer = torch.optim.SGD(loaded.parameters(), lr=1.0)
    loaded.train()(torch.randn(3, 17, loaded.config.in_channels)).square().sum().backward()
    optimizer.step()
    assert not torch.equal(before, loaded.output.weight)


def test_loading_draws_no_random_numbers(path):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load_checkpoint(path)
    assert torch.equal(torch.rand(1), expected)


def test_saving_twice_writes_the_same_bytes(path, model, name):
    before = path.read_bytes()
    with pytest.raises(OutputError):
        save_checkpoint(path, model, name=name, about=ABOUT)
    save_checkpoint(path, model, name=name, about=ABOUT, overwrite=True)
    assert path.read_bytes() == before


def test_missing_extra_and_misshapen_tensors_are_named(path):
    weight = load_file(path)["output.weight"]
    cases = {
        r"lacks 1 tensors \(output.weight\)": {"output.weight": None},
        r"unknown 1 tensors \(output.slope\)": {"output.slope": torch.ones(1)},
        r"output.weight: expected \(\d+, 51\) torch.float32, found \(51,": {"output.weight": weight.T.contiguous()},
        r"found \(\d+, 51\) torch.float16": {"output.weight": weight.half()},
    }
    whole = path.read_bytes()
    for message, tensors in cases.items():
        path.write_bytes(whole)
        with pytest.raises(CheckpointError, match=message):
            load_checkpoint(rewritten(path, tensors=tensors))


@pytest.mark.parametrize("model_of", ["lcn", "lcn_fast", "simple_baseline"])
def test_a_model_of_somebodys_own_skeleton_comes_back_without_its_file(
    tmp_path, settled, own_skeleton_file, model_of
):
    own = tmp_path / "own.toml"
    own.write_bytes(own_skeleton_file.read_bytes())
    model = settled(create_model(model_of, skeleton=str(own)))
    own.unlink()
    save_checkpoint(tmp_path / "m.safetensors", model, name=model_of, about={})
    loaded, header = load_checkpoint(tmp_path / "m.safetensors")
    assert loaded.skeleton == header.skeleton == model.skeleton == read_skeleton(own_skeleton_file)
    assert loaded.config == model.config
    x = torch.randn(3, 26, 2)
    assert torch.equal(loaded(x), model(x))


def test_a_skeleton_with_a_known_name_and_other_edges_stays_itself(tmp_path, settled):
    own = replace(H36M_17, extra_edges=(("nose", "left_wrist"),))
    model = settled(create_model("lcn", skeleton=own))
    save_checkpoint(tmp_path / "m.safetensors", model, name="lcn", about={})
    loaded, _ = load_checkpoint(tmp_path / "m.safetensors")
    assert loaded.skeleton == own != H36M_17
    assert torch.equal(loaded.neighbours, model.neighbours)


def test_a_newer_version_says_so(path):
    with pytest.raises(CheckpointError, match=r"version 3, written by poselift 9\.9") as error:
        load_checkpoint(rewritten(path, version=3, poselift_version="9.9"))
    assert "upgrade" in error.value.hint


@pytest.mark.parametrize(
    "entries",
    [
        {"format": "poselift-dataset"},
        {"version": "1"},
        {"model": "no_such"},
        {"config": None},
        {"config": {"skeleton": "h36m17", "normalisation": "image_frame", "in_channels": 2, "chanels": 4}},
        {"config": {"skeleton": "h36m17", "normalisation": "image_frame", "in_channels": 2, "layers": "x"}},
        {"config": {"skeleton": "h36m18", "normalisation": "image_frame", "in_channels": 2}},
        {"config": {"skeleton": "h36m17", "normalisation": "whatever", "in_channels": 2}},
        {"version": 1, "joints": ["nose"]},
        {"window": {"frames": 3}},
        {"skeleton": {**H36M_17.as_dict(), "name": "other"}},
        {"skeleton": {**H36M_17.as_dict(), "extra_edges": [["nose", "nose"]]}},
        {"skeleton": "h36m17"},
    ],
    ids=str,
)
def test_a_header_that_cannot_be_followed_is_refused(path, entries):
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        load_checkpoint(rewritten(path, **entries))


@pytest.mark.parametrize("units", [10**7, 10**12])
def test_a_header_cannot_make_us_allocate_what_the_file_does_not_hold(path, model, name, units):
    size = {"lcn": "channels", "simple_baseline": "linear_size"}[name]
    with pytest.raises(CheckpointError, match=r"expected|cannot be built"):
        load_checkpoint(rewritten(path, config={**model.config.as_dict(), size: units}))


def test_other_files_are_refused_and_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    files = {
        "empty": b"",
        "garbage": b"garbage" * 100,
        "pickle": pickle.dumps(Trap()),
    }
    for name, content in files.items():
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(CheckpointError, match=name):
            load_checkpoint(file)
    with pytest.raises(CheckpointError, match="absent"):
        load_checkpoint(tmp_path / "absent")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(tmp_path)
    save_file({"a": torch.ones(1)}, tmp_path / "foreign.safetensors")
    with pytest.raises(CheckpointError, match="not a poselift model"):
        load_checkpoint(tmp_path / "foreign.safetensors")


def test_a_cut_file_is_refused(path):
    whole = path.read_bytes()
    for length in (4, 40, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match=r"model\.safetensors"):
            load_checkpoint(path)


def test_what_cannot_be_described_is_not_saved(tmp_path, model, name):
    other = next(n for n in TINY if n != name)
    with pytest.raises(RecipeError, match=f"expected a model {other}, got a {name}"):
        save_checkpoint(tmp_path / "a", model, name=other, about={})
    for about in ({"error": float("nan")}, {"tensor": torch.ones(1)}):
        with pytest.raises(CheckpointError, match="JSON"):
            save_checkpoint(tmp_path / "a", model, name=name, about=about)
    assert not list(tmp_path.iterdir())
