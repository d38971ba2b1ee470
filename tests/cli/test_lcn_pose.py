"""`poselift lcn-pose`: the original's command lines on its folders, with its numbers."""

from __future__ import annotations

import os
import pickle
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from poselift.cli.main import app  # noqa: E402
from poselift.data.store import load_store  # noqa: E402
from poselift.data.writers.lcn_pose import write_lcn_pose  # noqa: E402
from poselift.errors import CheckpointError, DataFormatError, OutputError, RecipeError  # noqa: E402
from poselift.models import create_model  # noqa: E402
from poselift.models.checkpoint import save_checkpoint  # noqa: E402
from poselift.training.recipe_file import load_recipe  # noqa: E402

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
DATA = ("--data-type", "scale", "--mode")
# The reference's experiments: the variables of its network, its flags, and the tables that it printed.
NETWORKS = {"9": ("trained.npz", 1, 2), "5": ("trained_in3.npz", 3, 3)}
SMALL = ("--channels", "4", "--layers", "1", "--epochs", "1")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The folders of the original: its data set, and the networks of two experiments."""
    root = tmp_path_factory.mktemp("lcn-pose")
    write_lcn_pose(load_store(TESTS / "data_files" / "lcn_reference.safetensors"), root / "dataset")
    for index, (name, _, _) in NETWORKS.items():
        folder = root / "experiment" / f"test{index}" / "checkpoints"
        folder.mkdir(parents=True)
        with np.load(TESTS / "models" / "lcn_tf1" / name) as file:
            np.savez(folder / "best.npz", **{key: file[key] for key in file if key not in ("x", "y")})
    return root


@pytest.fixture
def workspace(reference, tmp_path, monkeypatch):
    """A copy to write in, and to be in."""
    shutil.copytree(reference, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def run(*words):
    result = CliRunner().invoke(app, ["lcn-pose", *(str(word) for word in words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def infer(index, *options, layers=None, in_f=None):
    _, has_layers, has_in_f = NETWORKS[index]
    flags = ("--mask-type", "locally_connected", "--knn", "3", "--layers", layers or has_layers)
    words = (*DATA, "dt_ft", "--test-indices", index, *flags, "--in-F", in_f or has_in_f, "--checkpoint", "best")
    return run("inference", *words, *options)


def rows(text):
    return [line for line in text.splitlines() if line.startswith("|") and "test_name" not in line]


@pytest.mark.parametrize("index", NETWORKS)
def test_the_tables_are_those_of_the_original(workspace, index):
    infer(index)
    tables = []
    for options in ((), ("--protocol2",), ("--per-joint",), ("--per-joint", "--protocol2")):
        result = run("evaluate", *DATA, "dt_ft", "--test-indices", index, *options)
        assert ("Protocol 2 with reflection" if options[-1:] == ("--protocol2",) else "lcn protocol") in result.stderr
        tables += rows(result.stdout)
    name = {"9": "tiny_in2", "5": "f16_in3"}[index]
    expected = (TESTS / "metrics" / "lcn_tf1" / f"{name}.txt").read_text()
    assert tables == rows(expected)
    assert len(list((workspace / "experiment" / f"test{index}").glob("err_scale_*_dt_ft_*.log"))) == 4


def test_several_experiments_stand_in_one_table(workspace):
    for index in NETWORKS:
        infer(index)
    result = run("evaluate", *DATA, "dt_ft", "--test-indices", "9,5")
    assert [row.split("|")[1].strip() for row in rows(result.stdout)] == ["test5", "test9"]


def test_the_result_is_the_pickle_of_the_original(workspace):
    infer("9")
    with open("experiment/test9/result_dt_ft.pkl", "rb") as file:
        result = pickle.load(file)["result"]
    assert (result.shape, result.dtype) == ((1680, 17, 3), np.float64)
    # Pixels: somebody in the middle of an image of 1000 pixels.
    assert 200 < result[:, 0, :2].mean() < 800


def test_flipping_and_the_mode_change_the_result(workspace):
    results = []
    for mode, options in (("dt_ft", ()), ("dt_ft", ("--flip-data",)), ("gt", ())):
        run("inference", *DATA, mode, "--test-indices", "9", "--checkpoints", "best", "--overwrite", *options)
        with open(f"experiment/test9/result_{mode}.pkl", "rb") as file:
            results.append(pickle.load(file)["result"])
    assert not np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_another_neighbourhood_or_graph_changes_what_tensorflow_trained(workspace):
    results = []
    for options in ((), ("--knn", "2"), ("--graph", "1"), ("--graph", "random")):
        run("inference", *DATA, "dt_ft", "--test-indices", "9", "--checkpoint", "best", "--overwrite", *options)
        with open("experiment/test9/result_dt_ft.pkl", "rb") as file:
            results.append(pickle.load(file)["result"])
    assert all(not np.array_equal(results[0], other) for other in results[1:])


def test_a_network_is_trained_lifted_and_measured(workspace):
    run("train", *DATA, "dt_ft", "--test-indices", "3", "--knn", "2", *SMALL)
    folder = workspace / "experiment" / "test3" / "checkpoints"
    assert {"best.safetensors", "final.safetensors"} <= {path.name for path in folder.iterdir()}
    run("inference", *DATA, "dt_ft", "--test-indices", "3")
    run("inference", *DATA, "dt_ft", "--test-indices", "3", "--checkpoint", "best", "--overwrite")
    assert len(rows(run("evaluate", *DATA, "dt_ft", "--test-indices", "3").stdout)) == 1
    with pytest.raises(OutputError, match="not empty"):
        run("train", *DATA, "dt_ft", "--test-indices", "3", *SMALL)
    assert (workspace / "experiment" / "test3" / "result_dt_ft.pkl").exists()
    run("train", *DATA, "dt_ft", "--test-indices", "3", *SMALL, "--overwrite")
    assert not (workspace / "experiment" / "test3" / "result_dt_ft.pkl").exists()


@pytest.fixture
def recipe(workspace, monkeypatch):
    """The recipe that `train` with some flags would follow."""

    def made(*flags, mode="gt"):
        taken = []
        monkeypatch.setattr("poselift.cli.train.follow", lambda recipe, *a, **options: taken.append(recipe))
        run("train", *DATA, mode, *flags)
        return taken[0].model_dump(mode="json")

    return made


def flat(values, prefix=""):
    out = {}
    for name, value in values.items():
        out |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return out


@pytest.mark.parametrize(
    ("flags", "changed"),
    [
        (("--mask-type", "locally_connected_learnable"), {"model.mask": "learnable"}),
        (("--init-type", "ones"), {"model.mask_init": "ones"}),
        (("--graph", "1"), {"model.graph": "bones"}),
        (("--graph", "random"), {"model.graph": "random"}),
        (("--knn", "2"), {"model.hops": 2}),
        (("--layers", "4"), {"model.layers": 4}),
        (("--dropout", "0.5"), {"model.dropout": 0.5}),
        (("--channels", "32"), {"model.channels": 32}),
        (("--in-F", "3"), {"model.in_channels": 3}),
        (("--flip-data",), {"data.flip": True}),
        (("--epochs", "7"), {"train.epochs": 7}),
        (("--seed", "7"), {"train.seed": 7}),
    ],
    ids=str,
)
def test_each_flag_of_training_is_a_setting_of_the_recipe(recipe, flags, changed):
    base, other = flat(recipe()), flat(recipe(*flags))
    assert {name: value for name, value in other.items() if base[name] != value} == changed


def test_both_schedules_of_the_original(recipe):
    assert recipe()["optim"]["schedule"] == {"kind": "exponential", "rate": 0.96, "steps": 32000}
    step = recipe("--decay-type", "step")["optim"]["schedule"]
    assert step["boundaries"] == [250000, 500000, 1000000, 1350000]
    assert step["factors"] == [0.7, 0.4, 0.2, 0.1]


@pytest.mark.parametrize("mode", ["gt", "dt_ft"])
def test_without_flags_it_is_the_recipe_of_the_paper(recipe, mode):
    paper = load_recipe(ROOT / "recipes" / f"lcn_h36m_{'gt' if mode == 'gt' else 'sh'}.toml").model_dump(mode="json")
    ours = recipe(mode=mode)
    # The pickles know no validation set; the recipe puts it back into the training set. What is left are defaults.
    for values in (paper, ours):
        del values["data"]["store"], values["data"]["train"]
    ours["model"] = {key: ours["model"][key] for key in paper["model"]}
    assert ours == paper


def test_gendb_makes_the_pickles(tmp_path, monkeypatch):
    from scipy.io import savemat

    store = load_store(TESTS / "data_files" / "lcn_reference.safetensors")
    for clip in [*store.clips_of(("train",))[:1], *store.clips_of(("test",))[:1]]:
        joints = np.asarray(store.joints_cam_mm[clip.frames], dtype=np.float64)
        folder = tmp_path / "source" / clip.name
        folder.mkdir(parents=True)
        savemat(
            folder / "matlab_meta.mat", {"num_images": clip.length, "Y3d_mono": joints.reshape(clip.length, -1).T}
        )
    monkeypatch.chdir(tmp_path)
    run("gendb", "source", "--output", "dataset")
    with open("dataset/h36m_test.pkl", "rb") as file:
        made = pickle.load(file)
    clip = store.clips_of(("test",))[0]
    assert len(made) == clip.length
    np.testing.assert_allclose(made[0]["joint_3d_camera"], store.joints_cam_mm[clip.start], atol=1e-3)
    with pytest.raises(OutputError, match="not empty"):
        run("gendb", "source", "--output", "dataset")


def test_a_newer_pickle_is_read_again(workspace):
    infer("9")
    store = workspace / "experiment" / "dataset.safetensors"
    before = store.stat().st_mtime_ns
    infer("9", "--overwrite")
    assert store.stat().st_mtime_ns == before
    (workspace / "dataset" / "h36m_test.pkl").touch()
    infer("9", "--overwrite")
    assert store.stat().st_mtime_ns > before


def test_what_does_not_fit_is_refused(workspace, tmp_path):
    with pytest.raises(RecipeError, match="the network has layers 1, the command line says 2"):
        infer("9", layers=2)
    with pytest.raises(RecipeError, match="the network has in_channels 3, the command line says 2"):
        infer("5", in_f=2)
    with pytest.raises(RecipeError, match="the network has mask fixed"):
        run("inference", *DATA, "gt", "--test-indices", "9", "--checkpoint", "best", "--mask-type",
            "locally_connected_learnable")  # fmt: skip
    with pytest.raises(CheckpointError, match=r"expected final.safetensors, or the folder final"):
        run("inference", *DATA, "gt", "--test-indices", "9")
    infer("9")
    with pytest.raises(OutputError, match=r"result_dt_ft\.pkl: exists"):
        infer("9")
    with pytest.raises(RecipeError, match="17 joints, got 16"):
        run("train", *DATA, "gt", "--in-joints", "16")
    with pytest.raises(RecipeError, match="expected 0 to 2 or a name, got '3'"):
        run("train", *DATA, "gt", "--graph", "3")
    with pytest.raises(RecipeError, match="expected numbers such as 1,2"):
        run("evaluate", *DATA, "gt", "--test-indices", "one")
    with pytest.raises(DataFormatError, match="found none of them"):
        run("evaluate", *DATA, "gt", "--test-indices", "9", "--root", tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"result": np.zeros((1679, 17, 3))}, "expected the 1680 poses of the test set"),
        ({"results": np.zeros((1680, 17, 3))}, "expected a dict with the array 'result'"),
        ([1, 2], "expected a dict with the array 'result'"),
        ({"result": np.zeros((17, 1680, 3))}, r"expected .* shape \(1680, 17, 3\), found \(17, 1680, 3\)"),
        ({"result": np.full((1680, 17, 3), np.nan)}, "row 0 holds NaN"),
        ({"result": np.zeros((1680, 17, 3)), "clips": [1]}, "expected names and lengths of videos"),
    ],
    ids=["short", "key", "list", "turned", "nan", "clips"],
)
def test_a_result_of_something_else_is_refused(workspace, content, message):
    with open("experiment/test9/result_gt.pkl", "wb") as file:
        pickle.dump(content, file)
    with pytest.raises(DataFormatError, match=message):
        run("evaluate", *DATA, "gt", "--test-indices", "9")


def test_results_of_the_videos_in_another_order_are_refused(workspace):
    """The same poses, and as many: only the names tell."""
    infer("9")
    path = workspace / "experiment" / "test9" / "result_dt_ft.pkl"
    found = pickle.loads(path.read_bytes())
    stops = np.cumsum([length for _, length in found["clips"]])
    turned = np.concatenate(np.split(found["result"], stops[:-1])[::-1])
    path.write_bytes(pickle.dumps({"result": turned, "clips": found["clips"][::-1]}))
    with pytest.raises(DataFormatError, match=r"result_dt_ft\.pkl: the predictions are not of these clips"):
        run("evaluate", *DATA, "dt_ft", "--test-indices", "9")


def test_pickles_that_changed_or_went_are_noticed_whatever_their_time(workspace):
    infer("9")
    detections = workspace / "dataset" / "h36m_sh_dt_ft.pkl"
    detections.rename(workspace / "elsewhere.pkl")
    with pytest.raises(DataFormatError, match="no 2D joints 'sh_ft'"):
        infer("9", "--overwrite")
    (workspace / "elsewhere.pkl").rename(detections)
    infer("9", "--overwrite")
    test = workspace / "dataset" / "h36m_test.pkl"
    test.write_bytes(b"no pickle")
    os.utime(test, (0, 0))
    with pytest.raises(DataFormatError, match=r"h36m_test\.pkl"):
        run("evaluate", *DATA, "dt_ft", "--test-indices", "9")


def test_nothing_is_written_where_one_of_the_results_is_missing(workspace):
    infer("9")
    with pytest.raises(DataFormatError, match=r"result_dt_ft\.pkl: no such file") as caught:
        run("evaluate", *DATA, "dt_ft", "--test-indices", "9,10")
    assert "inference" in caught.value.hint
    assert not list((workspace / "experiment" / "test9").glob("err_*"))


def test_a_flat_result_of_the_original_is_read_too(workspace):
    infer("9")
    path = Path("experiment/test9/result_dt_ft.pkl")
    table = rows(run("evaluate", *DATA, "dt_ft", "--test-indices", "9").stdout)
    result = pickle.loads(path.read_bytes())["result"]
    path.write_bytes(pickle.dumps({"result": result.reshape(1680, 51)}))
    assert rows(run("evaluate", *DATA, "dt_ft", "--test-indices", "9").stdout) == table


def test_every_command_of_the_original_has_its_line_in_the_docs_and_runs(workspace):
    page = (ROOT / "docs" / "reproduce-lcn.md").read_text()
    lines = re.findall(r"^poselift lcn-pose (.*?)(?:\s+#.*)?$", page, re.MULTILINE)
    theirs = [
        "inference --data-type scale --mode gt --test-indices 1 --mask-type locally_connected --knn 3 --layers 3 "
        "--in-F 2 --checkpoint best",
        "evaluate --data-type scale --mode gt --test-indices 1",
        "inference --data-type scale --mode dt_ft --test-indices 2 --mask-type locally_connected --knn 3 --layers 3 "
        "--in-F 2 --checkpoint best",
        "evaluate --data-type scale --mode dt_ft --test-indices 2",
        "train --data-type scale --mode dt_ft --test-indices 3 --mask-type locally_connected --knn 3 --layers 3 "
        "--in-F 2",
        "inference --data-type scale --mode dt_ft --test-indices 3 --mask-type locally_connected --knn 3 --layers 3 "
        "--in-F 2",
        "evaluate --data-type scale --mode dt_ft --test-indices 3",
    ]
    assert [line for line in lines if line in theirs] == theirs
    # Freshly drawn networks stand for those of the README's downloads.
    for index in ("1", "2"):
        torch.manual_seed(0)
        model = create_model("lcn", channels=4).eval()
        save_checkpoint(
            workspace / f"experiment/test{index}/checkpoints/best.safetensors", model, name="lcn", about={}
        )
    for line in theirs:
        words = line.split()
        run(*words, *(("--channels", "4", "--epochs", "1") if words[0] == "train" else ()))
