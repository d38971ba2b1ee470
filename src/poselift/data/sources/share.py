"""A part of the clips: how much better does a network get by more data?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from poselift.data.store import ClipInfo


def drawn_share(clips: Sequence[ClipInfo], share: float, seed: int) -> tuple[ClipInfo, ...]:
    """Clips that have at least that share of all frames, in their order.

    What several cameras saw is drawn together. A smaller share of the same seed is part of a larger one, and one
    take is there at least.
    """
    if share == 1:
        return tuple(clips)
    takes: dict[tuple[str, str, str], list[ClipInfo]] = {}
    for clip in clips:
        # Motion capture has no cameras, and often nothing but a name that tells its clips apart.
        takes.setdefault((clip.subject, clip.action, clip.take) if clip.camera else (clip.name, "", ""), []).append(
            clip
        )
    found = list(takes.values())
    wanted, chosen, frames = share * sum(clip.length for clip in clips), set(), 0
    for number in np.random.default_rng(seed).permutation(len(found)):
        if frames >= wanted:
            break
        chosen |= {clip.name for clip in found[number]}
        frames += sum(clip.length for clip in found[number])
    return tuple(clip for clip in clips if clip.name in chosen)
