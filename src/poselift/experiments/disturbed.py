"""Recordings whose 2D joints are worse than they were: with an error added, or some of them not reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from poselift.data.sources.draws import chosen_at_random
from poselift.data.sources.recordings import recorded_keypoints
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import RecipeError

# The name of the detections that are made here.
DISTURBED = "disturbed"


def disturbed(
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    source: str,
    *,
    noise_px: float = 0.0,
    missing: int = 0,
    seed: int = 0,
) -> DatasetStore:
    """Some clips of a store with the 2D joints `DISTURBED`; they depend on the seed and the name of the clip alone.

    Args:
        source: the 2D joints that are disturbed, see `data.sources.recordings.detection_sources`.
        noise_px: standard deviation of the error of x and of y, of every joint in every frame for itself.
        missing: so many joints of every pose are not reported.

    Raises:
        DataFormatError: the store holds no recordings or no such 2D joints.
        RecipeError: no joint would be left.
    """
    if missing >= len(store.skeleton):
        raise RecipeError(f"missing: expected fewer than {len(store.skeleton)} joints, got {missing}")
    parts, confidences, kept, start = [], [], [], 0
    for clip in clips:
        keypoints = recorded_keypoints(store, clip, source)
        rng = np.random.default_rng([seed, *clip.name.encode()])
        error_px = rng.normal(size=keypoints.joints_px.shape)
        gone = chosen_at_random(rng, keypoints.confidence.shape, missing)
        parts.append((keypoints.joints_px + noise_px * error_px).astype(np.float32))
        confidences.append(np.where(gone, 0, keypoints.confidence).astype(np.float32))
        kept.append(replace(clip, start=start))
        start += clip.length
    frames = np.concatenate([np.arange(clip.start, clip.start + clip.length) for clip in clips])
    own = {name: store.arrays[name][frames] for name in ("joints_cam_mm", "valid") if name in store.arrays}
    own |= {f"joints_px.{DISTURBED}": np.concatenate(parts), f"confidence.{DISTURBED}": np.concatenate(confidences)}
    return DatasetStore(store.skeleton, tuple(kept), own, store.about, store.cameras)
