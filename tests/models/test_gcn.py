"""Laws of the plain graph convolution."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.gcn import renormalised
from poselift.skeleton import H36M_17, SKELETONS, Skeleton, adjacency

CHAIN = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=bool)


def tiny(**config):
    torch.manual_seed(0)
    return create_model("gcn", **{"channels": 4, "layers": 2, **config}).double().eval()


def poses(count: int = 5) -> torch.Tensor:
    return torch.randn(count, 17, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def relabelled(skeleton: Skeleton, order: np.ndarray) -> dict:
    return {**skeleton.as_dict(), "name": "relabelled", "joints": [skeleton.joints[joint] for joint in order]}


def test_neighbours_weigh_by_the_degrees_of_both_with_themselves():
    expected = [[1 / 2, 6**-0.5, 0], [6**-0.5, 1 / 3, 6**-0.5], [0, 6**-0.5, 1 / 2]]
    np.testing.assert_allclose(renormalised(CHAIN), expected, rtol=1e-6)


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_no_eigenvalue_is_larger_than_one(skeleton):
    """What the renormalisation is for: layers on layers neither blow up nor change sign from step to step."""
    values = np.linalg.eigvalsh(renormalised(adjacency(SKELETONS[skeleton])).astype(np.float64))
    assert values[-1] == pytest.approx(1, abs=1e-6)
    assert values[0] > -1


@torch.no_grad()
def test_a_layer_is_the_published_formula():
    layer, x = tiny().blocks[0].first.convolution, torch.randn(3, 17, 4, dtype=torch.float64)
    affinity = torch.from_numpy(renormalised(adjacency(H36M_17, extra_edges=False))).double()
    torch.testing.assert_close(layer(x), affinity @ x @ layer.weight[0] + layer.bias)


def test_parameters_are_one_matrix_a_layer():
    model = create_model("gcn", skeleton="h36m16")
    hidden = 128 * 128 + 128 + 2 * 128
    expected = (2 * 128 + 128 + 2 * 128) + 8 * hidden + (128 * 3 + 3)
    assert sum(parameter.numel() for parameter in model.parameters()) == expected == 135_171


@torch.no_grad()
def test_relabelling_joints_relabels_the_pose(settled):
    order = np.random.default_rng(0).permutation(17)
    plain, other = settled(tiny()), tiny(skeleton=relabelled(H36M_17, order))
    other.load_state_dict(plain.state_dict())
    torch.testing.assert_close(other(poses()[:, order]), plain(poses())[:, order])


@torch.no_grad()
def test_left_and_right_are_told_apart_by_the_input_alone(settled):
    model, flip = settled(tiny()), H36M_17.flip_permutation.copy()
    torch.testing.assert_close(model(poses()[:, flip]), model(poses())[:, flip])


def test_an_unknown_graph_is_refused():
    with pytest.raises(RecipeError, match=r"model\.graph: expected 'bones' or 'lcn', got 'random'"):
        create_model("gcn", graph="random")
