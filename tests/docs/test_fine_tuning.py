"""docs/fine-tuning.md, done: its files are written and its commands run, in its order."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from poselift.cli.main import app
from poselift.data.clip import Clip
from poselift.data.scene_file import load, save
from poselift.data.store import load_store
from poselift.models.checkpoint import load_checkpoint
from poselift.skeleton import BODY_21, H36M_17, read_skeleton
from poselift.training.log import read_rows
from poselift.training.recipe_file import load_recipe

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fine-tuning.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```", PAGE, re.S | re.M))
COMMANDS = re.findall(r"^(?:poselift|python) .+$", PAGE, re.M)
# What the page trains takes minutes.
SHORT = "--set train.steps=6 --set train.batch_size=16 --set train.val_every=3 --set data.val_poses=16 --device cpu"
FRAMES = 20


def takes(walking):
    """Somebody who stands about in every take, in metres, y up."""
    rng = np.random.default_rng(0)
    x, y, z = np.moveaxis(walking / 1000, -1, 0)
    seen = np.stack([x, z, -y], axis=-1)
    return {f"take{n}": seen + rng.normal(0, 0.02, (FRAMES, *seen.shape)) for n in range(6)}


@pytest.fixture(scope="module")
def followed(tmp_path_factory, standing):
    """A folder in which all of the page was done, and what its commands said."""
    folder = tmp_path_factory.mktemp("mine")
    shutil.copytree(ROOT / "recipes", folder / "recipes")
    said = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, text in FILES.items():
            Path(name).write_text(text, encoding="utf-8")
        np.savez("walks.npz", **takes(standing(H36M_17)))
        confidence = np.ones((FRAMES, 17), dtype=np.float32)
        joints_px = np.stack([500 + standing(H36M_17)[:, 0], 1000 - standing(H36M_17)[:, 2] / 2], axis=-1)
        joints_px = np.repeat(joints_px[None], FRAMES, axis=0).astype(np.float32)
        save(Clip(H36M_17, 50, joints_px=joints_px, confidence=confidence, size_px=(1000, 1000)), "walk.npz")
        for command in COMMANDS:
            if "limbs" in command and not Path("limbs.safetensors").exists():
                make_limbs(standing)
            if command.startswith("python"):
                runpy.run_path(command.split()[1])
                continue
            words = f"{command} {SHORT}" if command.startswith("poselift train") else command
            ended = CliRunner().invoke(app, shlex.split(words)[1:])
            assert ended.exit_code == 0, (command, ended.output, ended.exception)
            said[command] = ended.output
        yield folder, said


def make_limbs(standing):
    """As the page says: the script with the other skeleton, and takes of its joints."""
    own = read_skeleton("mine.toml")
    text = FILES["make_store.py"].replace('SKELETONS["h36m17"]', 'read_skeleton("mine.toml")')
    text = text.replace("from poselift import SKELETONS", "from poselift.skeleton import read_skeleton")
    np.savez("limbs.npz", **takes(standing(own)))
    text = text.replace("walks.npz", "limbs.npz").replace("mine.safetensors", "limbs.safetensors")
    Path("make_limbs.py").write_text(text, encoding="utf-8")
    runpy.run_path("make_limbs.py")


def test_the_store_is_of_people_who_stand(followed):
    store = load_store(followed[0] / "mine.safetensors")
    head, ankle = (store.joints_world_mm[:, H36M_17.index(joint), 2].mean() for joint in ("head", "left_ankle"))
    assert 1500 < head - ankle < 1700
    assert {split: len(clips) for split, clips in store.splits.items()} == {"val": 2, "train": 4}


def test_the_run_starts_from_the_default_model_and_is_lifted_by(followed):
    folder, said = followed
    rows = read_rows(folder / "runs" / "mine" / "metrics.csv")
    assert [int(row["step"]) for row in rows if row["val_mpjpe_mm"]] == [0, 3, 6]
    assert load_checkpoint(folder / "runs" / "mine" / "best.safetensors")[1].about["recipe"]["init"] == "default"
    model = load_checkpoint(folder / "runs" / "mine" / "best.safetensors")[0]
    assert (model.skeleton, model.window.frames) == (H36M_17, 27), "the network of the model, the joints of the takes"
    assert any(text.startswith("step 0 ") for text in said.values())
    assert np.isfinite(load(folder / "lifted" / "poses.npz").main.joints_root_mm).all()


def test_ten_of_the_twelve_joints_start_from_it(followed):
    folder, _ = followed
    own = read_skeleton(folder / "mine.toml")
    shared = [joint for joint in own.joints if joint in BODY_21.joints]
    new = [joint for joint in own.joints if joint not in shared]
    line = f"`{len(shared)} of {len(own)} joints start from default; new: {', '.join(new)}`"
    assert line in PAGE
    assert load_checkpoint(folder / "runs" / "limbs" / "best.safetensors")[0].skeleton == own


def test_the_page_says_what_the_recipe_says():
    recipe, default = (load_recipe(ROOT / "recipes" / f"{name}.toml") for name in ("finetune", "video"))
    assert f"{recipe.train.steps} steps" in PAGE
    assert round(default.optim.lr / recipe.optim.lr) == 10
    assert "a tenth of the learning rate" in PAGE
