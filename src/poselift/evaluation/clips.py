"""Which clips of a data set are evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from poselift.data.readers.recordings import FAULTY
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import RecipeError


def chosen_clips(store: DatasetStore, splits: Sequence[str], *, without_faulty: bool = False) -> tuple[ClipInfo, ...]:
    """The clips of some splits, without those that the data set calls faulty if so wished.

    Raises:
        DataFormatError: the store has no such split.
        RecipeError: the data set calls no clip faulty.
    """
    clips = store.clips_of(splits)
    if not without_faulty:
        return clips
    if not any(FAULTY in clip.tags for clip in store.clips):
        raise RecipeError(
            "no clip of this data set is called faulty, so leaving those out has no effect",
            "older files have no tags: prepare it again, or leave --without-faulty out",
        )
    return tuple(clip for clip in clips if FAULTY not in clip.tags)
