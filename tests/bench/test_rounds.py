"""Alternating rounds: turns, ratios and spread, with ways whose time is known."""

from __future__ import annotations

import pytest

from poselift.bench import rounds
from poselift.bench.rounds import Contest, Settings, measured


class Clock:
    """Time that passes only when a way says so."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    def way(self, *seconds):
        """A way that takes these times, one after the other, and the last one from then on."""
        left = list(seconds)

        def call():
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return call


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(rounds, "time", clock)
    return clock


def test_rates_ratios_and_shares_follow_from_the_times(clock):
    ways = {"slow": clock.way(2.0), "fast": clock.way(0.5)}
    limits = {"one product": clock.way(0.25), "another": clock.way(1.0)}
    contest = Contest("work", "poses", 10, ways, limits, limit_items=10)
    slow, fast = measured(contest, Settings(rounds=3, seconds=1.0))
    assert slow.per_second == (5.0, 5.0, 5.0)
    assert (slow.ratio, fast.ratio) == (1.0, 4.0)
    assert (slow.of_limit, fast.of_limit) == (0.125, 0.5)
    assert fast.percentile_ms(50) == 500
    assert len(fast.latency_ms) == 6  # two calls make a turn of a second


def test_ways_take_turns(clock):
    order = []

    def noted(name):
        def call():
            order.append(name)
            clock.now += 1

        return call

    measured(Contest("work", "poses", 1, {"a": noted("a"), "b": noted("b")}), Settings(rounds=2, seconds=0.5))
    assert order == ["a", "b", "a", "b", "a", "b"]


def test_the_first_call_does_not_count_and_a_slow_round_moves_no_median(clock):
    ways = {"a": clock.way(100.0, 1.0), "b": clock.way(100.0, 0.5, 50.0, 0.5)}
    a, b = measured(Contest("work", "poses", 1, ways), Settings(rounds=3, seconds=0.1))
    assert a.per_second == (1.0, 1.0, 1.0)
    assert b.ratio == 2.0
    assert min(b.per_second) == pytest.approx(0.02)
    assert b.percentile_ms(99) == 50_000


def test_a_contest_is_closed_even_when_a_way_fails(clock):
    closed = []

    def fails():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        measured(Contest("work", "poses", 1, {"a": fails}, close=lambda: closed.append(True)), Settings())
    assert closed == [True]
