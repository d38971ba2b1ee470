"""BlazePose (Bazarevsky et al. 2020), the networks of MediaPipe's pose landmarker, in onnxruntime."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType

import numpy as np

from poselift.detect.base import Detection, TimedPicture
from poselift.detect.blazepose_networks import BodyNetwork, LandmarkNetwork
from poselift.detect.boxes import SIDE_PX as BODY_SIDE_PX
from poselift.detect.boxes import bodies
from poselift.detect.crops import MARGIN, Crop, body_crop, cut_out, squares_along, squares_over, whole_frame
from poselift.detect.landmarks import SIDE_PX, Person, distinct, people
from poselift.detect.planes import Planes
from poselift.errors import CheckpointError, ExternalToolError, ShapeError
from poselift.skeleton import BLAZEPOSE_33, Skeleton

logger = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parents[1] / "weights"
MOST_PEOPLE = 10
# Below it a joint would be a guess.
LEAST_HEIGHT_PX = 60
# Who is new must be surer than who is followed: the network for bodies also sees some where nobody is.
_LEAST_PRESENCE, _LEAST_PRESENCE_OF_NEW = 0.5, 0.8
# A body whose middle is so near to that of another, in shares of the mean side of their crops, is the same one.
_SAME_PLACE = 0.1
# Whose crop is less than this of what is looked at is small in it, and often overlooked by the network for bodies.
# Then squares are looked at that are so many times smaller than the frame's shorter side. They are so many times as
# large as the smallest person at least.
_SMALL, _NEARER, _LEAST_SQUARE = 0.5, (2, 4), 2
# Of who is found there, so much of the joints is seen, in the mean; of things taken for people it is 0.8 at most, of
# people whose joints are looked for in the wrong place 0.87.
_LEAST_SEEN_OF_FAR = 0.9


class BlazePose:
    """Finds people in the first frame of a run and follows them through it; a context manager.

    The network that finds bodies looks at the first frame: at all of it, and nearer, at squares along it, since it
    overlooks who is small in what it sees, and often one of two. While it sees nobody who is not small, it looks at
    smaller squares, for people far away. It looks again at frames in which fewer people are left than there were.
    Joints come from the landmark network, which sees each body in a crop of its own; where a body is in one frame
    says where to look in the next. Nothing is smoothed.

    The confidence of a joint is what MediaPipe gives as visibility: whether it is in the picture and not hidden. Its
    presence, whether it is in the picture at all, says nothing beyond that, and does not come into it.

    Args:
        landmarks: the landmark network's file. Default: the "full" one that comes with the package.
        people: how many people are followed at most: the largest. If there are more, a warning is logged once.

    Raises:
        CheckpointError: the file is missing or no such network.
        ShapeError: `people` is less than 1.
    """

    most_at_once = sys.maxsize

    def __init__(self, landmarks: Path | None = None, *, people: int = MOST_PEOPLE) -> None:
        if people < 1:
            raise ShapeError(f"people: expected at least 1, got {people}")
        self._bodies: BodyNetwork | None = BodyNetwork(WEIGHTS / "blazepose_detector.onnx")
        self._landmarks = LandmarkNetwork(landmarks or WEIGHTS / "blazepose_landmarks_full.onnx")
        self.most_people = people
        self._told: set[str] = set()
        self._lock = Lock()

    @property
    def skeleton(self) -> Skeleton:
        return BLAZEPOSE_33

    def detect(self, frames: Iterable[TimedPicture]) -> Iterator[list[Detection]]:
        """People in each frame of a run.

        Raises:
            ExternalToolError: the detector is closed.
        """
        followed: list[Person] = []
        most, size_px = 0, None
        for picture, _ in frames:
            frame = picture.planes()
            first = frame.size_px != size_px
            if first:  # places in a frame of another size say nothing
                followed, most, size_px = [], 0, frame.size_px
            followed = self._seen(frame, [person.crop for person in followed])
            if len(followed) < max(most, 1):
                followed = self._with_others(frame, followed, nearer=first)
            if first:
                followed = self._with_far_ones(frame, followed)
            most = max(most, len(followed))
            yield [person.detection for person in followed]

    def _seen(self, frame: Planes, crops: Sequence[Crop]) -> list[Person]:
        """Who is in these crops; if two show the same person, that is one."""
        there = [person for person in self._in(frame, crops) if person.presence >= _LEAST_PRESENCE]
        return distinct([person for person in there if self._large_enough(person.crop)])

    def _in(self, frame: Planes, crops: Sequence[Crop]) -> list[Person]:
        """One person for each crop, however little is there."""
        if not crops:
            return []
        images = np.empty((len(crops), SIDE_PX, SIDE_PX, 3), dtype=np.float32)
        for crop, image in zip(crops, images, strict=True):
            cut_out(frame, crop, SIDE_PX, image)
        return people(self._landmarks.run(images), crops)

    def _with_others(self, frame: Planes, known: list[Person], *, nearer: bool) -> list[Person]:
        """Those who are known, and who else the network for bodies finds.

        Joints are looked for twice: the crop that they say is better than that of the body alone, and is what there
        will be in all following frames.
        """
        room = self.most_people - len(known)
        # What the network sees pixel by pixel is no nearer in a square.
        squares = squares_along(frame.size_px) if nearer and max(frame.size_px) > BODY_SIDE_PX else []
        bodies_there = filter(self._large_enough, self._bodies_in(frame, [whole_frame(frame.size_px), *squares]))
        others = [crop for crop in bodies_there if not any(_same(crop, person.crop) for person in known)]
        found = [one for one in self._seen(frame, others[: room + 1]) if one.presence >= _LEAST_PRESENCE_OF_NEW]
        if len(found) > room:
            self._tell_of_limit()
        return distinct([*known, *self._seen(frame, [person.crop for person in found[:room]])])

    def _with_far_ones(self, frame: Planes, known: list[Person]) -> list[Person]:
        """Those who are known, and if all are small in the frame, who is found nearer; the largest first."""
        short_px, found = min(frame.size_px), known
        for n in _NEARER:
            side_px, small_px = short_px / n, _SMALL * short_px / (n / 2)
            if side_px < _LEAST_SQUARE * LEAST_HEIGHT_PX or any(one.crop.side_px >= small_px for one in found):
                break
            found = self._with_those_in(frame, found, squares_over(frame.size_px, side_px))
        return sorted(found, key=lambda person: -person.crop.side_px)[: self.most_people] if found != known else known

    def _with_those_in(self, frame: Planes, known: list[Person], squares: Sequence[Crop]) -> list[Person]:
        """Those who are known, and who else is to be seen in these squares from head to foot.

        In small squares the network for bodies finds some in tables and cables, and the one for landmarks does not
        doubt that they are there; but of most of their joints it says that they are hidden.
        """
        found = known
        for crop in self._bodies_in(frame, squares):
            if any(_same(crop, person.crop) for person in found):
                continue
            there = [one for one in self._in(frame, [crop]) if one.presence >= _LEAST_PRESENCE_OF_NEW]
            seen = [one for one in self._seen(frame, [person.crop for person in there]) if _whole(one)]
            found = distinct([*found, *seen])
            if len(found) > self.most_people:
                self._tell_of_limit()
                break
        return found

    def _bodies_in(self, frame: Planes, looks: Iterable[Crop]) -> list[Crop]:
        """Crops of bodies that are seen in these squares of the frame, the largest first."""
        if self._bodies is None:
            raise ExternalToolError("the detector is closed", "use it inside its `with` block")
        crops: list[Crop] = []
        for look in looks:
            found = bodies(*self._bodies.run(_letterboxed(frame, look)))
            seen = [body_crop(look.to_frame_px(body.hips), look.to_frame_px(body.rim)) for body in found]
            crops += [crop for crop in seen if not any(_same(crop, other) for other in crops)]
        return sorted(crops, key=lambda crop: -crop.side_px)

    def _large_enough(self, crop: Crop) -> bool:
        large = crop.side_px >= MARGIN * LEAST_HEIGHT_PX
        if not large:
            self._tell_once(f"a person is less than {LEAST_HEIGHT_PX} px high, and is left out")
        return large

    def _tell_of_limit(self) -> None:
        self._tell_once(f"more than {self.most_people} people in a frame; the largest are followed")

    def _tell_once(self, message: str) -> None:
        with self._lock:
            new = message not in self._told
            self._told.add(message)
        if new:
            logger.warning(message)

    def close(self) -> None:
        """Free the networks. Closing twice is closing."""
        self._bodies = None

    def __enter__(self) -> BlazePose:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _same(crop: Crop, other: Crop) -> bool:
    return bool(np.hypot(*(crop.centre_px - other.centre_px)) < _SAME_PLACE * (crop.side_px + other.side_px) / 2)


def _whole(person: Person) -> bool:
    return bool(person.detection.confidence.mean() >= _LEAST_SEEN_OF_FAR)


def _letterboxed(frame: Planes, look: Crop) -> np.ndarray:
    """An upright square of the frame, from -1 to 1, black beyond the edge."""
    image = cut_out(frame, look, BODY_SIDE_PX)
    for axis, length in enumerate(frame.size_px):
        places = (np.arange(BODY_SIDE_PX) - BODY_SIDE_PX / 2) * look.side_px / BODY_SIDE_PX + look.centre_px[axis]
        # How much of a sample is inside: at the edge it is blended with the black.
        inside = np.clip(1 - np.maximum(-places, places - (length - 1)), 0, 1).astype(np.float32)
        image *= inside[:, None] if axis == 0 else inside[:, None, None]
    image *= 2
    image -= 1
    return image


def full() -> BlazePose:
    """The network that comes with the package and is used by default."""
    return BlazePose()


def lite() -> BlazePose:
    """A network of half the work, less exact; it comes with the package."""
    return BlazePose(WEIGHTS / "blazepose_landmarks_lite.onnx")


def heavy() -> BlazePose:
    """The largest network, four times the work of the full one. It is too large to come with the package.

    Raises:
        CheckpointError: always; the hint says how to get it.
    """
    raise CheckpointError(
        "blazepose-heavy does not come with poselift, which would double its size",
        "convert MediaPipe's pose_landmarker_heavy.task with tools/convert_blazepose.py of poselift's repository, "
        "and name the file: --detector blazepose_landmarks_heavy.onnx",
    )
