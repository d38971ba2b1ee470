"""What each camera says of its people, at the moments of one clock and in one world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8

from poselift.data.clip import Clip
from poselift.data.joint_status import GUESSED, SEEN
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import unit_vectors

# Moments that are no further apart than this, in frames, are one.
_SAME_FRAME = 0.02
# Between frames that are further apart than so many of the usual ones nothing is interpolated.
_LONGEST_GAP = 2.5


@dataclass(frozen=True, eq=False)
class View:
    """One person in one camera, at F moments.

    Attributes:
        camera: its number.
        track_id: who it is, by that camera.
        joints_px: (F, J, 2); NaN where missing.
        weight: (F, J) the confidence of joints that were seen in these frames; 0 of all others.
        direction: (F, J, 3) unit vectors from the camera to the joints, in the world; NaN where missing.
        extent_rad: (F,) how large the person is, in radians.
        lifted_mm: (F, J, 3) the lifted pose around its root, along the axes of the world; NaN where there is none.
        error_mm: (F, J) within which nine of ten lifted joints lie.
        root_mm: (F, 3) where the camera by itself takes the root to be, in the world.
        joint_status: (F, J).
    """

    camera: int
    track_id: int
    joints_px: Float[np.ndarray, "frames joints 2"]
    weight: Float[np.ndarray, "frames joints"]
    direction: Float[np.ndarray, "frames joints 3"]
    extent_rad: Float[np.ndarray, " frames"]
    lifted_mm: Float[np.ndarray, "frames joints 3"]
    error_mm: Float[np.ndarray, "frames joints"]
    root_mm: Float[np.ndarray, "frames 3"]
    joint_status: UInt8[np.ndarray, "frames joints"]

    @property
    def there(self) -> Bool[np.ndarray, " frames"]:
        """In which frames the person is."""
        return np.asarray(np.isfinite(self.lifted_mm).all(axis=(1, 2)))


def views_of(
    scenes: Sequence[Scene],
    cameras: Sequence[Camera],
    starts_s: Sequence[float],
    time_s: Float[np.ndarray, " frames"],
) -> list[View]:
    """Everybody of every camera, at these moments of the first camera's clock.

    Args:
        scenes: lifted, each by its own camera.
        starts_s: how much later than the first each recording began.

    Raises:
        ShapeError: somebody is not lifted.
    """
    views = []
    for number, (scene, camera, start_s) in enumerate(zip(scenes, cameras, starts_s, strict=True)):
        views += [_view(number, track.id, track.clip, camera, time_s - start_s) for track in scene.tracks]
    return views


def _view(number: int, track_id: int, clip: Clip, camera: Camera, time_s: np.ndarray) -> View:
    if clip.joints_root_mm is None or clip.root_cam_mm is None or clip.joints_px is None or clip.confidence is None:
        raise ShapeError(f"camera {number}, person {track_id}: expected a lifted clip with 2D and 3D joints")
    at = _Moments(clip, time_s)
    there = at.there(clip.valid)
    joints_px = at.between(clip.joints_px, there)
    status = np.where(there[:, None], at.larger(clip.joint_status), GUESSED).astype(np.uint8)
    weight = np.where(there[:, None] & (status == SEEN), at.smaller(clip.confidence), 0.0)
    drawn = np.isfinite(joints_px).all(axis=-1)
    drawn[drawn] = camera.draws(joints_px[drawn])
    plane = np.full_like(joints_px, np.nan)
    plane[drawn] = camera.image_to_plane(joints_px[drawn])
    weight = np.where(drawn, weight, 0.0)
    ahead = unit_vectors(np.concatenate([plane, np.ones((*plane.shape[:-1], 1))], axis=-1))
    seen = np.where((weight > 0)[..., None], plane, np.nan)
    error_mm = np.full(weight.shape, np.nan) if clip.error_90_mm is None else at.between(clip.error_90_mm, there)
    return View(
        number,
        track_id,
        joints_px,
        weight,
        ahead @ camera.rotation,
        _extent(seen),
        at.between(clip.joints_root_mm, there) @ camera.rotation,
        error_mm,
        camera.camera_to_world(at.between(clip.root_cam_mm, there)),
        status,
    )


def _extent(plane: np.ndarray) -> Float[np.ndarray, " frames"]:
    """The diagonal of the box around what was seen, 0 where nothing was."""
    low = np.where(np.isfinite(plane), plane, np.inf).min(axis=1)
    high = np.where(np.isfinite(plane), plane, -np.inf).max(axis=1)
    seen = np.isfinite(low).all(axis=-1)
    return np.where(seen, np.linalg.norm(np.where(seen[:, None], high - low, 0), axis=-1), 0.0)


class _Moments:
    """A clip's frames around other moments."""

    def __init__(self, clip: Clip, time_s: np.ndarray) -> None:
        last = len(clip) - 1
        frame_s = 1 / clip.fps
        self._before = np.clip(np.searchsorted(clip.time_s, time_s, side="right") - 1, 0, last)
        self._after = np.minimum(self._before + 1, last)
        since, step = time_s - clip.time_s[self._before], clip.time_s[self._after] - clip.time_s[self._before]
        on_before, on_after = np.abs(since) <= _SAME_FRAME * frame_s, np.abs(since - step) <= _SAME_FRAME * frame_s
        self._exact = on_before | on_after
        self._nearest = np.where(on_after, self._after, self._before)
        self._share = since / np.where(step > 0, step, 1)
        self._between = (since > 0) & (since < step) & (step <= _LONGEST_GAP * frame_s) & ~self._exact

    def there(self, valid: np.ndarray) -> Bool[np.ndarray, " frames"]:
        """When the person is there: in that frame, or in those before and after."""
        both = valid[self._before] & valid[self._after]
        return np.asarray((self._exact & valid[self._nearest]) | (self._between & both))

    def between(self, values: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Values at these moments, on lines between frames."""
        share = self._share.reshape(-1, *[1] * (values.ndim - 1))
        exact = self._exact.reshape(share.shape)
        before, after = values[self._before].astype(np.float64), values[self._after].astype(np.float64)
        found = np.where(exact, values[self._nearest], before + share * (after - before))
        return np.where(there.reshape(share.shape), found, np.nan)

    def smaller(self, values: np.ndarray) -> np.ndarray:
        """The smaller of both frames' values."""
        return self._one(values, np.minimum(values[self._before], values[self._after]))

    def larger(self, values: np.ndarray) -> np.ndarray:
        """The larger of both frames' values."""
        return self._one(values, np.maximum(values[self._before], values[self._after]))

    def _one(self, values: np.ndarray, of_both: np.ndarray) -> np.ndarray:
        return np.where(self._exact[:, None], values[self._nearest], of_both)
