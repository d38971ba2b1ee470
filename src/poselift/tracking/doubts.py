"""Where people could not be told apart, for whoever reads the result."""

from __future__ import annotations

# Doubts about the same people that are so few frames apart are one.
_ONE_DOUBT_FRAMES = 15
# More doubts than this are told as one.
_MOST_NOTES = 5


class Doubts:
    """Which people might be exchanged, and in which frames they could not be told apart."""

    def __init__(self) -> None:
        self._frames: dict[tuple[int, int], list[list[int]]] = {}

    def add(self, one: int | None, other: int | None, first: int, last: int) -> None:
        """Two people in these frames, which come in order; of what is nobody there is no doubt."""
        if one is None or other is None or one == other:
            return
        spans = self._frames.setdefault((min(one, other), max(one, other)), [])
        if spans and first - spans[-1][1] <= _ONE_DOUBT_FRAMES:
            spans[-1][0], spans[-1][1] = min(first, spans[-1][0]), max(last, spans[-1][1])
        else:
            spans.append([first, last])

    def notes(self) -> tuple[str, ...]:
        """What to tell, a sentence each."""
        doubts = sorted((first, last, *pair) for pair, spans in self._frames.items() for first, last in spans)
        if len(doubts) > _MOST_NOTES:
            people = sorted({person for pair in self._frames for person in pair})
            first, last = doubts[0][0], max(last for _, last, *_ in doubts)
            where = f"{len(doubts)} places between frames {first} and {last}"
            return (f"ids of people {_listed(people)} are uncertain in {where}",)
        return tuple(
            f"ids of people {one} and {other} are uncertain in frames {first} to {last}"
            for first, last, one, other in doubts
        )


def _listed(numbers: list[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}"
