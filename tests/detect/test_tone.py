"""High dynamic range as ordinary pictures."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.tone import HLG, PQ, tone_mapped

RAMP = np.arange(256, dtype=np.uint8).reshape(1, 256, 1).repeat(3, axis=2)


@pytest.mark.parametrize("curve", [PQ, HLG])
def test_what_is_brighter_stays_brighter_up_to_white(curve):
    values = tone_mapped(RAMP, curve)[0, :, 0].astype(int)
    assert (np.diff(values) >= 0).all()
    assert values[0] == 0
    assert values[-1] > 240


@pytest.mark.parametrize(("curve", "white", "grey"), [(PQ, 0.58, 0.38), (HLG, 0.75, 0.38)])
def test_the_white_of_paper_is_white_and_a_grey_card_is_grey(curve, white, grey):
    """Levels of ITU-R BT.2408: 203 and 26 cd/m2 are 58 and 38 percent in PQ, 75 and 38 in HLG; sRGB has 255 and 103
    or so of a card of 13 percent."""
    values = tone_mapped(RAMP, curve)[0, :, 0]
    assert values[round(255 * white)] > 220
    assert 85 < values[round(255 * grey)] < 125


def test_other_curves_are_left_alone():
    assert tone_mapped(RAMP, 1) is RAMP
