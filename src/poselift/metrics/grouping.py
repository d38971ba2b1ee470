"""Which frames belong together: those of an action, of a subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from poselift.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Grouping:
    """The group of each frame, as a number rather than a name: there are many frames and few names.

    Attributes:
        names: of the groups, all that are expected; a report says which of them have no frames.
        codes: (F,) integers, the place of each frame's group in `names`.
    """

    names: tuple[str, ...]
    codes: np.ndarray

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names) or "" in self.names:
            raise ShapeError(f"names of groups: expected different names, got {', '.join(map(repr, self.names))}")
        codes = np.asarray(self.codes)
        if codes.ndim != 1 or not (codes.size == 0 or np.issubdtype(codes.dtype, np.integer)):
            raise ShapeError(f"codes: expected integers of shape (frames,), got {codes.dtype} of shape {codes.shape}")
        if codes.size and not 0 <= codes.min() <= codes.max() < len(self.names):
            raise ShapeError(
                f"codes: expected 0 to {len(self.names) - 1}, the groups, got {codes.min()} to {codes.max()}"
            )
        object.__setattr__(self, "codes", codes.astype(np.intp, copy=False))

    @classmethod
    def of(cls, labels: Sequence[str] | np.ndarray, expected: Iterable[str] = ()) -> Grouping:
        """From one name per frame, or per clip, see `repeated`; expected groups first, others as they appear.

        Raises:
            ShapeError: a name is empty.
        """
        places = {name: place for place, name in enumerate(expected)}
        codes = np.fromiter((places.setdefault(str(x), len(places)) for x in labels), np.intp, len(labels))
        if "" in places:
            nameless = codes == places[""]
            raise ShapeError(
                f"groups: {int(nameless.sum())} of {len(labels)} frames have no group, the first is frame "
                f"{int(nameless.argmax())}",
                "name a group for every frame, or pass no groups",
            )
        return cls(tuple(places), codes)

    def repeated(self, lengths: Sequence[int] | np.ndarray) -> Grouping:
        """From one entry per clip to one per frame, given how many frames each clip has.

        Raises:
            ShapeError: there are not as many lengths as entries.
        """
        if len(lengths) != len(self.codes):
            raise ShapeError(f"lengths: expected one for each of {len(self.codes)} clips, got {len(lengths)}")
        return Grouping(self.names, np.repeat(self.codes, lengths))

    def __len__(self) -> int:
        return len(self.codes)
