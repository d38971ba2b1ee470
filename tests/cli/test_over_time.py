"""Networks that see several frames go through the same commands as those of single frames."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from safetensors.torch import load_file  # noqa: E402

from poselift import Camera, Clip, Lifter, load, save  # noqa: E402
from poselift.cli.main import app  # noqa: E402
from poselift.data.scene import Scene  # noqa: E402
from poselift.data.store import load_store  # noqa: E402
from poselift.data.windows import Window  # noqa: E402
from poselift.deploy.onnx import export_onnx  # noqa: E402
from poselift.lifting.detected import lift_detected  # noqa: E402
from poselift.lifting.options import LiftOptions  # noqa: E402
from poselift.models import create_model  # noqa: E402
from poselift.skeleton import H36M_17  # noqa: E402

RECIPE = """
[data]
store = "{store}"
val_poses = 20
[model]
{model}
in_channels = 3
normalisation = "person_centred"
causal = {causal}
[optim.schedule]
kind = "constant"
[train]
steps = 6
batch_size = 8
threads = 1
log_every = 2
val_every = 3
checkpoint_every = 3
"""
MODELS = {
    "videopose3d": "filter_widths = [3, 3]\nchannels = 8",
    "motion_agformer": "frames = 9\nlayers = 1\nchannels = 8\nheads = 2\nhead_channels = 8",
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def command(words: str) -> str:
        result = CliRunner().invoke(app, words.split(), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return command


@pytest.mark.parametrize(
    ("name", "causal", "predicts"),
    [
        ("videopose3d", "false", "middle"),
        ("videopose3d", "true", "last"),
        ("motion_agformer", "false", "all"),
        ("motion_agformer", "true", "all_causal"),
    ],
)
def test_training_resumes_and_the_exported_model_is_what_is_evaluated(
    run, mocap_store, tmp_path, name, causal, predicts
):
    model = f'name = "{name}"\n{MODELS[name]}'
    (tmp_path / "recipe.toml").write_text(RECIPE.format(store=mocap_store, causal=causal, model=model))
    assert "val MPJPE" in run("train recipe.toml -o whole --device cpu")
    run("train recipe.toml -o resumed --device cpu --set train.steps=3")
    run("train recipe.toml -o resumed --device cpu --set train.steps=6 --resume")
    whole, resumed = (load_file(f"{folder}/final.safetensors") for folder in ("whole", "resumed"))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(tensor, resumed[name]) for name, tensor in whole.items())
    run("export whole/best.safetensors -o model.onnx --licence MIT")
    run(f"evaluate model.onnx {mocap_store} --split val --noise none -o exported.json")
    run(f"evaluate whole/best.safetensors {mocap_store} --split val --noise none -o checkpoint.json")
    exported, checkpoint = (
        json.loads((tmp_path / f"{name}.json").read_text()) for name in ("exported", "checkpoint")
    )
    assert exported["n_frames"] == 4 * 30
    assert exported["results"] == checkpoint["results"]
    window = Lifter("model.onnx").window
    assert window == Window(frames=9, predicts=predicts)


@pytest.fixture
def walking_px(mocap_store):
    """Somebody who glides past a camera, 12 frames."""
    right, ahead, up = np.moveaxis(load_store(mocap_store).joints_world_mm[0].astype(np.float64), -1, 0)
    places = np.linspace(-400, 400, 12)[:, None]
    joints_cam_mm = np.stack(np.broadcast_arrays(right + places, -up + 900, ahead + 4000), axis=-1)
    return Camera.guessed((1080, 1080)).camera_to_image(joints_cam_mm)


def test_a_clip_longer_and_shorter_than_the_window_is_lifted(run, tmp_path, walking_px):
    torch.manual_seed(0)
    config = {"filter_widths": (3, 3), "channels": 8, "normalisation": "person_centred"}
    export_onnx(create_model("videopose3d", **config).eval(), {}, tmp_path / "model.onnx")
    for frames in (12, 2):
        clip = Clip(H36M_17, 30, joints_px=walking_px[:frames], camera=Camera.guessed((1080, 1080)))
        save(clip, f"{frames}.npz")
        run(f"lift {frames}.npz --model model.onnx -o lifted{frames} --smoothing none --no-viewer --no-overlay")
        lifted = load(f"lifted{frames}/poses.npz").main
        by_hand = lift_detected(Scene.of(clip), Lifter("model.onnx"), LiftOptions(smoothing="none"))
        expected = by_hand.main
        np.testing.assert_allclose(lifted.joints_root_mm, expected.joints_root_mm, atol=1e-3)
