"""What every normalisation of the table promises."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import RecipeError, ShapeError
from poselift.geometry import Camera
from poselift.geometry.intrinsics import Intrinsics
from poselift.normalisation import NORMALISATIONS, normaliser
from poselift.normalisation.base import Normaliser, Seen
from poselift.skeleton import H36M_17

CAMERA = Camera(np.array([1100.0, 1150.0]), np.array([500.0, 510.0]), size_px=(1000, 1002))
CAMERAS = Intrinsics.of([CAMERA, Camera(np.array([800.0, 800.0]), np.array([400.0, 300.0]), size_px=(800, 600))])
TRUTH = np.random.default_rng(0).normal((0, 0, 4000), (400, 400, 300), (2, 5, 17, 3))
ROOT = H36M_17.root_position(TRUTH)[..., 0, :]

every = pytest.mark.parametrize("name", NORMALISATIONS)
lenses = pytest.mark.parametrize("lens", [CAMERA, CAMERAS], ids=["one camera", "a camera each"])


def seen_by(lens) -> Seen:
    confidence = np.random.default_rng(1).uniform(0.2, 1, (2, 5, 17))
    confidence[:, 2, 3] = 0
    return Seen(H36M_17, confidence, lens, in_pixels=lens.camera_to_image(TRUTH))


@every
def test_it_keeps_the_contract(name):
    assert isinstance(normaliser(name), Normaliser)
    assert normaliser(name).name == name


@every
@lenses
@pytest.mark.parametrize("channels", [2, 3])
def test_inputs_are_of_the_shape_of_what_is_seen(name, lens, channels):
    seen = seen_by(lens)
    inputs = normaliser(name).normalised(seen, channels).inputs
    assert inputs.shape == (2, 5, 17, channels)
    assert np.isfinite(inputs).all()
    if channels == 3:
        np.testing.assert_array_equal(inputs[..., 2], seen.confidence)


@every
@lenses
@pytest.mark.parametrize("frames", [2, slice(None)], ids=["one frame", "all frames"])
def test_targets_lead_back_to_the_truth(name, lens, frames):
    view = normaliser(name).normalised(seen_by(lens), 2).view
    truth, root = TRUTH[:, frames], ROOT[:, frames]
    targets = view.targets(truth)
    np.testing.assert_allclose(view.to_mm(targets, root), truth, atol=1e-6)
    np.testing.assert_allclose(view.rows(slice(1, 2)).to_mm(targets[1:], root[1:]), truth[1:], atol=1e-6)


@every
def test_without_the_root_it_leads_back_or_says_that_it_cannot(name):
    way = normaliser(name)
    view = way.normalised(seen_by(CAMERA), 2).view
    if way.needs_root:
        with pytest.raises(ShapeError, match="expected the true root"):
            view.to_mm(view.targets(TRUTH))
        return
    back = view.to_mm(view.targets(TRUTH))
    np.testing.assert_allclose(back - H36M_17.root_position(back), TRUTH - ROOT[:, :, None], atol=1e-6)


@every
def test_mirrored_in_is_mirrored_out(name):
    seen = seen_by(CAMERA)
    mirrored = Seen(H36M_17, seen.confidence[..., H36M_17.flip_permutation], CAMERA,
                    in_pixels=CAMERA.camera_to_image(H36M_17.mirrored(TRUTH)))  # fmt: skip
    (inputs, view), (other, way_back) = (normaliser(name).normalised(which, 2) for which in (seen, mirrored))
    np.testing.assert_allclose(other, H36M_17.mirrored(inputs), atol=1e-9)
    targets = view.targets(TRUTH)
    np.testing.assert_allclose(way_back.targets(H36M_17.mirrored(TRUTH)), H36M_17.mirrored(targets), atol=1e-9)


@every
def test_what_a_missing_joint_reports_does_not_matter_to_those_that_see_the_plane(name):
    seen, way = seen_by(CAMERA), normaliser(name)
    if way.sees == "pixels":
        pytest.skip("the original takes every joint as it is reported")
    moved = np.where(seen.confidence[..., None] > 0, seen.joints_px, np.nan)
    found = way.normalised(Seen(H36M_17, seen.confidence, CAMERA, in_pixels=moved), 2)
    plain = way.normalised(seen, 2)
    np.testing.assert_array_equal(found.inputs, plain.inputs)
    np.testing.assert_array_equal(found.view.targets(TRUTH), plain.view.targets(TRUTH))
    assert (found.inputs[:, 2, 3] == 0).all()


@every
@pytest.mark.parametrize("channels", [2, 3])
def test_it_describes_itself(name, channels):
    description = normaliser(name).description(channels)
    assert description.keys() == {"input", "output", "confidence"}
    assert all(description.values())


def test_pixels_and_the_plane_tell_the_same():
    seen = seen_by(CAMERAS)
    on_plane = Seen(H36M_17, seen.confidence, CAMERAS, on_plane=CAMERAS.image_to_plane(seen.joints_px))
    np.testing.assert_allclose(on_plane.joints_px, seen.joints_px)
    shown = seen.confidence > 0
    np.testing.assert_allclose(seen.joints_plane[shown], on_plane.joints_plane[shown])
    with pytest.raises(ShapeError, match="got neither"):
        Seen(H36M_17, seen.confidence, CAMERAS)


def test_an_unknown_one_is_named():
    with pytest.raises(RecipeError, match="unknown normalisation 'image_fram'") as caught:
        normaliser("image_fram")
    assert "image_frame" in caught.value.hint
