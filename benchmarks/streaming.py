"""What a frame costs in a stream: the models that come with poselift, and what a window costs beside a single frame.

    python benchmarks/streaming.py [--channels 256] [--rounds 5] [--small]

For the latter, two networks are VideoPose3D with as many layers; the frame network is wider, so that it has as many
parameters. All that `Lifter.stream` does for a frame is measured, and what the network alone takes of it. Frames come
one by one, on one thread.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

import numpy as np
import torch

from poselift import Camera, Lifter
from poselift.bench.rounds import Contest, Result, Settings, measured
from poselift.deploy.onnx import export_onnx
from poselift.models import create_model
from poselift.models.base import LiftingNetwork

FRAMES = 50  # in a call
RATE = 30.0  # frames per second, of the models and of what comes
CAMERA = Camera.guessed((1080, 1080))


def network(widths: tuple[int, ...], channels: int) -> LiftingNetwork:
    torch.manual_seed(0)
    settings = {"in_channels": 3, "normalisation": "person_centred", "causal": True, "fps": RATE}
    return create_model("videopose3d", filter_widths=widths, channels=channels, **settings).eval()


def parameters(model: LiftingNetwork) -> int:
    return sum(p.numel() for p in model.parameters())


def as_large(other: LiftingNetwork, channels: int) -> LiftingNetwork:
    """The frame network that is the first to have as many parameters."""
    while parameters(found := network((1, 1, 1), channels)) < parameters(other):
        channels += max(channels // 64, 1)
    return found


def exported(model: LiftingNetwork, path: Path) -> Lifter:
    export_onnx(model, {}, path)
    return Lifter(path, flip=False, threads=1)


def streamed(lifter: Lifter) -> Callable[[], object]:
    """Push some frames; the stream goes on from call to call."""
    joints_px = np.random.default_rng(0).uniform(300, 800, (FRAMES, len(lifter.skeleton), 2))
    stream, number = lifter.stream(CAMERA), count()

    def push() -> None:
        for pose in joints_px:
            stream.push(pose, time_s=next(number) / RATE)

    return push


def alone(lifter: Lifter) -> Callable[[], object]:
    """The network on windows that are normalised already, one by one."""
    frames = (lifter.window.frames,) if lifter.window.frames > 1 else ()
    inputs = np.random.default_rng(0).normal(size=(1, *frames, len(lifter.skeleton), 3)).astype(np.float32)
    return lambda: [lifter.network_output(inputs) for _ in range(FRAMES)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    settings = Settings(options.rounds, 0.01 if options.small else 0.5, options.small)
    channels = 16 if options.small else options.channels
    window = network((3, 3, 3), channels)
    models = {"single frames": as_large(window, channels), "27 frames, causal": window}
    with tempfile.TemporaryDirectory() as folder:
        lifters = {
            f"{name}, {parameters(model) / 1e6:.2f} M": exported(model, Path(folder) / f"{name}.onnx")
            for name, model in models.items()
        }
        compare(lifters, settings)
    compare(shipped(), settings)


def shipped() -> dict[str, Lifter]:
    """The models that come with poselift, as they are, and as fast as they can be."""
    plain = {name: Lifter(name, threads=1) for name in ("frame", "video", "causal")}
    fastest = {
        f"{name}, int8, not mirrored": Lifter(name, flip=False, precision="int8", threads=1)
        for name in ("video", "causal")
    }
    return plain | fastest


def compare(lifters: Mapping[str, Lifter], settings: Settings) -> None:
    for title, way in (("a stream", streamed), ("the network alone", alone)):
        ways = {name: way(lifter) for name, lifter in lifters.items()}
        for result in measured(Contest(title, "frames", FRAMES, ways), settings):
            print(line(result))


def line(result: Result) -> str:
    cost = f"{1000 / result.median:7.3f} ms/frame, {1 / result.ratio:.2f} times"
    return f"{result.contest:18} {result.way:28} {cost}"


if __name__ == "__main__":
    main()
