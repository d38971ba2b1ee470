"""What every test runs under: array shapes and types of the lower floors are checked at each call."""

import os
import random
import signal
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from beartype import BeartypeConf, beartype
from hypothesis import settings
from jaxtyping import config, install_import_hook

# Some tests open onnxruntime themselves; see poselift.runtime.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

LOWER_FLOORS = [
    *("poselift.arrays", "poselift.skeleton", "poselift.geometry", "poselift.normalisation"),
    *("poselift.data", "poselift.metrics"),
]

# As everywhere in Python's typing, an int will do where a float is asked for.
typechecker = beartype(conf=BeartypeConf(is_pep484_tower=True))

install_import_hook(LOWER_FLOORS, f"{__name__}.typechecker")

# The same examples on every run, and no failure because a shared machine is slow.
settings.register_profile("poselift", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("poselift")


# Left-hand joints of somebody who stands, in millimetres: x to the right, y forward, z up.
STANDING_MM = {
    "pelvis": (0, 0, 950),
    "hip": (-120, 0, 940),
    "knee": (-120, 20, 510),
    "ankle": (-120, 0, 90),
    "spine": (0, 0, 1180),
    "thorax": (0, 0, 1430),
    "nose": (0, 60, 1520),
    "head": (0, 0, 1680),
    "shoulder": (-180, 0, 1410),
    "elbow": (-200, -20, 1130),
    "wrist": (-210, 20, 880),
    "hand": (-210, 40, 800),
    "toe": (-120, 150, 30),
    "heel": (-120, -60, 40),
}


def standing_mm(skeleton):
    """Joints (J, 3) of somebody who stands; x to the right, y forward, z up."""
    joints = np.array([STANDING_MM[name.split("_")[-1]] for name in skeleton.joints], dtype=np.float32)
    joints[skeleton.indices(skeleton.right), 0] *= -1
    return joints


@pytest.fixture(scope="session")
def standing():
    """The joints (J, 3) of somebody who stands, of a skeleton of usual names."""
    return standing_mm


class BeforeCamera:
    """People somewhere before a camera, and how it sees them."""

    @staticmethod
    def poses(seed=0, n=5):
        """Joints in camera axes around a root some metres away, and the same relative to the root."""
        from poselift.skeleton import H36M_17

        rng = np.random.default_rng(seed)
        root = rng.uniform([-1500, -800, 3000], [1500, 800, 8000], (n, 3))[:, None]
        joints_root_mm = rng.normal(size=(n, 17, 3)) * 350
        joints_root_mm -= H36M_17.root_position(joints_root_mm)
        return joints_root_mm + root, joints_root_mm, root

    @staticmethod
    def plane_of(joints_cam_mm):
        return joints_cam_mm[..., :2] / joints_cam_mm[..., 2:]

    @staticmethod
    def everyone(joints):
        """A confidence of 1 for every joint."""
        return np.ones(joints.shape[:-1])


@pytest.fixture(scope="session")
def people():
    return BeforeCamera


def pytest_runtest_setup(item):
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no CUDA device here")


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c_interrupts():
    """A shell that starts the tests in the background makes them ignore Ctrl-C, and the programs that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def _same_items_checked():
    """Of a long list the type checker looks at one item, drawn at random: at the same one on every run."""
    random.seed(0)


@pytest.fixture
def unchecked_shapes():
    """Calls go through as they do for a user, who meets our own errors and no type checker."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)


@pytest.fixture(scope="session")
def own_skeleton_file():
    """The file of somebody's own skeleton: 26 joints of names that nobody here knows, and a root of two."""
    return Path(__file__).parent / "data_files" / "own_skeleton.toml"


@pytest.fixture(scope="session")
def mocap_store(tmp_path_factory):
    """Path of a small dataset store: 120 people who stand about, two actions to train on and one to validate."""
    # Imported here, so that the hook above sees the modules first.
    from poselift.data.store import ClipInfo, DatasetStore
    from poselift.skeleton import H36M_17

    joints_world_mm = standing_mm(H36M_17) + np.random.default_rng(0).normal(0, 40, (120, 17, 3)).astype(np.float32)
    clips = (
        ClipInfo("long", "s1", "walk", 0, 80, 30.0),
        ClipInfo("short", "s1", "jump", 80, 10, 30.0),
        ClipInfo("held_out", "s2", "walk", 90, 30, 30.0, "val"),
    )
    path = tmp_path_factory.mktemp("mocap") / "mocap.safetensors"
    DatasetStore(H36M_17, clips, {"joints_world_mm": joints_world_mm}).save(path)
    return path


@pytest.fixture(scope="session")
def recorded_store(tmp_path_factory):
    """Path of a small store of recordings in the manner of Human3.6M: S1 to train on, S8 to validate, S9 to test.

    Everybody stands about before two cameras, in two actions, 30 frames each; "sh_ft" are noisy detections.
    """
    from poselift.data.clip import Keypoints
    from poselift.data.readers.h36m.recordings import h36m_recording, h36m_store
    from poselift.data.readers.h36m.tables import CAMERAS, Take, camera_of
    from poselift.skeleton import H36M_17

    rng = np.random.default_rng(0)

    def recordings():
        for subject in ("S1", "S8", "S9"):
            for action in ("Directions", "Walking"):
                joints_world_mm = (
                    standing_mm(H36M_17) + rng.normal(0, 40, (30, 17, 3)) + rng.normal(0, 200, (30, 1, 3))
                )
                for name in CAMERAS[:2]:
                    camera = camera_of(subject, name)
                    joints_cam_mm = camera.world_to_camera(joints_world_mm)
                    joints_px = camera.camera_to_image(joints_cam_mm) + rng.normal(0, 5, (30, 17, 2))
                    seen = Keypoints(joints_px, rng.uniform(0.2, 1, (30, 17)))
                    yield h36m_recording(Take(subject, action, 1), camera, joints_cam_mm, {"sh_ft": seen})

    path = tmp_path_factory.mktemp("recorded") / "recorded.safetensors"
    h36m_store(recordings(), about={}).save(path)
    return path


@pytest.fixture(scope="session")
def write_video():
    """Write a small video; its frames are grey and get brighter, or show the images that are given.

    `times_s` are when the frames are shown, in whole milliseconds; otherwise the rate is constant.
    """
    av = pytest.importorskip("av")

    def write(
        path,
        *,
        images=None,
        frames=20,
        fps=25,
        size_px=(64, 48),
        codec="mpeg4",
        aspect=None,
        options=None,
        times_s=None,
        container_format=None,
    ):
        if images is None:
            images = (np.full((size_px[1], size_px[0], 3), 5 + 10 * i, dtype=np.uint8) for i in range(frames))
        with av.open(str(path), "w", container_format, options=options or {}) as container:
            stream = container.add_stream(codec, rate=fps)
            stream.pix_fmt = "yuv420p"
            # Frames that do not wait for later ones, so that a cut file holds all frames up to the cut.
            stream.codec_context.max_b_frames = 0
            if aspect is not None:
                stream.codec_context.sample_aspect_ratio = aspect
            for number, image in enumerate(images):
                if number == 0:
                    stream.height, stream.width = image.shape[:2]
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                if times_s is not None:
                    frame.time_base = stream.codec_context.time_base = Fraction(1, 1000)
                    frame.pts = round(1000 * times_s[number])
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write


class FakeDetector:
    """Finds in frame i the people that `found(i)` lists, and notes what it was shown and whether it was closed."""

    def __init__(self, found):
        # Imported here, so that the hook above sees the modules first.
        from poselift.skeleton import H36M_17

        self.skeleton, self.most_at_once, self.most_people = H36M_17, 1, sys.maxsize
        self.found = found
        self.shown = []
        self.closed = False

    def detect(self, frames):
        for picture, time_s in frames:
            self.shown.append((round((float(picture.rgb().mean()) - 5) / 10), time_s))
            yield self.found(len(self.shown) - 1)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.closed = True


@pytest.fixture(scope="session")
def fake_detector():
    return FakeDetector


@pytest.fixture(scope="session")
def someone():
    """Make a detection of somebody 40 px high who stands about a centre."""
    from poselift.detect.base import Detection
    from poselift.skeleton import H36M_17

    pose_px = (standing_mm(H36M_17)[:, [0, 2]] - [0, 900]).astype(np.float32) * np.float32([0.025, -0.025])

    def make(x=32.0, y=24.0, size=1.0):
        centre_px = np.array([x, y], dtype=np.float32)
        return Detection(size * pose_px + centre_px, np.linspace(0.5, 1, 17, dtype=np.float32))

    return make


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Path of a small exported network, of which no weight is 0."""
    import torch

    from poselift.deploy.onnx import export_onnx
    from poselift.models import create_model

    torch.manual_seed(0)
    model = create_model("lcn", channels=4, layers=1, add_input=False, normalisation="person_centred")
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    with torch.no_grad():
        export_onnx(model, {"licence": "MIT"}, path)
    return path


@pytest.fixture(scope="session")
def settled():
    """Turns a fresh network into one that might have been trained: no statistic or weight is at its start."""
    import torch

    @torch.no_grad()
    def settle(model, seed=0):
        draw = torch.Generator().manual_seed(seed)
        for name, tensor in model.state_dict().items():
            noise = torch.rand(tensor.shape, generator=draw)
            if name.endswith(("weight", "bias")):
                tensor.copy_((noise - 0.5) * 2)
            else:
                tensor.copy_(noise + 0.3)
        return model.eval()

    return settle


class MadeUpNetwork:
    """In place of `runtime.network.Network`: every number of the window matters to every number that comes out."""

    device = "cpu"
    path = Path("made_up.onnx")

    def __init__(self, normalisation, window, channels=3):
        from poselift.data.model_header import ModelHeader
        from poselift.skeleton import H36M_17

        config = {"normalisation": normalisation, "in_channels": channels}
        self.metadata = {"poselift": ModelHeader("made_up", config, H36M_17, window).to_json()}
        self.shape = (*window.output_frames, 17, 3)
        seen = [*([] if window.frames == 1 else [window.frames]), 17, channels]
        self.sides = [("joints_norm", seen), ("joints_out", list(self.shape))]
        draw = np.random.default_rng(5)
        self.weight = draw.normal(0, 0.1, (int(np.prod(seen)), int(np.prod(self.shape))))

    def run(self, inputs):
        assert [*inputs.shape[1:]] == self.sides[0][1]
        output = np.tanh(inputs.reshape(len(inputs), -1).astype(np.float64) @ self.weight)
        return output.reshape(len(inputs), *self.shape).astype(np.float32)


@pytest.fixture(scope="session")
def made_up_network():
    """The network of `made_up_lifter`, without its lifter."""
    return MadeUpNetwork


@pytest.fixture
def made_up_lifter(monkeypatch):
    """A lifter of a network of that normalisation, window and input channels."""
    from poselift.lifting import lifter

    def made(normalisation, window, channels=3, **options):
        monkeypatch.setattr(lifter, "network_of", lambda *args: MadeUpNetwork(normalisation, window, channels))
        return lifter.Lifter("made_up.onnx", **options)

    return made
