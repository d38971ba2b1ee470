"""Laws of the lifter, on small models that are made here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from poselift.data.clip import Clip
from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError, GeometryError, ShapeError, SkeletonError
from poselift.geometry.camera import Camera
from poselift.lifting import lifter as module
from poselift.lifting.lifter import Lifter
from poselift.models import create_model
from poselift.normalisation.person_centred import person_centred
from poselift.runtime import precision
from poselift.skeleton import BLAZEPOSE_33, BODY_21, COCO_17, H36M_17

SIZE_PX = (640, 480)
CAMERA = Camera.guessed(SIZE_PX)
LENS = Camera(CAMERA.focal_px, CAMERA.center_px, radial=np.array([-0.3, 0, 0]), size_px=SIZE_PX)


@torch.no_grad()
def write_model(path, **config):
    """A network of which no weight is 0, as an exported file."""
    torch.manual_seed(0)
    settings = {"channels": 4, "layers": 1, "add_input": False, "normalisation": "person_centred", **config}
    model = create_model("lcn", **settings)
    export_onnx(model, {"licence": "MIT"}, path)
    return path


@torch.no_grad()
def write_constant_model(path, joints_out: np.ndarray):
    """A network that always says `joints_out` (J, 3)."""
    model = create_model("lcn", channels=1, layers=0, add_input=False, normalisation="person_centred")
    model.output.weight.zero_()
    model.output.bias.copy_(torch.from_numpy(joints_out).flatten())
    export_onnx(model, {}, path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "tiny.onnx")


@pytest.fixture(scope="module")
def lifter(model):
    return Lifter(model)


def people(frames: int = 6, joints: int = 17, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    centre = rng.uniform((200, 150), (440, 330), (frames, 1, 2))
    return centre + rng.normal(0, 50, (frames, joints, 2)), rng.uniform(0.3, 1, (frames, joints))


def clip_of(joints_px, confidence, skeleton=H36M_17, **changes) -> Clip:
    return Clip(skeleton, 25.0, joints_px=joints_px, confidence=confidence, **{"size_px": SIZE_PX, **changes})


@pytest.mark.parametrize("camera", [CAMERA, LENS], ids=["pinhole", "lens"])
def test_a_network_that_knows_the_pose_puts_the_person_where_he_is(tmp_path, camera):
    joints_cam_mm = np.random.default_rng(0).normal((600, -300, 4000), 300, (1, 17, 3))
    root = H36M_17.root_position(joints_cam_mm)
    joints_px, seen = camera.camera_to_image(joints_cam_mm), np.ones((1, 17))
    rotation = person_centred(camera.image_to_plane(joints_px), seen).rotation
    truth = (joints_cam_mm - root) @ np.swapaxes(rotation, -1, -2) / 1000
    lifter = Lifter(write_constant_model(tmp_path / "m.onnx", truth[0]), flip=False)
    joints_root_mm, root_cam_mm, _ = lifter.lift_arrays(joints_px, None, camera)
    np.testing.assert_allclose(joints_root_mm, joints_cam_mm - root, rtol=0, atol=1e-2)
    np.testing.assert_allclose(root_cam_mm, root[:, 0], rtol=0, atol=0.1)


def test_the_root_is_exactly_zero(lifter):
    joints_root_mm, _, _ = lifter.lift_arrays(*people(), CAMERA)
    assert (joints_root_mm[:, H36M_17.index("pelvis")] == 0).all()


def test_frames_do_not_know_of_each_other(lifter, monkeypatch):
    joints_px, confidence = people(7)
    whole = lifter.lift_arrays(joints_px, confidence, CAMERA)
    single = [lifter.lift_arrays(joints_px[[i]], confidence[[i]], CAMERA) for i in range(7)]
    monkeypatch.setattr(module, "_BATCH", 3)
    for parts in (zip(*single, strict=True), ([a] for a in lifter.lift_arrays(joints_px, confidence, CAMERA))):
        for one, other in zip(whole, parts, strict=True):
            np.testing.assert_allclose(one, np.concatenate(list(other)), rtol=1e-4, atol=1e-2)


def mirrored_image(joints_px: np.ndarray) -> np.ndarray:
    """What a mirror held up to the camera shows, with the labels of the mirrored person."""
    flipped = joints_px[:, H36M_17.flip_permutation].copy()
    flipped[..., 0] = SIZE_PX[0] - flipped[..., 0]
    return flipped


def test_with_flip_the_mirror_image_lifts_to_the_mirror_image_and_without_it_does_not(model):
    joints_px, confidence = people()
    for flip in (True, False):
        lifter = Lifter(model, flip=flip)
        plain, plain_root, _ = lifter.lift_arrays(joints_px, confidence, CAMERA)
        sides = confidence[:, H36M_17.flip_permutation]
        mirror, mirror_root, _ = lifter.lift_arrays(mirrored_image(joints_px), sides, CAMERA)
        back = mirror[:, H36M_17.flip_permutation] * (-1, 1, 1)
        if flip:
            np.testing.assert_allclose(back, plain, rtol=0, atol=0.05)
            np.testing.assert_allclose(mirror_root * (-1, 1, 1), plain_root, rtol=1e-3, atol=1)
        else:
            assert np.abs(back - plain).max() > 10


def test_what_a_missing_joint_says_does_not_matter(lifter):
    joints_px, confidence = people()
    confidence[:, 3] = 0
    results = []
    for pixel in (0, 1e9, np.nan, np.inf):
        joints_px[:, 3] = pixel
        results.append(lifter.lift_arrays(joints_px, confidence, LENS))
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, two)
    assert np.isfinite(results[0][0]).all()


def test_without_confidences_every_finite_joint_is_visible(lifter):
    joints_px, _ = people()
    joints_px[0, 5] = np.nan
    confidence = np.ones(joints_px.shape[:2])
    confidence[0, 5] = 0
    for one, two in zip(
        lifter.lift_arrays(joints_px, None, CAMERA), lifter.lift_arrays(joints_px, confidence, CAMERA), strict=True
    ):
        np.testing.assert_array_equal(one, two)


def test_the_confidence_is_an_input_of_models_with_three_channels(tmp_path, lifter):
    joints_px, confidence = people()
    three = Lifter(write_model(tmp_path / "m.onnx", in_channels=3))
    for one, matters in ((lifter, False), (three, True)):
        sure = one.lift_arrays(joints_px, confidence, CAMERA)[0]
        unsure = one.lift_arrays(joints_px, confidence / 2, CAMERA)[0]
        assert np.array_equal(sure, unsure) != matters


def test_frames_with_too_little_to_see_are_nan_and_disturb_no_other(lifter):
    joints_px, confidence = people(6)
    whole = lifter.lift_arrays(joints_px, confidence, CAMERA)
    confidence[1] = 0
    confidence[2, 2:] = 0
    joints_px[3] = joints_px[3, 0]
    confidence[4, 3:] = 0
    joints, root, _ = lifter.lift_arrays(joints_px, confidence, CAMERA)
    lifted = np.array([True, False, False, False, True, True])
    assert np.isfinite(joints[lifted]).all()
    assert np.isnan(joints[~lifted]).all()
    assert np.isnan(root[~lifted]).all()
    for one, two in zip(whole[:2], (joints, root), strict=True):
        np.testing.assert_allclose(one[[0, 5]], two[[0, 5]], rtol=1e-4, atol=1e-2)


def test_integers_and_halves_are_numbers_too(lifter):
    joints_px, confidence = people()
    whole = lifter.lift_arrays(joints_px.round(), np.ones_like(confidence), CAMERA)
    for kind in (np.int32, np.float32):
        other = lifter.lift_arrays(joints_px.round().astype(kind), np.ones_like(confidence, dtype=kind), CAMERA)
        np.testing.assert_allclose(other[0], whole[0], rtol=1e-3, atol=0.5)


def changed(array: np.ndarray, value) -> np.ndarray:
    array = array.copy()
    array[2, 4] = value
    return array


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p, c: (changed(p, np.nan), c), "joints_px: frame 2, left_hip: expected finite pixels .* got .nan"),
        (lambda p, c: (changed(p, np.inf), c), "joints_px: frame 2, left_hip"),
        (lambda p, c: (p, changed(c, -0.1)), "confidence: frame 2, left_hip: expected 0 to 1, got -0.1"),
        (lambda p, c: (p, changed(c, 1.5)), "confidence: frame 2, left_hip: expected 0 to 1, got 1.5"),
        (lambda p, c: (p, changed(c, np.nan)), "confidence: frame 2, left_hip: expected 0 to 1, got nan"),
        (lambda p, c: (p[:, :16], c[:, :16]), r"expected \(frames, 17, 2\) of skeleton h36m17, got \(6, 16, 2\)"),
        (lambda p, c: (p[..., :1], c), "joints_px"),
        (lambda p, c: (p[0], c[0]), r"joints_px: expected \(frames, 17, 2\) .* got \(17, 2\)"),
        (lambda p, c: (p, c[:3]), r"confidence: expected \(6, 17\), got \(3, 17\)"),
        (lambda p, c: (p.astype(str), c), "joints_px: expected numbers"),
        (lambda p, c: (p, c.astype(object)), "confidence: expected numbers"),
    ],
)
@pytest.mark.usefixtures("unchecked_shapes")
def test_impossible_input_is_named(lifter, spoil, message):
    with pytest.raises(ShapeError, match=message):
        lifter.lift_arrays(*spoil(*people()), CAMERA)


def test_an_image_without_size_and_a_lens_that_draws_nothing_are_named(lifter):
    joints_px, confidence = people()
    flat = Camera(CAMERA.focal_px, CAMERA.center_px, size_px=(640, 0))
    with pytest.raises(ShapeError, match="size_px"):
        lifter.lift_arrays(joints_px, confidence, flat)
    with pytest.raises(GeometryError):
        lifter.lift_arrays(changed(joints_px, 1000), confidence, LENS)


def test_an_image_frame_model_is_for_protocols_only(tmp_path):
    lifter = Lifter(write_model(tmp_path / "m.onnx", normalisation="image_frame"))
    with pytest.raises(ShapeError, match="image_frame") as error:
        lifter.lift_arrays(*people(), CAMERA)
    assert "protocol" in error.value.hint


def test_a_clip_keeps_what_it_had_and_gains_three_dimensions(lifter):
    joints_px, confidence = people(8)
    valid, filled = np.arange(8) != 3, np.arange(8) == 5
    joints_px[3], confidence[3] = np.nan, 0
    confidence[6, 1:] = 0
    lifted = lifter.lift(clip_of(joints_px, confidence, valid=valid, filled=filled, source="here"))
    np.testing.assert_array_equal(lifted.valid, [True, True, True, False, True, True, False, True])
    np.testing.assert_array_equal(lifted.filled, filled)
    assert (lifted.fps, lifted.size_px, lifted.source) == (25.0, SIZE_PX, "here")
    np.testing.assert_array_equal(lifted.joints_px[lifted.valid], joints_px[lifted.valid])
    np.testing.assert_array_equal(lifted.confidence[lifted.valid], confidence[lifted.valid])
    expected = lifter.lift_arrays(joints_px[lifted.valid], confidence[lifted.valid], CAMERA)
    np.testing.assert_allclose(lifted.joints_root_mm[lifted.valid], expected[0], rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(lifted.root_cam_mm[lifted.valid], expected[1], rtol=1e-4, atol=1e-1)
    for array in (lifted.joints_root_mm, lifted.root_cam_mm, lifted.joints_px):
        assert np.isnan(array[~lifted.valid]).all()
    assert (lifted.confidence[~lifted.valid] == 0).all()


def test_the_clips_own_camera_counts_and_else_one_is_guessed(lifter):
    clip, tele = clip_of(*people()), Camera(3 * CAMERA.focal_px, CAMERA.center_px)
    guessed, known = lifter.lift(clip), lifter.lift(clip.replaced(camera=tele))
    assert known.camera is tele
    np.testing.assert_array_equal(guessed.camera.focal_px, CAMERA.focal_px)
    assert np.abs(guessed.joints_root_mm - known.joints_root_mm).max() > 10
    np.testing.assert_array_equal(lifter.lift(clip.replaced(camera=CAMERA)).joints_root_mm, guessed.joints_root_mm)


def test_any_skeleton_that_converts_is_lifted_in_the_models(lifter):
    clip = clip_of(*people(), COCO_17)
    lifted = lifter.lift(clip)
    assert lifted.skeleton == lifter.skeleton == H36M_17
    np.testing.assert_array_equal(lifted.joints_root_mm, lifter.lift(clip.converted(H36M_17)).joints_root_mm)


def test_a_model_with_feet_takes_detections_with_and_without_them(tmp_path):
    lifter = Lifter(write_model(tmp_path / "m.onnx", skeleton="body21", in_channels=3))
    feet = [*range(17, 21)]
    for skeleton, there in ((COCO_17, False), (BLAZEPOSE_33, True)):
        lifted = lifter.lift(clip_of(*people(joints=len(skeleton)), skeleton))
        assert lifted.skeleton == BODY_21
        assert lifted.valid.all()
        assert np.isfinite(lifted.joints_root_mm).all()
        assert ((lifted.confidence[:, feet] > 0) == there).all()


def test_what_was_lifted_without_feet_is_lifted_with_them(tmp_path, lifter):
    with_feet = Lifter(write_model(tmp_path / "m.onnx", skeleton="body21"))
    clip = clip_of(*people())
    again = with_feet.lift(lifter.lift(clip))
    np.testing.assert_array_equal(again.joints_root_mm, with_feet.lift(clip).joints_root_mm)


def test_models_of_other_skeletons_have_their_own_roots(tmp_path):
    lifter = Lifter(write_model(tmp_path / "m.onnx", skeleton="coco17"))
    lifted = lifter.lift(clip_of(*people(), COCO_17))
    np.testing.assert_allclose(COCO_17.root_position(lifted.joints_root_mm), 0, atol=1e-3)
    with pytest.raises(SkeletonError, match="h36m17 to coco17"):
        lifter.lift(clip_of(*people()))


def test_an_empty_clip_lifts_to_an_empty_clip(lifter):
    for frames in (0, 3):
        joints_px, confidence = people(frames)
        lifted = lifter.lift(clip_of(joints_px, confidence, valid=np.zeros(frames, dtype=bool)))
        assert lifted.joints_root_mm.shape == (frames, 17, 3)
        assert np.isnan(lifted.joints_root_mm).all()


def test_clips_that_cannot_be_lifted_say_why(lifter):
    clip = clip_of(*people(), size_px=None)
    with pytest.raises(ShapeError, match="neither a camera nor an image size"):
        lifter.lift(clip)
    with pytest.raises(ShapeError, match="no 2D joints"):
        lifter.lift(Clip(H36M_17, 25.0, joints_root_mm=np.zeros((2, 17, 3))))


def test_the_file_speaks_for_the_model(lifter):
    assert lifter.about["licence"] == "MIT"
    assert lifter.about["config"]["channels"] == 4
    with pytest.raises(TypeError):
        lifter.about["licence"] = "mine"


def test_threads_reach_the_network(model):
    for threads in (1, 3):
        assert Lifter(model, threads=threads)._network.threads == threads
    assert Lifter(model)._network.threads >= 1
    with pytest.raises(ShapeError, match="threads"):
        Lifter(model, threads=0)


def test_one_lifter_serves_many_threads(lifter):
    jobs = [people(50, seed=seed) for seed in range(8)]
    expected = [lifter.lift_arrays(*job, CAMERA) for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda job: lifter.lift_arrays(*job, CAMERA), jobs * 3))
    for got, wanted in zip(results, expected * 3, strict=True):
        np.testing.assert_array_equal(got[0], wanted[0])
        np.testing.assert_array_equal(got[1], wanted[1])


def test_files_that_are_no_model_of_ours_are_refused(tmp_path, model, monkeypatch):
    import onnx

    with pytest.raises(CheckpointError, match="absent"):
        Lifter(tmp_path / "absent.onnx")
    for holder in (module, precision):
        monkeypatch.setattr(holder, "DEFAULT_MODEL", tmp_path / "default.onnx")
    with pytest.raises(CheckpointError, match=r"default\.onnx") as error:
        Lifter()
    assert "no default model" in error.value.hint
    for name, content in {"empty": b"", "garbage": b"garbage" * 99, "cut": model.read_bytes()[:2000]}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CheckpointError, match=name):
            Lifter(str(tmp_path / name))
    foreign = onnx.load(model)
    del foreign.metadata_props[:]
    onnx.save(foreign, tmp_path / "foreign.onnx")
    with pytest.raises(CheckpointError, match="not a poselift model"):
        Lifter(tmp_path / "foreign.onnx")
    other = onnx.load(model)
    other.metadata_props[0].value = other.metadata_props[0].value.replace('"in_channels": 2', '"in_channels": 3')
    onnx.save(other, tmp_path / "other.onnx")
    with pytest.raises(CheckpointError, match="expected a network"):
        Lifter(tmp_path / "other.onnx")


def test_lifting_needs_no_torch():
    import subprocess
    import sys

    code = "import sys, poselift.lifting.lifter; sys.exit('torch' in sys.modules or 'onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_model_says_how_far_off_it_expects_its_joints_to_be(tmp_path):
    torch.manual_seed(0)
    network = create_model(
        "lcn", channels=4, layers=1, add_input=False, normalisation="person_centred", uncertainty=True
    ).eval()
    file, scaled = tmp_path / "says.onnx", tmp_path / "scaled.onnx"
    export_onnx(network, {}, file)
    export_onnx(network, {"error_scale": 0.5}, scaled)
    clip = clip_of(*people())
    said, halved = Lifter(file, flip=False).lift(clip), Lifter(scaled, flip=False).lift(clip)
    np.testing.assert_allclose(halved.expected_error_mm, said.expected_error_mm / 2, rtol=1e-5)
    np.testing.assert_array_equal(halved.joints_root_mm, said.joints_root_mm)
    assert halved.error_90_mm is None
    ratios = np.linspace(1, 3, 17).round(3).tolist()
    export_onnx(network, {"error_scale": 0.5, "error_90": ratios}, scaled, overwrite=True)
    bounded = Lifter(scaled, flip=False).lift(clip)
    np.testing.assert_allclose(bounded.error_90_mm, halved.expected_error_mm * ratios, rtol=1e-5)
    seen = person_centred(CAMERA.image_to_plane(clip.joints_px), clip.confidence).joints_norm
    log_error = network(torch.from_numpy(seen).float())[..., 3].detach().numpy()
    np.testing.assert_allclose(said.expected_error_mm, 1000 * np.exp(log_error), rtol=1e-3)  # metres


def test_a_model_that_does_not_say_so_leaves_nothing(lifter):
    clip = clip_of(*people())
    assert lifter.lift(clip).expected_error_mm is None
    assert np.isnan(lifter.lift_arrays(*clip.keypoints, CAMERA).expected_error_mm).all()
