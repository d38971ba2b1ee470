"""Made-up people who walk about before a camera, and a detector that sees of them what it can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from poselift.detect.base import Detection
from poselift.skeleton import COCO_17, Skeleton

SIZE_PX = (1920, 1080)
FOCAL_PX, CAMERA_HEIGHT_MM = 1500.0, 1200.0
# Left-hand joints of somebody who stands: x to the left of them, y up, z forward; in shares of the height.
PLACES = {
    "hip": (0.06, 0.53, 0), "knee": (0.06, 0.29, 0.01), "ankle": (0.06, 0.04, 0), "heel": (0.06, 0.02, -0.03),
    "big_toe": (0.06, 0.01, 0.1), "small_toe": (0.08, 0.01, 0.09), "foot_index": (0.06, 0.01, 0.1),
    "shoulder": (0.1, 0.82, 0), "elbow": (0.12, 0.63, 0), "wrist": (0.13, 0.48, 0.03),
    "thumb": (0.12, 0.45, 0.05), "index": (0.13, 0.43, 0.04), "pinky": (0.14, 0.43, 0.02),
    "eye": (0.02, 0.94, 0.05), "eye_inner": (0.01, 0.94, 0.05), "eye_outer": (0.03, 0.94, 0.05),
    "ear": (0.04, 0.93, 0), "mouth": (0.01, 0.89, 0.05), "nose": (0, 0.92, 0.06), "head": (0, 1, 0),
    "neck": (0, 0.83, 0), "thorax": (0, 0.83, 0), "spine": (0, 0.68, 0),
    "pelvis": (0, 0.53, 0), "mid_hip": (0, 0.53, 0),
}  # fmt: skip
# How far forward a limb's joints swing while walking, in shares of the height; arms against legs.
SWING = {"knee": 0.06, "ankle": 0.16, "heel": 0.16, "big_toe": 0.16, "small_toe": 0.16, "foot_index": 0.16,
         "elbow": -0.05, "wrist": -0.12, "thumb": -0.13, "index": -0.13, "pinky": -0.13}  # fmt: skip


@dataclass(frozen=True)
class Walker:
    """Somebody who walks straight on: at `start_mm` (x, depth) at 0 s, from `from_s` to `until_s`."""

    start_mm: tuple[float, float]
    mm_per_s: tuple[float, float] = (0.0, 0.0)
    height_mm: float = 1750.0
    phase: float = 0.0
    from_s: float = -np.inf
    until_s: float = np.inf

    def joints_cam_mm(self, skeleton: Skeleton, time_s: float) -> np.ndarray:
        speed = float(np.hypot(*self.mm_per_s))
        ahead = np.array(self.mm_per_s) / speed if speed else np.array([0.0, -1.0])
        left = np.array([-ahead[1], ahead[0]])
        stride = np.sin(2 * np.pi * speed / 1500 * time_s + self.phase) * min(speed / 1400, 1.2)
        here = np.array(self.start_mm) + np.array(self.mm_per_s) * time_s
        joints = np.empty((len(skeleton), 3))
        for n, name in enumerate(skeleton.joints):
            side = 1 if name in skeleton.left else -1
            part = name.removeprefix("left_").removeprefix("right_")
            aside, up, forward = PLACES[part]
            forward += side * stride * SWING.get(part, 0)
            across = here + self.height_mm * (side * aside * left + forward * ahead)
            joints[n] = across[0], CAMERA_HEIGHT_MM - self.height_mm * up, across[1]
        return joints

    def seen(self, skeleton: Skeleton, time_s: float, rng: np.random.Generator, off: float = 0.006) -> Detection:
        """As a detector sees them, `off` in shares of their height beside the truth."""
        joints = self.joints_cam_mm(skeleton, time_s)
        joints_px = FOCAL_PX * joints[:, :2] / joints[:, 2:] + np.array(SIZE_PX) / 2
        noise_px = off * FOCAL_PX * self.height_mm / joints[:, 2].mean() * rng.normal(size=joints_px.shape)
        return Detection(
            (joints_px + noise_px).astype(np.float32), rng.uniform(0.6, 1, len(joints)).astype(np.float32)
        )

    def depth_mm(self, time_s: float) -> float:
        return self.start_mm[1] + self.mm_per_s[1] * time_s


def filmed(walkers, seconds, fps, *, skeleton=COCO_17, hidden=0.15, doubles=False, slides=False, run=0, seed=0):
    """For each frame a list of (number of the walker, detection), in an order that means nothing.

    Args:
        hidden: whoever is behind another, nearer to them than this share of a body height, is not seen ...
        doubles: ... and the other is found twice instead.
        slides: before and after that, their joints are drawn towards those of the other.
        run: whoever was lost is found again only in frames that this divides; 0 for at once.
    """
    rng = np.random.default_rng(seed)
    frames, lost = [], set()
    for frame in range(round(seconds * fps)):
        time_s = frame / fps
        here = {n: w for n, w in enumerate(walkers) if w.from_s <= time_s < w.until_s}
        seen = {n: w.seen(skeleton, time_s, rng) for n, w in here.items()}
        found = []
        for n, walker in here.items():
            front = _in_front_of(n, walker, here, seen, time_s, hidden)
            if front is None and (n not in lost or not run or frame % run == 0):
                found.append((n, _drawn_towards(n, walker, here, seen, time_s, hidden) if slides else seen[n]))
                lost.discard(n)
            else:
                lost.add(n)
                if front is not None and doubles:
                    found.append((front, here[front].seen(skeleton, time_s, rng, 0.01)))
        lost |= set(range(len(walkers))) - here.keys()
        rng.shuffle(found)
        frames.append(found)
    return frames


def _in_front_of(n, walker, here, seen, time_s, hidden):
    """Who hides a walker, if anybody does."""
    for other, front in here.items():
        apart_px = np.linalg.norm(seen[n].joints_px.mean(axis=0) - seen[other].joints_px.mean(axis=0))
        height_px = np.ptp(seen[other].joints_px[:, 1])
        if other != n and front.depth_mm(time_s) < walker.depth_mm(time_s) and apart_px < hidden * height_px:
            return other
    return None


def _drawn_towards(n, walker, here, seen, time_s, hidden):
    """What a detector makes of somebody who is nearly hidden."""
    front = _in_front_of(n, walker, here, seen, time_s, 2 * hidden)
    if front is None:
        return seen[n]
    apart_px = np.linalg.norm(seen[n].joints_px.mean(axis=0) - seen[front].joints_px.mean(axis=0))
    share = np.clip(2 - apart_px / (hidden * np.ptp(seen[front].joints_px[:, 1])), 0, 1)
    return seen[n]._replace(joints_px=(1 - share) * seen[n].joints_px + share * seen[front].joints_px)


class People:
    """What tests of tracking share."""

    Walker = Walker
    SIZE_PX = SIZE_PX
    filmed = staticmethod(filmed)

    @staticmethod
    def pushed(frames, fps, *, skeleton=COCO_17, tracker=None, times=None):
        """What a tracker tells of such frames: for each, id by number of the walker."""
        from poselift.tracking.people import PeopleTracker

        tracker = tracker or PeopleTracker(skeleton, SIZE_PX)
        times = [frame / fps for frame in range(len(frames))] if times is None else times
        settled = [
            s
            for found, time_s in zip(frames, times, strict=True)
            for s in tracker.push([d for _, d in found], time_s)
        ]
        settled += tracker.finish()
        assert [s.frame for s in settled] == list(range(len(frames)))
        return [[(frames[s.frame][index][0], person) for person, index in s.people.items()] for s in settled]

    @staticmethod
    def ids_by_walker(told, fewest=1):
        """Which ids each walker was told under, in frames in which as many were."""
        ids = {}
        for frame in told:
            for walker, person in frame if len(frame) >= fewest else ():
                ids.setdefault(walker, set()).add(person)
        return ids


@pytest.fixture(scope="session")
def walking():
    return People
