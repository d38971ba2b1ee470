"""How far damage reaches, and what is told of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from poselift.detect.damage import Damage


def reached(kinds, damage=None):
    """Which of some frames are damaged: k is a key frame, x one that the decoder found damaged, . another."""
    damage = damage or Damage()
    frames = [SimpleNamespace(key_frame=kind == "k", is_corrupt=kind == "x") for kind in kinds]
    return "".join("x" if damage.reaches(frame, n / 10) else "." for n, frame in enumerate(frames)), damage


@pytest.mark.parametrize(("kinds", "expected"), [("k...k..", "......."), ("k.x..k.x", "..xxx..x"), ("kxkx", ".x.x")])
def test_damage_reaches_to_the_next_key_frame(kinds, expected):
    assert reached(kinds)[0] == expected


def test_where_it_is_is_told():
    _, damage = reached("k.x..k..")
    assert damage.notes(0.1) == ["3 frames are damaged, from 0.10 to 0.30 s: part of what they show is made up"]
    assert reached("k.xk")[1].notes(0.0) == ["1 frame is damaged, at 0.20 s: part of what it shows is made up"]
    assert reached("k...")[1].notes(0.0) == []


def test_several_places_are_told_one_by_one_if_they_are_few():
    (few,) = reached("k.x.k.xkkx")[1].notes(0.0)
    assert few.startswith("4 frames are damaged, from 0.20 to 0.30 s, at 0.60 s, at 0.90 s: ")
    (many,) = reached("kx" * 6)[1].notes(0.0)
    assert many.startswith("6 frames are damaged, in 6 places from 0.10 to 1.10 s: ")


def test_times_that_the_file_does_not_say_are_not_told():
    damage = Damage()
    for time_s in (float("nan"), 0.1):
        assert damage.reaches(SimpleNamespace(key_frame=False, is_corrupt=True), time_s)
    assert damage.notes(0.0) == ["2 frames are damaged: part of what they show is made up"]


def test_lost_packets_and_a_missing_beginning_are_damage_too():
    damage = Damage()
    damage.starts_without_key()
    assert reached("..k.", damage)[0] == "xx.."
    damage.lose("bad data")
    assert reached("..k.", damage)[0] == "xx.."
    begins, lost, frames = damage.notes(0.0)
    assert "begins in the middle" in begins
    assert lost == "1 packet is damaged and left out (bad data)"
    assert frames.startswith("4 frames are damaged")
