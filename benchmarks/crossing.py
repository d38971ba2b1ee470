"""Videos of two men who pass each other, whose truth is known: the man of the example video, and his mirror image.

    python benchmarks/crossing.py crossings/ [--video examples/balance.mp4] [--each 6]

The man is cut out along his detected limbs and moved from one side of a plain picture to the other, his mirror image
the other way, through him or behind him. Beside each video lies a .json of where the hips of both are, for
`people.py`. Both look the same, so only where they are tells them apart. What a detector makes of two who cover each
other is a matter of chance: `--each` makes several of each, which begin elsewhere in the man's video, are faster or
slower, cut out more or less closely, and have one or the other in front.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import av
import numpy as np

from poselift.detect.frames import read_frames, video_info
from poselift.lifting.video import lift_video
from poselift.skeleton import H36M_17

SIZE_PX = (1920, 1080)
_LEFT, _RIGHT = 0.22, 0.78  # where they stand at the ends, of the width
# Half the width of what is cut out, and where it fades, of the man's height.
_TRUNK, _LIMB, _FEATHER = 0.075, 0.045, 0.03
_COARSE = 4  # pixels of the picture in one of the mask
_HIDDEN = 0.6  # who is covered by so much is hardly seen
_WIDTHS = (1.0, 0.85, 1.2)  # of that, in variations
# Limbs go on beyond the joints that H36M-17 has: hands, feet, the top of the head.
_BEYOND = {"wrist": 0.6, "ankle": 0.2, "head": 0.5}


@dataclass(frozen=True)
class Crossing:
    """How two men pass.

    Attributes:
        seconds: how long it takes, from side to side.
        opacity: of the man in front where he covers the other; less than 1 is walking through him.
        turn: they meet, half cover each other, and go back.
    """

    seconds: float
    opacity: float = 1.0
    turn: bool = False


CROSSINGS = {
    "slow": Crossing(4.0),
    "walk": Crossing(2.0),
    "run": Crossing(1.0),
    "through": Crossing(2.0, opacity=0.5),
    "turn": Crossing(3.0, turn=True),
}


@dataclass(frozen=True)
class Variation:
    """How one video differs from another of the same crossing.

    Attributes:
        width: of what is cut out.
        pace: how many times as long it takes.
        start: frame of the man's video in which it begins.
        exchanged: the mirror image is in front.
    """

    width: float = 1.0
    pace: float = 1.0
    start: int = 0
    exchanged: bool = False

    @classmethod
    def numbered(cls, number: int) -> Variation:
        """The same for the same number; 0 is the plain one."""
        if number == 0:
            return cls()
        rng = np.random.default_rng(number)
        return cls(_WIDTHS[number % len(_WIDTHS)], rng.uniform(0.8, 1.25), int(rng.integers(200)), number % 2 == 1)


PLAIN = Variation()


@dataclass(frozen=True)
class Man:
    """The man, cut out of every frame of his video.

    Attributes:
        images: (F, H, W, 3) as high as the canvas.
        masks: (F, H, W) from 0 to 1.
        hips_px: (F, 2).
        height_px: from head to foot, the median.
    """

    images: np.ndarray
    masks: np.ndarray
    hips_px: np.ndarray
    height_px: float

    def mirrored(self) -> Man:
        width = self.images.shape[2]
        hips_px = np.stack([width - 1 - self.hips_px[:, 0], self.hips_px[:, 1]], axis=1)
        return Man(self.images[:, :, ::-1], self.masks[:, :, ::-1], hips_px, self.height_px)


def cut_out(video: Path, width: float = 1.0) -> Man:
    """Find the man of a video, and cut him out more or less closely; the rows around him that the canvas has."""
    joints_px = lift_video(video).main.joints_px
    assert joints_px is not None
    height_px = float(np.median(np.ptp(joints_px[..., 1], axis=1)))
    top = int(np.clip((joints_px[..., 1].min() + joints_px[..., 1].max() - SIZE_PX[1]) / 2, 0, None))
    joints_px = joints_px - np.array([0, top])
    images = np.stack([frame[top : top + SIZE_PX[1]] for frame in read_frames(video)])
    masks = np.stack([limb_mask(pose, images.shape[1:3], height_px, width) for pose in joints_px])
    return Man(images, masks, H36M_17.root_position(joints_px)[:, 0], height_px)


def limb_mask(pose_px: np.ndarray, shape: tuple[int, ...], height_px: float, times: float = 1.0) -> np.ndarray:
    """(H, W) 1 on the man, falling to 0 around him."""
    height, width = shape
    y, x = np.mgrid[0:height:_COARSE, 0:width:_COARSE].astype(np.float32)
    outside_px = np.full(x.shape, np.inf, dtype=np.float32)
    for start, end, width_px in limbs(pose_px, height_px):
        along = end - start
        share = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / max(float(along @ along), 1e-6)
        share = np.clip(share, 0, 1)
        distance_px = np.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])
        outside_px = np.minimum(outside_px, distance_px - times * width_px)
    coarse = np.clip(1 - outside_px / (_FEATHER * height_px), 0, 1)
    return resized(np.round(255 * coarse).astype(np.uint8), (width, height)) / np.float32(255)


def limbs(pose_px: np.ndarray, height_px: float) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Ends and half the width of everything that is cut out of a pose of H36M-17."""
    for parent, child in H36M_17.bones:
        start, end = pose_px[H36M_17.index(parent)], pose_px[H36M_17.index(child)]
        beyond = sum(more for name, more in _BEYOND.items() if child.endswith(name))
        is_limb = child.endswith(("elbow", "wrist", "knee", "ankle"))
        yield start, end + beyond * (end - start), height_px * (_LIMB if is_limb else _TRUNK)
    for side in ("left", "right"):
        shoulder, hip = (pose_px[H36M_17.index(f"{side}_{joint}")] for joint in ("shoulder", "hip"))
        yield shoulder, hip, height_px * _TRUNK


def resized(image: np.ndarray, size_px: tuple[int, int]) -> np.ndarray:
    form = "gray" if image.ndim == 2 else "rgb24"
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format=form)
    scaled: np.ndarray = frame.to_ndarray(format=form, width=size_px[0], height=size_px[1])
    return scaled


def places(crossing: Crossing, n_frames: int) -> np.ndarray:
    """(2, F) where the two stand, in widths of the canvas: the one in front, and the one behind."""
    way = np.linspace(0, 1, n_frames)
    if crossing.turn:
        # As far as 0.46 of the way, and back.
        way = 0.46 * np.sin(np.pi * way)
    front = _LEFT + (_RIGHT - _LEFT) * way
    return np.stack([front, _LEFT + _RIGHT - front])


def to_and_fro(n_frames: int, count: int) -> np.ndarray:
    """Frames 0, 1, ..., n - 1, n - 2, ..., 1, 0, 1 and so on."""
    around = np.arange(count) % max(2 * (n_frames - 1), 1)
    return np.minimum(around, 2 * (n_frames - 1) - around)


@dataclass(frozen=True)
class Script:
    """What is drawn, frame by frame: the man in front is the first of the two.

    Attributes:
        who: the man and his mirror image, or the other way round.
        frames: (2, F) frames of their videos.
        left_px: (2, F) where the left edges of their pictures are; whole pixels, so that the truth is exact.
    """

    who: tuple[Man, Man]
    frames: np.ndarray
    left_px: np.ndarray

    @classmethod
    def of(cls, man: Man, crossing: Crossing, fps: float, variation: Variation = PLAIN) -> Script:
        count = round(crossing.seconds * variation.pace * fps)
        order = to_and_fro(len(man.images), variation.start + count)[variation.start :]
        left_px = np.round(places(crossing, count) * SIZE_PX[0] - man.images.shape[2] / 2).astype(int)
        who = (man.mirrored(), man) if variation.exchanged else (man, man.mirrored())
        return cls(who, np.stack([order, order[::-1]]), left_px)

    def truth(self, hidden: Sequence[int]) -> dict[str, Any]:
        """A video of `people.json`; the man behind is hidden in some frames."""
        people = {}
        for man, frames, left_px, name in zip(
            self.who, self.frames, self.left_px, ("in front", "behind"), strict=True
        ):
            hips_px = [
                [number, round(float(x + left), 1), round(float(y), 1)]
                for number, ((x, y), left) in enumerate(zip(man.hips_px[frames], left_px, strict=True))
            ]
            people[name] = {"height_px": round(man.height_px, 1), "hips_px": hips_px}
        return {
            "frames": self.frames.shape[1],
            "people": {**people, "behind": {**people["behind"], "hidden": [[f, f] for f in hidden]}},
        }

    def drawn(self, number: int, ground: np.ndarray, opacity: float) -> tuple[np.ndarray, float]:
        """The picture (H, W, 3) of one frame, and how much of the man behind is covered."""
        canvas = ground.copy()
        masks = np.zeros((2, *ground.shape[:2]), dtype=np.float32)
        for row in (1, 0):  # the one behind first
            man, frame, left = self.who[row], self.frames[row, number], self.left_px[row, number]
            there, part = inside(left, man.images.shape[2], ground.shape[1])
            masks[row, :, there] = man.masks[frame][:, part]
            if row == 0:
                masks[0] *= 1 - (1 - opacity) * masks[1]
            canvas[:, there] += masks[row, :, there, None] * (man.images[frame][:, part] - canvas[:, there])
        covered = float((masks[0] * masks[1]).sum() / masks[1].sum())
        return np.round(canvas).astype(np.uint8), covered


def inside(left: int, width: int, canvas: int) -> tuple[slice, slice]:
    """Columns of the canvas that a picture at `left` covers, and which of its own they are."""
    first, last = max(left, 0), min(left + width, canvas)
    return slice(first, last), slice(first - left, last - left)


def write_crossing(man: Man, crossing: Crossing, fps: float, path: Path, variation: Variation = PLAIN) -> None:
    """The video, and its truth beside it."""
    script = Script.of(man, crossing, fps, variation)
    ground = resized(resized(man.images[0], (8, 6)), SIZE_PX).astype(np.float32)
    hidden = []
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", Fraction(fps).limit_denominator(1001), options={"crf": "18"})
        stream.width, stream.height = SIZE_PX
        stream.pix_fmt = "yuv420p"
        for number in range(script.frames.shape[1]):
            image, covered = script.drawn(number, ground, crossing.opacity)
            if covered > _HIDDEN:
                hidden.append(number)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    path.with_suffix(".json").write_text(json.dumps(script.truth(hidden)) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--video", type=Path, default=Path("examples/balance.mp4"))
    parser.add_argument("--only", choices=CROSSINGS, action="append")
    parser.add_argument("--each", type=int, default=1, help="how many of each")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    fps = video_info(options.video).fps
    variations = {number: Variation.numbered(number) for number in range(options.each)}
    for width in sorted({variation.width for variation in variations.values()}):
        man = cut_out(options.video, width)  # one at a time: he takes a gigabyte
        for (number, variation), name in product(variations.items(), options.only or CROSSINGS):
            if variation.width == width:
                path = options.folder / (f"{name}-{number}.mp4" if number else f"{name}.mp4")
                write_crossing(man, CROSSINGS[name], fps, path, variation)
                print(path)


if __name__ == "__main__":
    main()
