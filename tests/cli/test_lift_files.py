"""What `poselift lift` says of a scene."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.cli import lift_files as command
from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.skeleton import H36M_17


@pytest.mark.parametrize(
    ("people", "frames", "said"),
    [
        (1, 8, "8 frames, 8 with a person (0 of them filled), 4.0 frames/s"),
        (1, 1, "1 frame, 1 with a person (0 of them filled), 0.5 frames/s"),
        (2, 8, "8 frames, 2 people, 8 with somebody (0 of them filled), 4.0 frames/s"),
    ],
)
def test_who_was_seen_is_told_in_a_line(people, frames, said, tmp_path, capsys):
    clip = Clip(H36M_17, 25, np.zeros((frames, 17, 2)))
    scene = Scene.of(clip).replaced(tracks=tuple(Track(n + 1, 0, clip) for n in range(people)))
    command._tell(scene, 2.0, tmp_path)
    assert capsys.readouterr().out.splitlines()[0] == said


def test_frames_with_a_person_are_those_in_which_somebody_is():
    """Two people who overlap in frames 3 and 4, in one of which one is seen and the other filled."""
    footage = Footage.regular(8, 25)

    def person(track_id, first, valid, filled):
        times = footage.time_s[first : first + len(valid)]
        flags = {"valid": np.array(valid, dtype=bool), "filled": np.array(filled, dtype=bool)}
        return Track(track_id, first, Clip(H36M_17, 25, np.zeros((len(valid), 17, 2)), **flags, time_s=times))

    one, other = person(1, 1, [1, 1, 1, 1], [0, 1, 1, 0]), person(2, 3, [1, 0, 1], [0, 0, 1])
    assert command._seen(Scene(footage, (one, other))) == (5, 2)
    assert command._seen(Scene(footage)) == (0, 0)
