"""The same people in the files of every detector."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from poselift.data.keypoints.said import Said
from poselift.skeleton import COCO_17, SKELETONS

SIZE_PX = (1280, 720)
FRAMES = 6
# Nobody is in frame 3.
SEEN_IN = (0, 1, 2, 4, 5)
_UPRIGHT = {
    **{"nose": (0, 0), "eye": (20, -15), "ear": (40, -10), "neck": (0, 80), "head": (0, -50), "head_top": (0, -50)},
    **{"shoulder": (80, 90), "elbow": (110, 190), "wrist": (120, 280), "hip": (50, 290), "mid_hip": (0, 290)},
    **{"knee": (55, 420), "ankle": (60, 550), "big_toe": (80, 590), "small_toe": (95, 585), "heel": (55, 580)},
}


def person(layout: str, frame: int) -> np.ndarray:
    """x, y and confidence of somebody who walks to the right; the left wrist is not seen in frame 1."""
    skeleton = SKELETONS[layout]
    joints = np.zeros((len(skeleton), 3))
    for n, name in enumerate(skeleton.joints):
        side = 1 if name.startswith("left_") else -1
        x, y = _UPRIGHT[name.removeprefix("left_").removeprefix("right_")]
        joints[n] = 400 + side * x + 10 * frame, 80 + y, 0.5 + 0.25 * (n % 2)
    if frame == 1:
        joints[skeleton.index("left_wrist")] = 0
    return joints


@pytest.fixture(scope="session")
def people() -> Callable[[str], list[np.ndarray | None]]:
    """Make the person of each frame in a layout, None where nobody is."""

    def make(layout: str = "coco17") -> list[np.ndarray | None]:
        return [person(layout, frame) if frame in SEEN_IN else None for frame in range(FRAMES)]

    return make


@pytest.fixture(scope="session")
def said() -> Said:
    return Said(fps=30, size_px=SIZE_PX)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, Any], Path]:
    """Write JSON, text or bytes to a file of that name."""

    def write(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture
def same_person(people: Callable[..., list[np.ndarray | None]]) -> Callable[..., None]:
    """Check that detections are the person of every frame, in the joints of COCO."""

    def check(found: Any, layout: str = "coco17", atol: float = 1e-3) -> None:
        expected = people(layout)
        assert found.frame.tolist() == list(SEEN_IN)
        assert (len(found.footage), found.footage.fps) == (FRAMES, 30)
        assert found.skeleton.name == layout
        for row, frame in enumerate(SEEN_IN):
            joints = expected[frame]
            assert joints is not None
            seen = joints[:, 2] > 0
            np.testing.assert_array_equal(found.confidence[row] > 0, seen)
            np.testing.assert_allclose(found.joints_px[row][seen], joints[seen, :2], atol=atol)

    assert len(COCO_17) == 17
    return check


WRONG = (None, True, -1, 0, 10**15, 1e300, "", "x", "7", [], [[]], {}, [None], {"a": [1]})


def wrong_somewhere(value: Any, rng: np.random.Generator) -> Any:
    """The same JSON with one thing, somewhere in it, of another kind or missing."""
    places = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not places or rng.random() < 0.15:
        return WRONG[rng.integers(len(WRONG))]
    place = places[rng.integers(len(places))]
    if isinstance(value, dict) and rng.random() < 0.1:
        return {key: held for key, held in value.items() if key != place}
    value[place] = wrong_somewhere(value[place], rng)
    return value


@pytest.fixture
def survives(written: Callable[[str, Any], Path], said: Said) -> Callable[..., None]:
    """Damage a file in many ways: whatever comes of it is read, or refused in one short line."""
    from poselift.data.keypoints.reading import read_keypoints
    from poselift.errors import PoseliftError

    def check(name: str, content: bytes, keypoint_format: str) -> None:
        rng = np.random.default_rng(0)
        if name.endswith(".json"):
            for _ in range(150):
                read_or_refused(name, json.dumps(wrong_somewhere(json.loads(content), rng)).encode(), keypoint_format)
        for n in range(150):
            damaged = bytearray(content)
            for at in rng.integers(0, len(content), 1 + n % 4):
                damaged[at] = rng.choice(np.frombuffer(b'0-.,"[]{}:ntx \xff', np.uint8))
            if n % 5 == 0:
                damaged = damaged[: rng.integers(0, len(content))]
            read_or_refused(name, bytes(damaged), keypoint_format)

    def read_or_refused(name: str, content: bytes, keypoint_format: str) -> None:
        path, message = written(name, content), ""
        try:
            read_keypoints(path, keypoint_format, said)
        except PoseliftError as error:
            message = str(error)
        assert "\n" not in message
        assert len(message) < 400 + len(str(path))

    return check
