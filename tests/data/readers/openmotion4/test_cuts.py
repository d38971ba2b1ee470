"""Frames that are cut."""

from __future__ import annotations

from poselift.data.readers.openmotion4.cuts import CUTS, DOUBLES, Cut, known_frames
from poselift.data.readers.openmotion4.takes import take_of


def test_both_ends_of_a_cut_are_left_out_and_minus_one_is_the_end():
    cuts = [Cut("a", 1, 2, ""), Cut("a", 4, -1, ""), Cut("b", 0, 0, "")]
    assert known_frames(cuts, "a", 6).tolist() == [True, False, False, True, False, False]
    assert known_frames(cuts, "b", 2).tolist() == [False, True]
    assert known_frames(cuts, "c", 2).all()


def test_every_cut_is_of_a_take_that_is_kept_and_says_why():
    for cut in CUTS:
        assert take_of(*cut.take.split("/"))
        assert cut.take not in DOUBLES
        assert cut.why
        assert 0 <= cut.first <= cut.last or cut.last == -1
