"""Which clips of a store count, by who does what, seen by which camera: `subject:05`, `camera:4`, `tag:faulty`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError, RecipeError

LEFT_OUT = "left out"  # the split of clips that do not count
_FIELDS = ("subject", "action", "camera", "tag")


def selected(store: DatasetStore, only: Sequence[str] = (), without: Sequence[str] = ()) -> DatasetStore:
    """The store with all clips in the split `LEFT_OUT` that do not count; the store itself if nothing is asked for.

    Args:
        only: clips that have one of these count, of each field that is named: `camera:1`, `camera:2` and
            `action:dance` are dances seen by camera 1 or 2.
        without: clips that have any of these do not.

    Raises:
        RecipeError: a word is no `field:value`, or no clip of the store has it; the hint says what there is.
        DataFormatError: no clip is left.
    """
    if not only and not without:
        return store
    wanted, unwanted = ([_parsed(word, store) for word in words] for words in (only, without))

    def counts(clip: ClipInfo) -> bool:
        has = _words(clip, store)
        fields = {field for field, _ in wanted}
        return all(has & {word for word in wanted if word[0] == field} for field in fields) and not (
            has & set(unwanted)
        )

    clips = tuple(clip if counts(clip) else replace(clip, split=LEFT_OUT) for clip in store.clips)
    if all(clip.split == LEFT_OUT for clip in clips):
        asked = " ".join([*only, *(f"without {word}" for word in without)])
        raise DataFormatError(f"no clip of the data set is left of: {asked}", "ask for less at once")
    return replace(store, clips=clips)


def _words(clip: ClipInfo, store: DatasetStore) -> set[tuple[str, str]]:
    words = {("subject", clip.subject), ("action", clip.action), *(("tag", tag) for tag in clip.tags)}
    return words | ({("camera", store.camera_of(clip).name)} if clip.camera else set())


def _parsed(word: str, store: DatasetStore) -> tuple[str, str]:
    field, colon, value = word.partition(":")
    if not colon or field not in _FIELDS:
        raise RecipeError(f"{word!r}: expected {', '.join(f'{name}:...' for name in _FIELDS)}", "such as camera:4")
    known = sorted({w for clip in store.clips for f, w in _words(clip, store) if f == field})
    if value not in known:
        near = get_close_matches(value, known, n=1)
        raise RecipeError(
            f"{word!r}: the data set has no such {field}",
            f"did you mean {field}:{near[0]}?" if near else f"it has: {', '.join(known) or 'none'}",
        )
    return field, value
