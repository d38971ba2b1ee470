"""Examples of what a network sees, from which int8 learns the ranges of its numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poselift.data.model_header import ModelHeader
from poselift.data.sources.batch import NetworkInput
from poselift.data.sources.recordings import GROUND_TRUTH, clip_seen, frames_read, image_size
from poselift.data.store import DatasetStore
from poselift.evaluation.clip_lifting import inputs_about
from poselift.evaluation.recordings import clip_times, recordings_for
from poselift.evaluation.views import VirtualCameras, seen_clips
from poselift.normalisation import normaliser

_POSES = 10_000
_SPLIT = "train"


def calibration_inputs(store: DatasetStore, header: ModelHeader) -> np.ndarray:
    """Inputs (N, J, K) of the network for some 10,000 training poses, or (N, T, J, K) for windows of as many.

    Motion capture is seen as by a detector; recordings by those 2D joints that the model's recipe names, or else by
    the true ones.

    Raises:
        DataFormatError: the store has no training poses, or lacks those 2D joints.
        SkeletonError: the store's skeleton does not convert to the model's.
    """
    network = NetworkInput(normaliser(header.normalisation), header.in_channels, header.window)
    count = max(_POSES // header.window.frames, 1)
    make = _recorded if store.kind == "recordings" else _virtual
    return np.concatenate(list(make(store, header, network, count)))


def _virtual(store: DatasetStore, header: ModelHeader, network: NetworkInput, count: int) -> Iterator[np.ndarray]:
    cameras, clips = VirtualCameras(views=1, seed=0), store.clips_of((_SPLIT,))
    seen = seen_clips(store, clips, header.skeleton, cameras, window=header.window)
    chosen = np.random.default_rng(0).permutation(len(seen.views))
    chosen = chosen[seen.measured[chosen]][:count]
    for rows, time_s in seen.takes:
        anchors = chosen[(chosen >= rows.start) & (chosen < rows.stop)] - rows.start
        if len(anchors):
            yield inputs_about(seen.views.rows(rows).seen(header.skeleton), time_s, anchors, network).inputs


def _recorded(store: DatasetStore, header: ModelHeader, network: NetworkInput, count: int) -> Iterator[np.ndarray]:
    store = recordings_for(store, header.skeleton)
    clips, source = store.clips_of((_SPLIT,)), trained_on(header)
    stride = max(1, sum(clip.length for clip in clips) // count)
    for clip in clips:
        if network.normaliser.sees == "pixels":
            image_size(store, clip)
        anchors = frames_read(store, clip, stride) - clip.start
        yield inputs_about(clip_seen(store, clip, source), clip_times(clip), anchors, network).inputs


def trained_on(header: ModelHeader) -> str:
    """Which 2D joints a model's recipe names, or else the true ones.

    See `data.sources.recordings.detection_sources`.
    """
    match header.about:  # anybody may write anything there
        case {"recipe": {"data": {"detections": str(detections)}}}:
            return detections
    return GROUND_TRUTH
