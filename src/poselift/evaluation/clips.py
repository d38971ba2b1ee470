"""Which clips of a data set are evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from poselift.data.readers.recordings import FAULTY
from poselift.data.selection import LEFT_OUT, selected
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError, RecipeError


def chosen_clips(
    store: DatasetStore,
    splits: Sequence[str],
    *,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    without_faulty: bool = False,
) -> tuple[ClipInfo, ...]:
    """The clips of some splits, without those that the data set calls faulty if so wished.

    Args:
        only, without: which count, see `data.selection.selected`.

    Raises:
        DataFormatError: the store has no such split, or no clip of it is left.
        RecipeError: `only` or `without` name what the data set does not have, or it calls no clip faulty.
    """
    clips = store.clips_of(splits)
    if only or without:
        counting = {clip.name for clip in selected(store, only, without).clips if clip.split != LEFT_OUT}
        clips = tuple(clip for clip in clips if clip.name in counting)
    if without_faulty:
        if not any(FAULTY in clip.tags for clip in store.clips):
            raise RecipeError(
                "no clip of this data set is called faulty, so leaving those out has no effect",
                "older files have no tags: prepare it again, or leave --without-faulty out",
            )
        clips = tuple(clip for clip in clips if FAULTY not in clip.tags)
    if not clips:
        raise DataFormatError(f"no clip of split {' and '.join(splits)} is left", "ask for less at once")
    return clips
