"""Is everybody found, and does everybody keep their id? Results of `poselift lift` against where people were.

    python benchmarks/people.py poses.npz pose2sim_cam01
    python benchmarks/people.py poses.npz crossing.json        # a crossing made by crossing.py

`people.json` says where the hips of each person are; a track is that person's where its hips are nearer to them than
a quarter of the person's height. Who was matched stays matched while that holds (as in CLEAR MOT, Bernardin and
Stiefelhagen 2008), so two people in one place are no switch, but two who leave it with each other's ids are two.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.scene import Scene
from poselift.data.scene_file import load

REFERENCES = Path(__file__).with_name("people.json")
_REACH = 0.25
_NOBODY = -1


@dataclass(frozen=True)
class Person:
    """Where somebody really was.

    Attributes:
        hips_px: (F, 2) middle of the hips; NaN where they are not in the picture, or hidden.
        hidden: (F,) in it, but hardly to be seen: neither a miss nor a false track.
        judged: whether it matters that they are found.
    """

    name: str
    height_px: float
    hips_px: np.ndarray
    hidden: np.ndarray
    judged: bool = True


@dataclass(frozen=True)
class Score:
    """How well people were told apart.

    Attributes:
        people: how many matter.
        found: of them, who have a track in at least half of their frames.
        switches: how often somebody's id is another than it last was.
        missed: of `frames` that people are seen in, those without a track of theirs.
        false: frames of tracks where nobody is.
        idf1: share of the frames of people and of tracks that are right, when each person is one track.
        tracks: ids in the result.
    """

    people: int
    found: int
    switches: int
    missed: int
    frames: int
    false: int
    idf1: float
    tracks: int

    @property
    def perfect(self) -> bool:
        return self.found == self.people and self.switches == 0


def people_of(table: Mapping[str, Any]) -> tuple[Person, ...]:
    """The people of one video of `people.json`, or of a crossing."""
    return tuple(_person(name, entry, table["frames"]) for name, entry in table["people"].items())


def _person(name: str, entry: Mapping[str, Any], n_frames: int) -> Person:
    frames = np.arange(n_frames)
    known = np.array(entry["hips_px"], dtype=float)
    hips_px = np.stack(
        [np.interp(frames, known[:, 0], known[:, axis], left=np.nan, right=np.nan) for axis in (1, 2)], axis=1
    )
    hidden = np.zeros(n_frames, dtype=bool)
    for first, last in entry.get("hidden", ()):
        hidden[first : last + 1] = True
    hips_px[hidden] = np.nan
    return Person(name, entry["height_px"], hips_px, hidden, entry.get("judged", True))


def tracked_hips(scene: Scene) -> dict[int, np.ndarray]:
    """(F, 2) of each id: the root in the image; NaN where the person was not seen, or is interpolated."""
    tracked = {}
    for track in scene.tracks:
        clip = track.clip
        assert clip.joints_px is not None
        hips_px = np.full((len(scene.footage), 2), np.nan)
        seen = clip.valid & ~clip.filled
        root_px = clip.skeleton.root_position(clip.joints_px)[:, 0]
        hips_px[track.first_frame : track.first_frame + len(clip)] = np.where(seen[:, None], root_px, np.nan)
        tracked[track.id] = hips_px
    return tracked


def best_pairs(worth: np.ndarray) -> dict[int, int]:
    """Row -> column, each column once, so that the sum is greatest; only where it is worth more than nothing."""

    def best(row: int, taken: frozenset[int]) -> tuple[float, dict[int, int]]:
        if row == len(worth):
            return 0.0, {}
        choices = [best(row + 1, taken)]
        for column in np.flatnonzero(worth[row] > 0).tolist():
            if column not in taken:
                rest, pairs = best(row + 1, taken | {column})
                choices.append((rest + float(worth[row, column]), {row: column, **pairs}))
        return max(choices, key=lambda choice: choice[0])

    return best(0, frozenset())[1]


def nearness(people: Sequence[Person], hips_px: np.ndarray) -> np.ndarray:
    """(people, tracks, F) of tracks (tracks, F, 2): up to 1; 0 where too far or not there."""
    true_px = np.stack([person.hips_px for person in people])
    reach_px = np.array([_REACH * person.height_px for person in people])
    distance_px = np.linalg.norm(true_px[:, None] - hips_px[None], axis=-1)
    return np.nan_to_num(np.clip(1 - distance_px / reach_px[:, None, None], 0, 1))


def matched(near: np.ndarray) -> np.ndarray:
    """(people, F) which of the tracks is whose; -1 where none is."""
    people, _, n_frames = near.shape
    whose = np.full((people, n_frames), _NOBODY)
    last: dict[int, int] = {}
    for frame in range(n_frames):
        worth = near[..., frame].copy()
        for row, column in last.items():
            if worth[row, column] > 0:
                worth[row, column] += people  # more than all others together
        for row, column in best_pairs(worth).items():
            whose[row, frame] = last[row] = column
    return whose


def score(people: Sequence[Person], tracked: Mapping[int, np.ndarray]) -> Score:
    """Compare tracks, (F, 2) by id, with where people were."""
    there = np.stack([np.isfinite(person.hips_px[:, 0]) for person in people])
    clear = ~np.any([person.hidden for person in people], axis=0)
    hips_px = np.stack(list(tracked.values())) if tracked else np.empty((0, len(clear), 2))
    near = nearness(people, hips_px)
    whose = matched(near)
    matters = np.array([person.judged for person in people])
    followed = (whose != _NOBODY)[matters]
    # Who follows somebody who does not matter is neither right nor wrong.
    counts = np.isfinite(hips_px[..., 0]) & clear
    for row, frame in zip(*np.nonzero((whose != _NOBODY) & ~matters[:, None]), strict=True):
        counts[whose[row, frame], frame] = False
    right = best_pairs(((near[matters] > 0) & counts).sum(axis=-1))
    shared = sum(int(((near[matters][row, column] > 0) & counts[column]).sum()) for row, column in right.items())
    possible = int((there[matters] & clear).sum()) + int(counts.sum())
    return Score(
        people=int(matters.sum()),
        found=int((2 * followed.sum(axis=1) >= there[matters].sum(axis=1)).sum()),
        switches=sum(_switches(tracks) for tracks in whose[matters]),
        missed=int(there[matters].sum() - followed.sum()),
        frames=int(there[matters].sum()),
        false=int(counts.sum() - (followed & clear).sum()),
        idf1=2 * shared / possible if possible else 0.0,
        tracks=len(tracked),
    )


def _switches(tracks: np.ndarray) -> int:
    seen = tracks[tracks != _NOBODY]
    return int((np.diff(seen) != 0).sum())


def line(name: str, found: Score) -> str:
    return (
        f"{name:18} {found.found} of {found.people} found, {found.switches} switches, IDF1 {found.idf1:.3f}, "
        f"missed {found.missed} of {found.frames}, {found.false} false, {found.tracks} ids"
    )


def reference(name: str) -> tuple[Person, ...]:
    """By the name of a video of `people.json`, or of a file like it that holds one video."""
    if name.endswith(".json"):
        return people_of(json.loads(Path(name).read_text(encoding="utf-8")))
    return people_of(json.loads(REFERENCES.read_text(encoding="utf-8"))["videos"][name])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("poses", type=Path, help="poses.npz or .json, of `poselift lift`")
    parser.add_argument("reference", help="a name in people.json, or a .json made by crossing.py")
    options = parser.parse_args()
    print(line(options.reference, score(reference(options.reference), tracked_hips(load(options.poses)))))


if __name__ == "__main__":
    main()
