import numpy as np
import pytest
from jaxtyping import TypeCheckError

from poselift.arrays import checked_shape, float_type
from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.geometry import procrustes_aligned
from poselift.skeleton import H36M_17, hop_mask


@pytest.mark.parametrize(
    ("shape", "expected"), [((17, 3), (17, 3)), ((5, 17, 3), (17, 3)), ((5, 17, 3), (None, 3)), ((2, 5, 17), (17,))]
)
def test_a_fitting_array_passes_through(shape, expected):
    array = np.zeros(shape)
    assert checked_shape(array, expected, "joints") is array


@pytest.mark.parametrize(
    ("shape", "expected", "message"),
    [
        ((16, 3), (17, 3), r"joints: expected shape \(\.\.\., 17, 3\), got \(16, 3\)"),
        ((17, 2), (None, 3), r"joints: expected shape \(\.\.\., any, 3\), got \(17, 2\)"),
        ((3,), (None, 3), r"got \(3,\)"),
        ((), (3,), r"got \(\)"),
    ],
)
def test_another_array_is_refused_by_name_and_shape(shape, expected, message):
    with pytest.raises(ShapeError, match=message):
        checked_shape(np.zeros(shape), expected, "joints")


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["float32"], "float32"),
        (["float64"], "float64"),
        (["float16"], "float32"),
        (["bool"], "float32"),
        (["int64"], "float64"),
        (["float32", "float64"], "float64"),
        (["float32", "float32"], "float32"),
    ],
)
def test_results_are_as_precise_as_what_they_are_made_of(types, expected):
    assert float_type(*(np.zeros(1, kind) for kind in types)) == np.dtype(expected)


def test_the_tests_check_shapes_and_types_at_every_call():
    """The import hook of conftest.py is at work: these calls never reach our own checks."""
    joints = np.zeros((4, 17, 3))
    with pytest.raises(TypeCheckError):
        procrustes_aligned(joints, joints[:, :16])
    with pytest.raises(TypeCheckError):
        hop_mask(np.eye(3), 1)
    with pytest.raises(TypeCheckError):
        Clip(H36M_17, 25, joints_root_mm=joints, root_cam_mm=np.zeros((5, 3)))
