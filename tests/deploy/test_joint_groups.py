"""Laws of the groups in which joints are computed."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.deploy.joint_groups import feeding_groups, joint_groups
from poselift.models import create_model


def seed_mask(hops: int) -> np.ndarray:
    return create_model("lcn", hops=hops, channels=1, layers=0).neighbours.numpy() != 0


def products(groups, feeds) -> int:
    return sum(len(group) * sum(map(len, feeding_groups(group, groups, feeds))) for group in groups)


@pytest.mark.parametrize("channels", [1, 16, 64, 1024])
@pytest.mark.parametrize("hops", [0, 1, 3, 6])
def test_every_joint_is_in_one_group_and_every_joint_that_feeds_it_in_its_input(hops, channels):
    feeds = seed_mask(hops)
    groups = joint_groups(feeds, channels)
    assert sorted(joint for group in groups for joint in group) == list(range(17))
    for group in groups:
        inputs = {joint for other in feeding_groups(group, groups, feeds) for joint in other}
        assert set(np.flatnonzero(feeds[:, list(group)].any(axis=1))) <= inputs


def test_where_everything_feeds_everything_or_products_are_tiny_one_product_is_best():
    assert joint_groups(np.ones((17, 17), bool), 64) == (tuple(range(17)),)
    assert len(joint_groups(seed_mask(3), 2)) == 1


def test_the_wider_the_layer_the_fewer_zeros_are_multiplied():
    feeds = seed_mask(3)
    found = [products(joint_groups(feeds, channels), feeds) for channels in (2, 64, 256, 4096)]
    assert found == sorted(found, reverse=True)
    assert found[0] == 289 > found[1]
    assert found[-1] == feeds.sum()
