"""`Scene`: everybody in a piece of footage, each as a `Clip`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.errors import NoPersonError, ShapeError
from poselift.geometry.camera import Camera


@dataclass(frozen=True, eq=False)
class Track:
    """One person of a scene.

    Attributes:
        id: who it is; the same number is never given to two people of a scene.
        first_frame: the frame of the footage that the clip begins at.
        clip: the person over time; frames in which they are not seen are invalid.
    """

    id: int
    first_frame: int
    clip: Clip


@dataclass(frozen=True, eq=False)
class Scene:
    """The people of one piece of footage, in 2D, in 3D or both. Checked on construction, never changed afterwards.

    A recording of one person is a scene of one, and nobody at all is a scene too.

    Attributes:
        footage: the frames and their times.
        tracks: one per person, in any order.
        about: how it was made, such as `model`, `smoothing` and `cutoff_hz`: texts and numbers by name.

    Raises:
        ShapeError: two tracks have one id; a track has frames that the footage lacks, or other times than it.

    >>> import numpy as np
    >>> from poselift import SKELETONS, Clip
    >>> joints_px = np.random.default_rng(0).uniform(200, 800, (50, 17, 2))
    >>> scene = Scene.of(Clip(SKELETONS["coco17"], fps=25, joints_px=joints_px))
    >>> len(scene), len(scene.footage), scene.tracks[0].id
    (1, 50, 1)
    >>> float(scene.main.time_s[-1])
    1.96

    Somebody else walks in at frame 30:

    >>> late = Clip(SKELETONS["coco17"], 25, joints_px=joints_px[30:], time_s=scene.footage.time_s[30:])
    >>> [track.id for track in scene.replaced(tracks=(*scene.tracks, Track(2, 30, late))).tracks]
    [1, 2]
    """

    footage: Footage
    tracks: tuple[Track, ...] = ()
    about: Mapping[str, str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tracks", tuple(self.tracks))
        seen: set[int] = set()
        for track in self.tracks:
            if track.id in seen:
                raise ShapeError(f"two tracks have the id {track.id}", "give each person of a scene its own")
            seen.add(track.id)
            _check_times(track, self.footage)

    @classmethod
    def of(cls, clip: Clip | Scene) -> Scene:
        """A recording of one person, whose id is 1; a scene is what it is already."""
        if isinstance(clip, Scene):
            return clip
        footage = Footage(clip.time_s, clip.size_px, clip.camera, clip.source, clip.fps)
        return cls(footage, (Track(1, 0, clip),))

    def __len__(self) -> int:
        """How many people there are."""
        return len(self.tracks)

    @property
    def main(self) -> Clip:
        """The person who is seen in most frames; of several, the one who comes first.

        Raises:
            NoPersonError: the scene is empty.
        """
        if not self.tracks:
            where = f"{self.footage.source}: " if self.footage.source else ""
            raise NoPersonError(f"{where}no person in {len(self.footage)} frames", "ask `len(scene)` before")
        return max(self.tracks, key=lambda track: int(track.clip.valid.sum())).clip

    def mapped(self, function: Callable[[Clip], Clip]) -> Scene:
        """The scene with `function` applied to the clip of everybody. It may change anything but the times."""
        return self.replaced(tracks=tuple(replace(track, clip=function(track.clip)) for track in self.tracks))

    def part(self, first: int, end: int) -> Scene:
        """Frames `first` to `end` - 1, with those whose tracks reach into them."""
        tracks = []
        for track in self.tracks:
            begin = max(track.first_frame, first)
            stop = min(track.first_frame + len(track.clip), end)
            if begin < stop:
                clip = track.clip.part(begin - track.first_frame, stop - track.first_frame)
                tracks.append(Track(track.id, begin - first, clip))
        return Scene(self.footage.part(first, end), tuple(tracks), self.about)

    def with_camera(self, camera: Camera) -> Scene:
        """The scene as seen by this camera: its footage and everybody in it."""
        seen = self.mapped(lambda clip: clip.replaced(camera=camera))
        return seen.replaced(footage=self.footage.replaced(camera=camera))

    def replaced(self, **changes: Any) -> Scene:
        """A copy with some fields changed, checked again."""
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        return Scene(**{**values, **changes})


def _check_times(track: Track, footage: Footage) -> None:
    first, end = track.first_frame, track.first_frame + len(track.clip)
    if first < 0 or end > len(footage):
        raise ShapeError(f"track {track.id}: expected frames of 0 to {len(footage) - 1}, got {first} to {end - 1}")
    there = footage.time_s[first:end]
    if not np.array_equal(track.clip.time_s, there):
        frame = int(np.flatnonzero(track.clip.time_s != there)[0])
        raise ShapeError(
            f"track {track.id}: frame {first + frame}: expected the footage's {there[frame]} s, "
            f"got {track.clip.time_s[frame]}",
            "give its clip the times of its frames: time_s=footage.time_s[first:end]",
        )
