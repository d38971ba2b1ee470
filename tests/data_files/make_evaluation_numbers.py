"""Write evaluation_numbers.json: what `poselift evaluate` says of small models on small data sets.

The file was made by the code of commit ad07eba, before networks saw windows of frames. Single frames still get these
numbers: run this again only if they are meant to change.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from typer.testing import CliRunner

from poselift.cli.main import app
from poselift.data.store import ClipInfo, DatasetStore
from poselift.geometry.camera import Camera
from poselift.models import create_model
from poselift.models.checkpoint import save_checkpoint
from poselift.skeleton import H36M_17

PATH = Path(__file__).parent / "evaluation_numbers.json"

# Name -> kind of store, normalisation, further options
CASES = {
    "views": ("motion_capture", "person_centred", ["--views", "2"]),
    "views, true 2D": ("motion_capture", "person_centred", ["--views", "1", "--noise", "none", "--no-flip"]),
    "image frame": ("recordings", "image_frame", []),
    "image frame, detections": ("recordings", "image_frame", ["--detections", "cpn", "--no-flip"]),
    "person centred": ("recordings", "person_centred", []),
    "person centred, detections": ("recordings", "person_centred", ["--detections", "cpn"]),
}


def stores(folder: Path) -> dict[str, Path]:
    """A small store of either kind."""
    rng = np.random.default_rng(0)
    pose_mm = rng.normal((0, 0, 1000), 400, (17, 3))
    joints_mm = (pose_mm + rng.normal(0, 60, (90, 17, 3)) + rng.normal(0, 300, (90, 1, 3))).astype(np.float32)
    camera = Camera(
        np.array([1100.0, 1105.0]),
        np.array([510.0, 495.0]),
        np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
        np.array([0.0, -5000.0, 1000.0]),
        radial=np.array([-0.2, 0.1, 0.0]),
        size_px=(1000, 990),
        name="one",
    )
    joints_cam_mm = camera.world_to_camera(joints_mm)
    detected = {
        "joints_px.cpn": (camera.camera_to_image(joints_cam_mm) + rng.normal(0, 6, (90, 17, 2))).astype(np.float32),
        "confidence.cpn": rng.uniform(0.2, 1, (90, 17)).astype(np.float32),
    }
    parts = [("long", "walk", 0, 70), ("short", "jump", 70, 20)]
    clips = {
        key: tuple(ClipInfo(name, "s1", action, start, n, 25.0, "test", "", key) for name, action, start, n in parts)
        for key in ("", "one")
    }
    made = {
        "motion_capture": DatasetStore(H36M_17, clips[""], {"joints_world_mm": joints_mm}),
        "recordings": DatasetStore(
            H36M_17, clips["one"], {"joints_cam_mm": joints_cam_mm, **detected}, cameras={"one": camera}
        ),
    }
    for name, store in made.items():
        store.save(folder / f"{name}.safetensors")
    return {name: folder / f"{name}.safetensors" for name in made}


@torch.no_grad()
def models(folder: Path) -> dict[str, Path]:
    """A small network of either normalisation; its weights do not depend on how torch draws them."""
    found = {}
    for name in ("person_centred", "image_frame"):
        model = create_model("lcn", channels=4, layers=1, in_channels=3, add_input=False, normalisation=name).eval()
        rng = np.random.default_rng(1)
        for key, tensor in sorted(model.state_dict().items()):
            drawn = torch.from_numpy(rng.normal(0, 0.3, tuple(tensor.shape)))
            tensor.copy_(drawn.abs() + 0.5 if key.endswith("variance") else drawn)
        found[name] = folder / f"{name}.safetensors"
        save_checkpoint(found[name], model, name="lcn", about={})
    return found


def numbers(folder: Path) -> dict[str, dict[str, float]]:
    """Of each case the mean error by each protocol, in millimetres."""
    data, networks, found = stores(folder), models(folder), {}
    for name, (kind, normalisation, options) in CASES.items():
        words = ["evaluate", networks[normalisation], data[kind], "-o", folder / "r.json", "--overwrite", *options]
        CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
        results = json.loads((folder / "r.json").read_text())["results"]
        found[name] = {protocol: result["mean_mm"] for protocol, result in results.items()}
    return found


def main() -> None:
    with TemporaryDirectory() as folder:
        PATH.write_text(json.dumps(numbers(Path(folder)), indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
