"""Facts about polynomials of a graph's Laplacian, and that the network computes with them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.models import create_model
from poselift.models.chebyshev_gcn import chebyshev_terms, rescaled_laplacian
from poselift.skeleton import H36M_17, SKELETONS, adjacency, hop_distance

BONES = adjacency(H36M_17, extra_edges=False)


def tiny(**config):
    torch.manual_seed(0)
    return create_model("chebyshev_gcn", **{"channels": 4, "layers": 2, **config}).double().eval()


def poses(count: int = 5, channels: int = 2) -> torch.Tensor:
    return torch.randn(count, 17, channels, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_eigenvalues_are_rescaled_to_minus_one_to_one(skeleton):
    values = np.linalg.eigvalsh(rescaled_laplacian(adjacency(SKELETONS[skeleton], extra_edges=False)))
    assert (values[0], values[-1]) == pytest.approx((-1, 1), abs=1e-12)


def test_joints_without_an_edge_are_no_trouble():
    alone = np.zeros((3, 3), dtype=bool)
    np.testing.assert_array_equal(rescaled_laplacian(alone), -np.eye(3))
    alone[0, 1] = alone[1, 0] = True
    assert np.isfinite(rescaled_laplacian(alone)).all()


@pytest.mark.parametrize("hops", [0, 1, 2, 5])
def test_the_recurrence_is_the_polynomial_of_the_eigenvalues(hops):
    """T_k(x) = cos(k arccos x) of each eigenvalue, in the basis of the eigenvectors."""
    rescaled = rescaled_laplacian(BONES)
    values, vectors = np.linalg.eigh(rescaled)
    terms = chebyshev_terms(rescaled, hops)
    assert terms.shape == (hops + 1, 17, 17)
    for degree, term in enumerate(terms):
        of_values = np.cos(degree * np.arccos(values.clip(-1, 1)))
        np.testing.assert_allclose(term, vectors * of_values @ vectors.T, atol=1e-6)


@pytest.mark.parametrize("hops", [0, 1, 3])
def test_a_convolution_reaches_as_many_edges_as_it_has_hops(hops):
    layer = tiny(hops=hops).input.convolution
    slopes = torch.autograd.functional.jacobian(layer, poses(1))[0, :, :, 0].abs().amax(dim=(1, 3)).numpy()
    distance = hop_distance(BONES)
    assert (slopes[distance > hops] == 0).all()
    # That far it does reach. Nearer, degrees may cancel out: in a tree every other one does in the last term.
    assert (slopes[distance == hops] > 1e-9).all()


@torch.no_grad()
def test_a_layer_is_a_filter_of_the_spectrum():
    """Defferrard et al., equation 3: to the spectrum of the graph, each frequency times its filter, and back."""
    layer, x = tiny().blocks[0].first.convolution, poses(3, 4)
    values, vectors = (torch.from_numpy(part) for part in np.linalg.eigh(rescaled_laplacian(BONES)))
    degrees = torch.arange(4, dtype=torch.float64)
    of_values = torch.cos(degrees * torch.arccos(values.clamp(-1, 1))[:, None])
    filters = torch.einsum("fn,nkc->fkc", of_values, layer.weight)
    spectrum = torch.einsum("jf,bjk->bfk", vectors, x)
    filtered = torch.einsum("bfk,fkc->bfc", spectrum, filters)
    expected = torch.einsum("jf,bfc->bjc", vectors, filtered) + layer.bias
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("hops", [0, 1, 3])
def test_parameters_are_one_matrix_for_each_degree(hops):
    model = create_model("chebyshev_gcn", hops=hops, skeleton="h36m16")
    terms = hops + 1
    expected = (terms * 2 * 128 + 3 * 128) + 8 * (terms * 128 * 128 + 3 * 128) + terms * 128 * 3 + 3
    assert sum(parameter.numel() for parameter in model.parameters()) == expected


@torch.no_grad()
def test_relabelling_joints_relabels_the_pose(settled):
    order = np.random.default_rng(0).permutation(17)
    joints = [H36M_17.joints[joint] for joint in order]
    plain = settled(tiny())
    other = tiny(skeleton={**H36M_17.as_dict(), "name": "relabelled", "joints": joints})
    other.load_state_dict(plain.state_dict())
    torch.testing.assert_close(other(poses()[:, order]), plain(poses())[:, order], rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_no_hops_are_a_network_of_single_joints(settled):
    model, changed = settled(tiny(hops=0)), poses()
    changed[:, 3] += 1
    moved = (model(changed) - model(poses())).abs().amax(dim=(0, 2))
    assert moved.nonzero().flatten().tolist() == [3]


@torch.no_grad()
def test_the_graph_of_the_lcn_has_other_edges(settled):
    bones, lcn = settled(tiny(graph="bones")), settled(tiny(graph="lcn"))
    assert not torch.allclose(bones(poses()), lcn(poses()))
