"""Pictures of graphs: every joint and edge is there, matrices as they are."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import OutputError
from poselift.skeleton import H36M_17, SKELETONS, adjacency
from poselift.viz.graphs import HeatMap, draw_graph, places, write_graph

ADJACENT = adjacency(H36M_17)
MASK = HeatMap("mask", ADJACENT.astype(float), H36M_17.joints, H36M_17.joints, "from", "to")
FRAMES = HeatMap("frames", np.ones((81, 17)), [f"${n}^$" for n in range(81)], H36M_17.joints, "frame", "to", "mm")


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=lambda skeleton: skeleton.name)
def test_joints_have_places_of_their_own_left_ones_on_the_right(skeleton):
    at = places(skeleton)
    distance = np.linalg.norm(at[:, None] - at, axis=-1) + 9 * np.eye(len(at))
    assert distance.min() > 0.05
    assert at[skeleton.indices(skeleton.left), 0].mean() > at[skeleton.indices(skeleton.right), 0].mean()


def test_every_edge_and_joint_is_drawn():
    axes, heat, *_ = draw_graph(H36M_17, ADJACENT, [MASK], "$name^$").axes
    assert len(axes.lines) == ADJACENT.sum() // 2
    assert [line.get_linestyle() for line in axes.lines].count("-") == len(H36M_17.bones)
    assert [text.get_text() for text in axes.texts] == list(H36M_17.joints)
    np.testing.assert_array_equal(heat.images[0].get_array(), MASK.values)
    assert [label.get_text() for label in heat.get_xticklabels()] == list(H36M_17.joints)


def test_the_same_figure_is_the_same_file(tmp_path):
    for name in ("a.svg", "b.svg"):
        write_graph(H36M_17, ADJACENT, [MASK, FRAMES, MASK], "$name^$", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    write_graph(H36M_17, ADJACENT, [], "t", tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OutputError, match="exists"):
        write_graph(H36M_17, ADJACENT, [], "t", tmp_path / "a.png")
    with pytest.raises(OutputError, match=r"ends in \.png or \.svg"):
        write_graph(H36M_17, ADJACENT, [], "t", tmp_path / "a.pdf")
