"""What cameras saw of takes whose joints are known in the world: what three layouts have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import numpy as np
from jaxtyping import Num

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.recordings import h36m_recording
from poselift.data.readers.h36m.tables import ACTION_NUMBERS, Take
from poselift.data.readers.recordings import Recording
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17, H36M_32, Skeleton, conversion

Found = TypeVar("Found")


def in_official_order(found: Iterable[tuple[Take, Found]]) -> list[tuple[Take, Found]]:
    """Takes and what was found of each, by the official numbers of subject, action and take.

    Raises:
        DataFormatError: a take was found twice.
    """
    by_take: dict[Take, Found] = {}
    for take, what in found:
        if take in by_take:
            raise DataFormatError(
                f"{take.subject} {take.action} take {take.number} comes twice: {by_take[take]} and {what}",
                "take one of them away",
            )
        by_take[take] = what
    return sorted(by_take.items(), key=lambda one: _official(one[0]))


def _official(take: Take) -> tuple[int, int, int]:
    return int(take.subject[1:]), ACTION_NUMBERS[take.action], take.number


def seen_by(
    take: Take,
    joints_world_mm: Num[np.ndarray, "frames joints 3"],
    cameras: Iterable[Camera],
    detections: Mapping[str, Mapping[str, Keypoints]],
) -> Iterator[Recording]:
    """What each camera saw of a take, in float32.

    Args:
        joints_world_mm: (F, 32, 3) in the order of the original files, or (F, 17, 3) Human3.6M-17.
        detections: 2D joints by the name of the camera and that of their source; cut where they are longer.
    """
    skeleton = H36M_17 if joints_world_mm.shape[1] == len(H36M_17) else H36M_32
    joints = conversion(skeleton, H36M_17).joints(joints_world_mm.astype(np.float64))
    for camera in cameras:
        # A number too great for float32 becomes infinity, which is told with its frame.
        with np.errstate(over="ignore", invalid="ignore"):
            joints_cam_mm = camera.world_to_camera(joints).astype(np.float32)
        seen = {
            source: Keypoints(found.joints_px[: len(joints)], found.confidence[: len(joints)])
            for source, found in detections.get(camera.name, {}).items()
        }
        yield h36m_recording(take, camera, joints_cam_mm, seen)


def as_keypoints(array: Num[np.ndarray, "frames joints channels"], skeleton: Skeleton) -> Keypoints:
    """Human3.6M-17 joints in float32 of detections (F, J, 2) or (F, J, 3), whose third number is the confidence."""
    convert = conversion(skeleton, H36M_17)
    with np.errstate(over="ignore"):
        found = array.astype(np.float32)
    confidence = found[..., 2] if found.shape[-1] == 3 else np.ones(found.shape[:-1], np.float32)
    return Keypoints(convert.joints(found[..., :2]), convert.confidence(confidence))


def checked_numbers(array: object, shapes: Iterable[tuple[int, ...]], what: str) -> Num[np.ndarray, "..."]:
    """An array of numbers with one of these shapes after its first axis, the frames.

    Raises:
        DataFormatError: it is none; the message starts with `what`.
    """
    found, allowed = np.asarray(array), list(shapes)
    if found.dtype.kind not in "fiu" or found.shape[1:] not in allowed:
        wanted = " or ".join(f"(frames, {', '.join(map(str, shape))})" for shape in allowed)
        raise DataFormatError(f"{what}: expected numbers of shape {wanted}, found {found.dtype} {found.shape}")
    return found
