"""Heights and bones that somebody measured set the scale, about the camera."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.skeleton import BODY_21
from poselift.world.options import Sizes
from poselift.world.size import bone_mm, height_mm, scaled, size_factor


@pytest.fixture
def person(stepping, camera, lifted):
    return lifted(stepping, camera())


@pytest.fixture
def up(camera):
    return camera().rotation[:, 2]


def test_a_person_who_stands_is_measured_as_they_stand(person, up):
    assert height_mm(person, up) == pytest.approx(1680, rel=0.01)


def test_a_person_who_never_stands_is_measured_by_their_bones(standing, camera, lifted, up):
    seated = standing.copy()
    moved = [j for j, name in enumerate(BODY_21.joints) if name.endswith(("knee", "ankle", "toe", "heel"))]
    seated[moved] += [0, 430, 420]
    clip = lifted(np.repeat(seated[None], 30, axis=0), camera())
    assert height_mm(clip, up) == pytest.approx(1680, rel=0.03)


def test_what_is_scaled_looks_the_same_to_the_camera(person, up):
    factor = size_factor(Sizes(height_m={None: 1.9}), 1, person, up)
    large = scaled(person, factor)
    assert height_mm(large, up) == pytest.approx(1900)
    np.testing.assert_allclose(large.camera.camera_to_image(large.joints_cam_mm), person.joints_px, atol=1e-2)


def test_a_bone_sets_the_size_too_and_each_person_has_their_own(person, up):
    sizes = Sizes(height_m={None: 1.8}, bone_mm={(2, "thigh"): 500.0})
    assert bone_mm(scaled(person, size_factor(sizes, 2, person, up)), "thigh") == pytest.approx(500)
    assert height_mm(scaled(person, size_factor(sizes, 1, person, up)), up) == pytest.approx(1800)
    assert size_factor(Sizes(), 1, person, up) == 1
    assert size_factor(Sizes(height_m={2: 1.8}), 1, person, up) == 1


def test_2d_has_no_size(person):
    with pytest.raises(ShapeError, match="no 3D joints"):
        scaled(person.replaced(joints_root_mm=None), 2)
