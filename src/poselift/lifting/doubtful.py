"""2D joints that nobody saw, whatever their file says: far outside the picture, of hardly any confidence."""

from __future__ import annotations

import numpy as np

from poselift.data.clip import Clip

# A joint further outside than the picture is large was made up: a person cut off by the border reaches no further.
_PICTURES_OUTSIDE = 1.0
# Detectors give joints that they do not see some confidence all the same.
_HARDLY = 0.03


def without_doubtful(clip: Clip) -> Clip:
    """The clip with joints missing that nobody saw; frames in which nothing is left are not valid.

    A joint is doubtful if it is further outside the picture than the picture is large, where the camera's lens draws
    nothing, or of hardly any confidence. One such joint must not cost the clip.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    joints_px, confidence = clip.keypoints
    places = np.where(np.isfinite(joints_px), joints_px, 0)
    # Not a number is for whoever checks the input, unless it says itself that it is missing.
    doubtful = (confidence < _HARDLY) & (confidence > 0)
    size_px = clip.size_px or (clip.camera.size_px if clip.camera is not None else None)
    if size_px is not None:
        outside = _PICTURES_OUTSIDE * np.array(size_px)
        doubtful |= ((places < -outside) | (places > size_px + outside)).any(axis=-1) & (confidence > 0)
    if clip.camera is not None:
        doubtful |= ~clip.camera.draws(places) & (confidence > 0)
    seen = np.asarray(((confidence > 0) & ~doubtful).any(axis=1))
    if not doubtful.any() and seen[clip.valid].all():
        return clip
    return clip.replaced(
        joints_px=np.where((doubtful | ~seen[:, None])[..., None], np.nan, joints_px),
        confidence=np.where(doubtful, 0, confidence).astype(confidence.dtype),
        valid=clip.valid & seen,
    )
