"""Ways to do the same work, measured in alternating rounds.

A busy machine slows whoever runs just then. So the ways take turns, a ratio is the median of the ratios of the
rounds, and every figure comes with its spread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Way = Callable[[], object]


@dataclass(frozen=True)
class Settings:
    """How long to measure, and how much data to make.

    Attributes:
        rounds: how often every way takes its turn.
        seconds: how long a turn is at least.
        threads: CPU threads of networks and their references; None leaves them their choice.
        small: little data and small networks, to see that everything runs.
    """

    rounds: int = 5
    seconds: float = 0.3
    small: bool = False
    threads: int | None = None


@dataclass(frozen=True)
class Contest:
    """Ways to do the same work.

    Attributes:
        title: what is done.
        unit: what is counted: "poses", "steps", "frames", "GFLOP".
        items: how many of them one call of a way does.
        ways: by name; each is called again and again. The first is the reference of the others.
        limits: nothing but the arithmetic, such as a product of matrices by one library or another; they take turns
            too, and the fastest of them is the limit.
        limit_items: how many items that arithmetic would do in one call of a limit.
        close: called at the end.
    """

    title: str
    unit: str
    items: float
    ways: Mapping[str, Way]
    limits: Mapping[str, Way] = field(default_factory=dict)
    limit_items: float = 0.0
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Result:
    """What one way reached.

    Attributes:
        contest, way, unit: whose result it is.
        per_second: items per second of every round.
        latency_ms: time of a call, every call of every round.
        ratio: to the reference: median over the rounds; 1 for the reference itself.
        of_limit: share of the limit, median over the rounds, where there is one.
    """

    contest: str
    way: str
    unit: str
    per_second: tuple[float, ...]
    latency_ms: tuple[float, ...] = field(repr=False)
    ratio: float
    of_limit: float | None

    @property
    def median(self) -> float:
        return statistics.median(self.per_second)

    def percentile_ms(self, percent: float) -> float:
        """The time within which so many of the calls ended."""
        ordered = sorted(self.latency_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    def as_dict(self) -> dict[str, Any]:
        return {
            "contest": self.contest,
            "way": self.way,
            "unit": f"{self.unit}/s",
            "rounds": len(self.per_second),
            "median": self.median,
            "least": min(self.per_second),
            "greatest": max(self.per_second),
            "p50_ms": self.percentile_ms(50),
            "p99_ms": self.percentile_ms(99),
            "ratio": self.ratio,
            "of_limit": self.of_limit,
        }


def measured(contest: Contest, settings: Settings) -> list[Result]:
    """Let every way take its turns, after one call each that does not count."""
    everything = {**contest.ways, **contest.limits}
    turns: dict[str, list[list[float]]] = {name: [] for name in everything}
    try:
        for way in everything.values():
            way()
        for _ in range(settings.rounds):
            for name, way in everything.items():
                turns[name].append(_turn(way, settings.seconds))
    finally:
        contest.close()
    rates = {name: [contest.items / statistics.mean(calls) for calls in turns[name]] for name in contest.ways}
    bounds = [[contest.limit_items / statistics.mean(calls) for calls in turns[name]] for name in contest.limits]
    limit = [max(values) for values in zip(*bounds, strict=True)]
    reference = next(iter(rates.values()))
    results = []
    for name, values in rates.items():
        calls = tuple(1000 * second for turn in turns[name] for second in turn)
        share = _ratio(values, limit) if limit else None
        results.append(
            Result(contest.title, name, contest.unit, tuple(values), calls, _ratio(values, reference), share)
        )
    return results


def _turn(way: Way, seconds: float) -> list[float]:
    """Seconds of each call, until `seconds` are over."""
    calls: list[float] = []
    while not calls or sum(calls) < seconds:
        start = time.perf_counter()
        way()
        calls.append(time.perf_counter() - start)
    return calls


def _ratio(values: Sequence[float], reference: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(values, reference, strict=True))
