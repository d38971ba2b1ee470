"""A share of the clips: whole takes, nested, by a seed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from poselift.data.sources.share import drawn_share
from poselift.data.store import ClipInfo

RECORDED = [
    ClipInfo(f"{take} {camera}", "Anna", "walk", 0, 10 + take, 25.0, take=str(take), camera=camera)
    for take in range(50)
    for camera in "ab"
]
MOTION = [ClipInfo(f"clip {number}", "", "walk", 0, 10, 25.0) for number in range(100)]


@pytest.mark.parametrize("clips", [RECORDED, MOTION], ids=["recordings", "motion"])
def test_a_share_is_what_it_says_and_part_of_a_larger_one(clips):
    parts = [drawn_share(clips, share, 3) for share in (0.001, 0.1, 0.5, 1)]
    total = sum(clip.length for clip in clips)
    assert [sum(clip.length for clip in part) / total for part in parts[1:]] == pytest.approx([0.1, 0.5, 1], abs=0.03)
    assert parts[0]
    assert parts[-1] == tuple(clips)
    for smaller, larger in pairwise(parts):
        assert set(smaller) < set(larger)
        assert list(smaller) == [clip for clip in clips if clip in smaller]


def test_another_seed_draws_others_and_cameras_stay_together():
    first, second = (drawn_share(RECORDED, 0.1, seed) for seed in (0, 1))
    assert set(first) != set(second)
    takes = [clip.take for clip in first]
    assert {takes.count(take) for take in takes} == {2}
