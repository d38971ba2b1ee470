"""What a joint's confidence and its frame say about how it came about."""

from __future__ import annotations

import numpy as np

from poselift.data.joint_status import FILLED, GUESSED, SEEN, statuses_of


def test_missing_joints_are_guessed_and_the_others_seen_or_filled_like_their_frame():
    confidence, filled = np.array([[1.0, 0.0], [0.2, 0.0]]), np.array([False, True])
    np.testing.assert_array_equal(statuses_of(confidence, filled), [[SEEN, GUESSED], [FILLED, GUESSED]])
