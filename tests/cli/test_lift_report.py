"""What `poselift lift` says of a scene."""

from __future__ import annotations

import numpy as np

from poselift.cli import lift as command
from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.skeleton import H36M_17


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
