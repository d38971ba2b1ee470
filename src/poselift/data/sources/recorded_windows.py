"""Recordings as windows of frames: cut when they are asked for, so that overlapping windows share their frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from poselift.data.sources.batch import Batch, Looked, NetworkInput, looked_at
from poselift.data.sources.recordings import clip_seen, image_size
from poselift.data.store import ClipInfo, DatasetStore
from poselift.data.windows import Samples, frame_samples
from poselift.geometry.intrinsics import Intrinsics
from poselift.normalisation.base import Seen
from poselift.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class RecordedWindows:
    """Clips in memory, and the windows about some of their frames.

    Attributes:
        joints: (N, J, 2) float32, in pixels or on the plane, as the normalisation sees them.
        confidence: (N, J) float32; 0 in frames that are not valid.
        joints_cam_mm: (N, J, 3) float32, the truth.
        anchors: (A,) the frames that windows are about.
        clip: (N,) which clip a frame belongs to.
        first, length, rate: (C,) first frame, number of frames and frames per second of the clips.
        lens: the cameras of the clips, without distortion.
        skeleton: what the J joints are.
        network: how they become its input.
    """

    joints: Float[np.ndarray, "frames joints 2"]
    confidence: Float[np.ndarray, "frames joints"]
    joints_cam_mm: Float[np.ndarray, "frames joints 3"]
    anchors: Int[np.ndarray, " anchors"]
    clip: Int[np.ndarray, " frames"]
    first: Int[np.ndarray, " clips"]
    length: Int[np.ndarray, " clips"]
    rate: Float[np.ndarray, " clips"]
    lens: Intrinsics
    skeleton: Skeleton
    network: NetworkInput

    def __len__(self) -> int:
        return len(self.anchors)

    def rows(self, chosen: np.ndarray) -> Batch:
        """Some windows, by the number of their anchor.

        Raises:
            ShapeError: a window cannot be normalised.
        """
        return self.looked_at(chosen).batch

    def looked_at(self, chosen: np.ndarray) -> Looked:
        """As `rows`, with the way back."""
        samples, clip = self._samples(chosen)
        joints, confidence = samples.of(self.joints), samples.least(self.confidence)
        in_pixels, on_plane = (joints, None) if self.network.normaliser.sees == "pixels" else (None, joints)
        seen = Seen(self.skeleton, confidence.astype(np.float64), self.lens.rows(clip), in_pixels, on_plane)
        truth = samples.of(self.joints_cam_mm).astype(np.float64)
        return looked_at(seen, truth, samples.there, self.network)

    def truth_mm(self, chosen: np.ndarray) -> Float[np.ndarray, "windows ... 3"]:
        """What windows should say, in camera axes: (B, J, 3), or (B, T, J, 3) where all frames are predicted."""
        samples, _ = self._samples(chosen)
        return samples.of(self.joints_cam_mm)[:, self.network.window.predicted]

    def where_predicted(self, known: Bool[np.ndarray, " frames"]) -> RecordedWindows:
        """Those windows of which every frame that is predicted is known."""
        if not self.network.window.output_frames or known.all():
            return self
        samples, _ = self._samples(np.arange(len(self)))
        whole = (known[samples.before] & known[samples.after]).all(axis=1)
        return replace(self, anchors=self.anchors[whole])

    def _samples(self, chosen: np.ndarray) -> tuple[Samples, np.ndarray]:
        anchors = self.anchors[chosen]
        clip = self.clip[anchors]
        return frame_samples(anchors, self.first[clip], self.length[clip], self.rate[clip], self.network.window), clip


def load_recorded_windows(
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    source: str,
    network: NetworkInput,
    *,
    stride: int = 1,
) -> RecordedWindows:
    """Read clips into memory; every `stride`-th valid frame of each is the anchor of a window.

    Where all frames of a window are predicted all of them must be valid.

    Raises:
        DataFormatError: the store holds no recordings or no such source, or a camera has no image size.
        GeometryError: a visible joint lies where its lens draws nothing.
    """
    total, joints = sum(clip.length for clip in clips), len(store.skeleton)
    seen_at = np.empty((total, joints, 2), dtype=np.float32)
    confidence = np.empty((total, joints), dtype=np.float32)
    joints_cam_mm = np.empty((total, joints, 3), dtype=np.float32)
    length = np.array([clip.length for clip in clips], dtype=np.int64)
    first = np.cumsum(length) - length
    anchors, known = [], np.empty(total, dtype=bool)
    for clip, start in zip(clips, first.tolist(), strict=True):
        image_size(store, clip)
        part, valid = slice(start, start + clip.length), store.valid_frames(clip)
        known[part] = valid
        seen = clip_seen(store, clip, source)
        confidence[part] = seen.confidence[:, 0]
        seen_at[part] = (seen.joints_px if network.normaliser.sees == "pixels" else seen.joints_plane)[:, 0]
        joints_cam_mm[part] = store.joints_cam_mm[clip.frames]
        anchors.append(start + np.flatnonzero(valid)[np.flatnonzero(valid) % stride == 0])
    windows = RecordedWindows(
        np.nan_to_num(seen_at),
        confidence,
        joints_cam_mm,
        np.concatenate(anchors),
        np.repeat(np.arange(len(clips)), length),
        first,
        length,
        np.array([clip.fps for clip in clips], dtype=np.float64),
        Intrinsics.of([store.camera_of(clip) for clip in clips]),
        store.skeleton,
        network,
    )
    return windows.where_predicted(known)
