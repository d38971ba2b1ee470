"""What is the same in every copy of Human3.6M: subjects, actions, cameras, and what its recordings are called.

The numbers of actions and takes are the official ones, as in `s_09_act_05_subact_02_ca_01`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import quaternion_rotation

FPS = 50.0
SPLITS = {"train": ("S1", "S5", "S6", "S7", "S8"), "test": ("S9", "S11")}
ACTIONS = dict(
    enumerate(
        "Directions Discussion Eating Greeting Phoning Posing Purchases Sitting SittingDown Smoking TakingPhoto "
        "Waiting Walking WalkingDog WalkingTogether".split(),
        start=2,
    )
)
ACTION_NUMBERS = {name: number for number, name in ACTIONS.items()}
# In the order of `ca_01` to `ca_04`.
CAMERAS = ("54138969", "55011271", "58860488", "60457274")
# The world of S9 slipped in these takes; some evaluations leave them out. (subject, action, take)
FAULTY_TAKES = (("S9", "Greeting", 2), ("S9", "SittingDown", 2), ("S9", "Waiting", 1))


class Take(NamedTuple):
    """Who does what, and which of the two times."""

    subject: str
    action: str
    number: int


def recording_name(take: Take, camera: str) -> str:
    """The official name of what one camera saw of a take, such as s_09_act_05_subact_02_ca_01."""
    subject, action = int(take.subject[1:]), ACTION_NUMBERS[take.action]
    return f"s_{subject:02}_act_{action:02}_subact_{take.number:02}_ca_{CAMERAS.index(camera) + 1:02}"


def parsed_name(text: str) -> tuple[Take, str]:
    """Take and camera of a name that starts as `recording_name` writes it.

    Raises:
        DataFormatError: it does not, or it names an action or camera that there is not.
    """
    match = re.match(r"s_(\d+)_act_(\d+)_subact_(\d+)_ca_(\d+)", text)
    if not match:
        raise DataFormatError(f"expected a name such as s_09_act_05_subact_02_ca_01, found {text!r}")
    subject, action, number, camera = map(int, match.groups())
    if action not in ACTIONS or not 1 <= camera <= len(CAMERAS):
        raise DataFormatError(f"{text}: expected action 2 to 16 and camera 1 to 4, found {action} and {camera}")
    return Take(f"S{subject}", ACTIONS[action], number), CAMERAS[camera - 1]


def named_take(subject: str, name: str) -> Take:
    """The take of a subject that the original files call `name`, such as "Directions 1"; spellings vary.

    Raises:
        DataFormatError: there is no such subject or recording.
    """
    wanted, recordings = plain_name(name), _table("recordings")["recordings"]
    if subject not in recordings:
        raise DataFormatError(f"unknown subject {subject!r}", f"known: {', '.join(recordings)}")
    for action, names in recordings[subject].items():
        for number, known in enumerate(names, 1):
            if plain_name(known) == wanted:
                return Take(subject, action, number)
    raise DataFormatError(f"{subject}: unknown recording {name!r}", "expected names such as 'Directions 1', 'Photo'")


def camera_of(subject: str, name: str) -> Camera:
    """A camera as it stood for a subject, by its serial number.

    Raises:
        DataFormatError: there is none.
    """
    table = _table("cameras")
    place = table["places"].get(subject, {}).get(name)
    if place is None:
        raise DataFormatError(
            f"no calibration of camera {name} for {subject}",
            f"known: cameras {', '.join(CAMERAS)} for {', '.join(table['places'])}",
        )
    return Camera(
        rotation=quaternion_rotation(np.array(place["orientation"])).T,
        position_mm=np.array(place["position_mm"]),
        name=name,
        **lens_of(name),
    )


def measured_camera(
    name: str, values: Mapping[str, Any], *, focal_px: ArrayLike, center_px: ArrayLike, rotation: ArrayLike
) -> Camera:
    """A camera by its calibration; `values` are its position in mm, T, and its distortion, k and p, of any shape.

    Raises:
        KeyError: one of them is missing.
        GeometryError, ShapeError, TypeError, ValueError: a number or shape cannot be.
    """
    return Camera(
        focal_px=np.ravel(focal_px),
        center_px=np.ravel(center_px),
        rotation=np.asarray(rotation),
        position_mm=np.ravel(values["T"]),
        radial=np.ravel(values["k"]),
        tangential=np.ravel(values["p"]),
        size_px=lens_of(name)["size_px"],
        name=name,
    )


def lens_of(name: str) -> dict[str, Any]:
    """Focal length, centre, distortion and image size of a camera, by its serial number."""
    lens = _table("cameras")["lenses"][name]
    arrays = {key: np.array(lens[key]) for key in ("focal_px", "center_px", "radial", "tangential")}
    return {**arrays, "size_px": tuple(lens["size_px"])}


def plain_name(name: str) -> str:
    """A recording's name without the differences in spelling: TakingPhoto and Photo, WalkingDog and WalkDog."""
    plain = name.replace("_", " ").replace("Taking", "").replace("WalkingDog", "WalkDog")
    return plain.replace("WalkingTogether", "WalkTogether").strip().lower()


@cache
def _table(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table
