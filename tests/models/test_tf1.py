"""Checkpoints of the original are found, read and understood, or one line says what is wrong with them.

That the converted network computes the same is the matter of test_lcn_tf1.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from poselift.errors import CheckpointError, MissingExtraError, RecipeError, SkeletonError
from poselift.models import create_model
from poselift.models.checkpoint import load_checkpoint, save_checkpoint
from poselift.models.tf1 import lcn_from_tf1, read_tf1_variables, tf1_names

FILES = Path(__file__).parent / "lcn_tf1"


def variables_of(model) -> dict[str, np.ndarray]:
    """What the original would have written of such a network in training."""
    names, state = tf1_names(model), model.state_dict()
    network = {names[tensor]: state[tensor].numpy() for tensor in state}
    moments = {f"{name}/{slot}": array for name, array in network.items() for slot in ("Adam", "Adam_1")}
    powers = {f"training/beta{i}_power": np.float32(0.5) for i in (1, 2)}
    averages = {f"loss/{name}/ExponentialMovingAverage": np.float32(0.1) for name in ("add", "mse_loss/Mean")}
    return {**network, **moments, **powers, **averages, "training/global_step": np.array(12, dtype=np.int32)}


def tiny(**config):
    torch.manual_seed(0)
    return create_model("lcn", **{"channels": 4, "layers": 2, **config}).eval()


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"in_channels": 3, "layers": 0},
        {"mask": "learnable", "layers": 11, "channels": 1},
        {"batch_norm": False},
        {"batch_norm": False, "mask": "learnable", "layers": 0, "channels": 16},
    ],
    ids=str,
)
def test_sizes_and_switches_follow_from_the_variables(config):
    model = tiny(**config)
    converted, about = lcn_from_tf1(variables_of(model))
    assert converted.config == model.config
    assert not converted.training
    assert about == {"source": "lcn-pose", "step": 12}
    for name, tensor in model.state_dict().items():
        assert torch.equal(converted.state_dict()[name], tensor), name


@pytest.mark.parametrize(
    "settings",
    [
        {"hops": 1},
        {"graph": "bones"},
        {"graph": "random", "graph_edges": 30, "graph_seed": 1},
        {"neighbourhood": "laplacian", "limb_lengths": tuple(range(1, 21))},
        {"residual": False},
        {"max_norm": False},
        {"dropout": 0.5},
    ],
    ids=str,
)
def test_what_the_variables_do_not_tell_is_told(settings):
    model = tiny(**settings)
    converted, _ = lcn_from_tf1(variables_of(model), **settings)
    assert converted.config == model.config
    x = torch.ones(1, 17, 2)
    assert torch.equal(converted(x), model(x))
    if "dropout" not in settings:
        assert not torch.allclose(lcn_from_tf1(variables_of(model))[0](x), model(x), atol=1e-3)


def test_another_skeleton_is_named():
    model = tiny(skeleton="h36m16")
    assert lcn_from_tf1(variables_of(model), skeleton="h36m16")[0].config == model.config
    with pytest.raises(CheckpointError, match="linear_model/b4: expected 51 for the 17 joints of h36m17, found 48"):
        lcn_from_tf1(variables_of(model))
    with pytest.raises(SkeletonError, match="h36m18"):
        lcn_from_tf1(variables_of(model), skeleton="h36m18")
    with pytest.raises(RecipeError, match="hopps"):
        lcn_from_tf1(variables_of(tiny()), hopps=2)


def test_converting_draws_no_random_numbers_and_the_model_can_be_saved_and_trained(tmp_path):
    variables = variables_of(tiny())
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    model, about = lcn_from_tf1(variables)
    assert torch.equal(torch.rand(1), expected)
    save_checkpoint(tmp_path / "m.safetensors", model, name="lcn", about=about)
    loaded, header = load_checkpoint(tmp_path / "m.safetensors")
    assert (loaded.config, header.about) == (model.config, about)
    model.train()(torch.ones(2, 17, 2)).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    assert np.array_equal(variables["linear_model/w1"], variables_of(tiny())["linear_model/w1"])


def without(*names):
    return lambda variables: {name: array for name, array in variables.items() if name not in names}


def having(**arrays):
    return lambda variables: {**variables, **{name.replace("__", "/"): array for name, array in arrays.items()}}


W1, W3 = "linear_model/w1", "linear_model/two_linear_1/w3_1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without(W3), f"1 variables are missing: {W3}"),
        (without(W1), "expected linear_model/w1, a matrix"),
        (lambda variables: {}, "found 0"),
        (lambda variables: {"conv1/kernel": np.ones(3), "Adam": np.ones(1)}, "found 1: conv1/kernel"),
        (having(linear_model__w5=np.ones(3)), "1 variables are too many: linear_model/w5"),
        (having(linear_model__two_linear_7__w2_7=np.ones(3)), "12 variables are missing.*1 variables are too many"),
        (having(linear_model__w1=np.ones((34, 69))), "linear_model/w1: expected 2 or 3 rows"),
        (having(linear_model__w1=np.ones((17, 68))), "linear_model/w1: expected 2 or 3 rows"),
        (having(linear_model__w1=np.ones((34, 0))), "linear_model/w1: expected 2 or 3 rows"),
        (having(linear_model__w1=np.ones((34, 85))), r"linear_model/b1: expected \(85,\), found \(68,\)"),
        (having(linear_model__w4=np.ones((51, 68))), r"linear_model/w4: expected \(68, 51\), found \(51, 68\)"),
        (having(mask=np.ones((17, 16))), r"mask: expected \(17, 17\), found \(17, 16\)"),
        (having(linear_model__b1=np.full(68, np.nan)), "linear_model/b1: expected finite numbers"),
        (having(linear_model__b1=np.full(68, "a")), "linear_model/b1: expected finite numbers"),
    ],
)
def test_variables_of_another_network_are_one_line_that_names_them(change, words):
    with pytest.raises(CheckpointError, match=words) as error:
        lcn_from_tf1(change(variables_of(tiny())))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400
    assert error.value.hint


@pytest.mark.parametrize("step", [None, np.array("x"), np.array([1, 2])])
def test_a_checkpoint_without_its_step_is_converted_all_the_same(step):
    variables = variables_of(tiny())
    del variables["training/global_step"]
    extra = {} if step is None else {"training/global_step": step}
    assert lcn_from_tf1({**variables, **extra})[1] == {"source": "lcn-pose"}


@pytest.mark.parametrize("separator", "/|")
def test_variables_may_come_as_npz(tmp_path, separator):
    written = {name.replace("/", separator): array for name, array in variables_of(tiny()).items()}
    # A name with / is a folder in the archive.
    np.savez(tmp_path / "v.npz", **written)
    read = read_tf1_variables(tmp_path / "v.npz")
    assert read.keys() == variables_of(tiny()).keys()
    assert lcn_from_tf1(read)[0].config == tiny().config


def test_a_broken_npz_is_refused_and_nothing_is_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    path = tmp_path / "v.npz"
    with pytest.raises(CheckpointError, match=r"v\.npz: cannot be read"):
        read_tf1_variables(path)
    np.savez(path, a=np.array([Trap()], dtype=object))
    whole = path.read_bytes()
    np.save(tmp_path / "one.npy", np.ones(3))
    for content in (b"", b"garbage" * 20, whole, whole[:50], (tmp_path / "one.npy").read_bytes()):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=r"v\.npz: cannot be read"):
            read_tf1_variables(path)


@pytest.fixture
def opened(monkeypatch):
    """Which checkpoint TensorFlow would be asked for."""

    def find(path) -> str:
        asked: list[Path] = []
        monkeypatch.setattr("poselift.models.tf1._tensorflow_variables", lambda prefix: asked.append(prefix) or {})
        read_tf1_variables(path)
        return asked[0].relative_to(asked[0].parents[1]).as_posix()

    return find


def folder_of(tmp_path, *steps):
    folder = tmp_path / "best"
    folder.mkdir()
    for step in steps:
        for suffix in ("index", "data-00000-of-00001", "meta"):
            (folder / f"model-{step}.{suffix}").touch()
    return folder


def test_of_several_steps_the_last_is_read(tmp_path, opened):
    assert opened(folder_of(tmp_path, 900, 1500, 99)) == "best/model-1500"


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("model-900", "model-900"),
        ("/home/someone/lcn-pose/experiment/test1/checkpoints/best/model-900", "model-900"),
        (r"C:\\lcn\\experiment\\test1\\checkpoints\\best\\model-900", "model-900"),
        ("../other/model-7", "model-1500"),
        ("", "model-1500"),
    ],
)
def test_the_step_that_tensorflow_names_is_preferred_wherever_the_folder_was(tmp_path, opened, named, expected):
    folder = folder_of(tmp_path, 900, 1500)
    all_paths = 'all_model_checkpoint_paths: "/elsewhere/model-1500"'
    (folder / "checkpoint").write_text(f'model_checkpoint_path: "{named}"\n{all_paths}\n')
    assert opened(folder) == f"best/{expected}"


@pytest.mark.parametrize("suffix", ["", ".index", ".meta", ".data-00000-of-00001"])
def test_a_checkpoint_may_be_named_by_any_of_its_files(tmp_path, opened, suffix):
    assert opened(folder_of(tmp_path, 900, 1500) / f"model-900{suffix}") == "best/model-900"


def test_where_there_is_no_checkpoint_the_hint_says_where_to_look(tmp_path):
    run = tmp_path / "test1"
    (run / "checkpoints").mkdir(parents=True)
    folder_of(run / "checkpoints", 3)
    with pytest.raises(CheckpointError, match=r"test1: expected a file model-STEP\.index") as error:
        read_tf1_variables(run)
    assert "checkpoints/best" in error.value.hint
    (tmp_path / "empty").mkdir()
    for absent in ("empty", "absent", "test1/checkpoints/best/model-4"):
        with pytest.raises(CheckpointError, match=absent) as error:
            read_tf1_variables(tmp_path / absent)
        assert "experiment/test1/checkpoints/best" in error.value.hint


def test_without_tensorflow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(MissingExtraError, match="tensorflow is not installed") as error:
        read_tf1_variables(FILES / "checkpoint")
    assert error.value.hint == "pip install 'poselift[tf1]'"


def reference(name: str) -> dict[str, np.ndarray]:
    return read_tf1_variables(FILES / f"{name}.npz")


@pytest.mark.tensorflow
def test_a_checkpoint_that_the_original_wrote_is_read_to_the_last_bit(tmp_path):
    moved = shutil.copytree(FILES / "checkpoint", tmp_path / "somewhere else")
    trained = reference("trained")
    for path in (FILES / "checkpoint", moved, moved / "model-1500.index"):
        variables = read_tf1_variables(path)
        model, about = lcn_from_tf1(variables)
        assert about == {"source": "lcn-pose", "step": 1500}
        assert any("Adam" in name for name in variables)
        for name in tf1_names(model).values():
            np.testing.assert_array_equal(variables[name], trained[name])
    with torch.no_grad():
        y = model(torch.from_numpy(trained["x"]).view(-1, 17, 2)).flatten(1)
    np.testing.assert_allclose(y, trained["y"], rtol=0, atol=1e-6)


@pytest.mark.tensorflow
@pytest.mark.parametrize("config", [{"in_channels": 3, "layers": 3}, {"mask": "learnable"}, {"batch_norm": False}])
def test_every_kind_of_network_comes_through_tensorflow(tmp_path, config):
    import tensorflow

    model = tiny(**config)
    written = variables_of(model)
    tensors = [tensorflow.constant(array) for array in written.values()]
    prefix = str(tmp_path / "model-12")
    tensorflow.raw_ops.SaveV2(
        prefix=prefix, tensor_names=list(written), shape_and_slices=[""] * len(written), tensors=tensors
    )
    converted, about = lcn_from_tf1(read_tf1_variables(tmp_path))
    assert (converted.config, about["step"]) == (model.config, 12)
    x = torch.ones(1, 17, model.config.in_channels)
    assert torch.equal(converted(x), model(x))


@pytest.mark.tensorflow
@pytest.mark.parametrize("file", ["model-1500.index", "model-1500.data-00000-of-00001"])
def test_a_damaged_checkpoint_is_one_line(tmp_path, file):
    folder = shutil.copytree(FILES / "checkpoint", tmp_path / "damaged")
    whole = (folder / file).read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"x" * len(whole)):
        (folder / file).write_bytes(content)
        with pytest.raises(CheckpointError, match="damaged/model-1500: TensorFlow cannot read it") as error:
            read_tf1_variables(folder)
        assert not re.search(r"\n", str(error.value))
