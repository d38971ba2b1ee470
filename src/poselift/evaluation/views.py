"""Motion capture seen by virtual cameras and lifted, where the truth is known; `views_report` measures it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.sources.virtual_cameras import ViewConfig, Views, draw_views
from poselift.data.store import ClipInfo, DatasetStore
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.errors import DataFormatError
from poselift.evaluation.clip_lifting import LiftedClip, lifted_clip
from poselift.lifting.lifter import Lifter
from poselift.skeleton import Skeleton, conversion


@dataclass(frozen=True)
class VirtualCameras:
    """By whom motion capture is seen.

    Attributes:
        views: how many cameras see each pose.
        seed: which ones are drawn.
        config: from which ones, and how well they see.
        over_time: each clip is seen through one camera, whole, also where a network sees single frames; those that
            see several always meet it so.
    """

    views: int = 4
    seed: int = 0
    config: ViewConfig = field(default_factory=ViewConfig)
    over_time: bool = False

    def follow(self, window: Window) -> bool:
        """Whether a network sees frames that follow one another."""
        return self.over_time or window.frames > 1


class Take(NamedTuple):
    """Frames that lie one after the other, see `SeenClips`.

    Attributes:
        rows: which they are.
        time_s: (F,) when they were seen.
    """

    rows: slice
    time_s: Float[np.ndarray, " frames"]

    @property
    def fps(self) -> float:
        """Its frames per second; of a single frame one."""
        return 1 / float(self.time_s[1] - self.time_s[0]) if len(self.time_s) > 1 else 1.0


@dataclass(frozen=True, eq=False)
class SeenClips:
    """Each pose of some clips as often as there are views.

    For networks of single frames every frame is seen by a camera of its own, and all of them make one take. Others,
    and those too if asked for, get a take for each clip and view, through one camera, whole: frames that are no good
    stay in it, unseen.

    Attributes:
        views: truth and detections of N frames.
        actions: (N,) the action of each frame's clip.
        left_out: how many poses of the clips are not valid or not finite.
        measured: (N,) false for those of them that are here.
        takes: one after the other, of all frames.
        over_time: whether the frames of a take follow one another.
    """

    views: Views
    actions: list[str]
    left_out: int
    measured: Bool[np.ndarray, " frames"]
    takes: tuple[Take, ...]
    over_time: bool

    def measured_views(self) -> Views:
        """The views of the frames that are measured."""
        return self.views if self.measured.all() else self.views.rows(self.measured)


class LiftedViews(NamedTuple):
    """What a model makes of motion capture.

    Attributes:
        seen: what it saw, and the truth.
        joints_root_mm: (N, J, 3) what it says of all frames, in camera axes, relative to the root.
        skeleton: what the J joints are.
        window: which frames it saw at once.
        about: what made them.
        expected_error_mm: (N, J) how far off the model expects each joint to be; NaN of a model that does not say.
        unmasked: what it makes of the same where joints were masked, with none masked, see `masked`.
    """

    seen: SeenClips
    joints_root_mm: Float[np.ndarray, "frames joints 3"]
    skeleton: Skeleton
    window: Window
    about: dict[str, Any]
    expected_error_mm: Float[np.ndarray, "frames joints"]
    unmasked: LiftedViews | None = None


def seen_clips(
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    skeleton: Skeleton,
    cameras: VirtualCameras,
    *,
    window: Window = SINGLE_FRAME,
) -> SeenClips:
    """The poses of some clips in `skeleton`, through cameras that depend on the seed, view and clip alone.

    Args:
        window: what a network sees at once.

    Raises:
        DataFormatError: no pose is valid and finite.
        SkeletonError: the store's skeleton does not convert to `skeleton`.
    """
    convert, over_time = conversion(store.skeleton, skeleton).whole(), cameras.follow(window)
    parts: list[Views] = []
    measured: list[np.ndarray] = []
    actions: list[str] = []
    rates: list[float] = []
    left_out = 0
    for number, clip in enumerate(clips):
        joints_world_mm = convert.joints(np.asarray(store.joints_world_mm[clip.frames], dtype=np.float64))
        good = np.isfinite(joints_world_mm).all(axis=(1, 2)) & store.valid_frames(clip)
        left_out += int((~good).sum())
        if not good.any():
            continue
        for view in range(cameras.views):
            rng = np.random.default_rng((cameras.seed, view, number))
            if over_time:
                parts.append(_through_one_camera(joints_world_mm, good, clip.fps, skeleton, cameras.config, rng))
            else:
                parts.append(draw_views(joints_world_mm[good], skeleton, cameras.config, rng))
            measured.append(good if over_time else np.ones(good.sum(), dtype=bool))
            actions += [clip.action or clip.name] * len(parts[-1])
            rates.append(clip.fps)
    if not parts:
        splits = dict.fromkeys(clip.split for clip in clips)
        raise DataFormatError(f"split {' and '.join(splits)} has no finite pose", "prepare the dataset again")
    lengths = [len(part) for part in parts]
    takes = _takes(lengths, rates) if over_time else (Take(slice(0, sum(lengths)), np.arange(float(sum(lengths)))),)
    return SeenClips(Views.joined(parts), actions, left_out, np.concatenate(measured), takes, over_time)


def predict_views(
    lifter: Lifter,
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    cameras: VirtualCameras | None = None,
    *,
    on_clip: Callable[[int], None] = lambda done: None,
) -> LiftedViews:
    """Lift motion capture as virtual cameras see it.

    Args:
        cameras: which. Default: `VirtualCameras()`.
        on_clip: called with the number of clips done; those of a network of single frames are done all at once.

    Raises:
        DataFormatError, SkeletonError: as for `seen_clips`.
        ShapeError: a clip has less than a quarter of the frames a second that the model sees.
    """
    cameras = cameras or VirtualCameras()
    seen = seen_clips(store, clips, lifter.skeleton, cameras, window=lifter.window)
    about = {"views": cameras.views, "seed": cameras.seed, "over_time": seen.over_time}
    lifted = lift_views(lifter, seen, on_take=lambda done: on_clip(len(clips) * done // len(seen.takes)))
    return LiftedViews(seen, lifted.joints_root_mm, lifter.skeleton, lifter.window, about, lifted.expected_error_mm)


def lift_views(lifter: Lifter, seen: SeenClips, *, on_take: Callable[[int], None] = lambda done: None) -> LiftedClip:
    """All N frames; NaN in those that are not measured.

    Where only the truth leads from what the network says to millimetres, it is the true root and camera that do.

    Raises:
        ShapeError: a clip has less than a quarter of the frames a second that the model sees.
    """
    parts = []
    for number, (rows, time_s) in enumerate(seen.takes, 1):
        views = seen.views.rows(rows)
        root_cam_mm = lifter.skeleton.root_position(views.joints_cam_mm)[:, 0]
        anchors = np.flatnonzero(seen.measured[rows])
        parts.append(lifted_clip(lifter, views.seen(lifter.skeleton), time_s, anchors, root_cam_mm))
        on_take(number)
    return LiftedClip(*map(np.concatenate, zip(*parts, strict=True)))


def _through_one_camera(
    joints_world_mm: np.ndarray,
    good: np.ndarray,
    fps: float,
    skeleton: Skeleton,
    config: ViewConfig,
    rng: np.random.Generator,
) -> Views:
    """All frames (F, J, 3) of a clip; nothing is seen of those that are not good."""
    # The camera is placed by all that there is: a pose that is no good must not draw it away.
    latest = np.maximum.accumulate(np.where(good, np.arange(len(good)), int(np.argmax(good))))
    whole = draw_views(joints_world_mm[latest][None], skeleton, config, rng, fps=fps)
    one = np.zeros(len(good), dtype=np.int64)
    return Views(
        whole.joints_cam_mm[0],
        whole.joints_plane[0],
        np.where(good[:, None], whole.confidence[0], 0),
        whole.lens.rows(one),
        whole.true_lens.rows(one),
    )


def _takes(lengths: list[int], rates: list[float]) -> tuple[Take, ...]:
    ends = np.cumsum(lengths).tolist()
    return tuple(
        Take(slice(end - length, end), np.arange(length) / rate)
        for end, length, rate in zip(ends, lengths, rates, strict=True)
    )
