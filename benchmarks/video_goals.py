"""Everything that is promised of `poselift lift` on videos, measured in one go: a table of goals and what is reached.

    git worktree add /tmp/before v0.1.0
    python benchmarks/video_goals.py --before /tmp/before --pose2sim pose2sim-0.10.49 --openpose pose2sim-0.4.15 \
        --sports2d sports2d-0.8.34 -o goals.md

The recordings are in packages, see `pose2sim.py`, and the wheel of sports2d 0.8.34. What is not named is left
out. Takes ten minutes on two cores; a busy machine spoils the rates, less so the ratios. Needs the extra mediapipe.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import lift_speed
import people
import pose2sim
from crossing import CROSSINGS, cut_out, write_crossing
from landmark_difference import of_video
from made_videos import enlarged, repeated
from mediapipe_rate import rate
from processes import lifted

from poselift.data.scene_file import load
from poselift.detect.frames import video_info
from poselift.files import whole_file

_DEMO = lift_speed.DEMO
_CAMERAS = (1, 2, 3, 4)


class Row(NamedTuple):
    """A line of the table."""

    what: str
    goal: str
    reached: str


class Recordings(NamedTuple):
    """Folders of the recordings, where there are any: both unpacked wheels of pose2sim, and sports2d's."""

    pose2sim: Path | None
    openpose: Path | None
    sports2d: Path | None

    def one_person(self) -> list[Path]:
        return [self._demo("SinglePerson", camera) for camera in _CAMERAS] if self.pose2sim else []

    def several(self) -> dict[str, Path]:
        """By their names in `people.json`."""
        found = {}
        if self.pose2sim:
            found = {f"pose2sim_cam{camera:02d}": self._demo("MultiPerson", camera) for camera in _CAMERAS}
        if self.sports2d:
            found["sports2d"] = self.sports2d / "Sports2D" / "Demo" / "demo.mp4"
        return found

    def _demo(self, name: str, camera: int) -> Path:
        assert self.pose2sim
        return self.pose2sim / "Pose2Sim" / f"Demo_{name}" / "videos" / f"cam{camera:02d}.mp4"


def speed_rows(before: Path | None, recordings: Recordings, folder: Path, rounds: int) -> Iterator[Row]:
    two = recordings.several().get("pose2sim_cam04")
    found = lift_speed.measured(lift_speed.cases(_DEMO, two, {}), before, rounds)
    mediapipe_per_s = rate(_DEMO, os.cpu_count() or 1, rounds)
    one = found["one person"]
    yield Row(
        "demo video, one person, overlay and page excluded",
        "110 frames/s, 3 times, as fast as MediaPipe's best",
        f"{_rates(one)}; MediaPipe's best {mediapipe_per_s:.0f}",
    )
    yield Row("with overlay", "70 frames/s", _rates(found["with overlay"]))
    yield Row("beside a busy process", "-", _rates(found["beside a busy process"]))
    if two is not None:
        yield Row("two people at 1080p", "60 frames/s", _rates(found["two people"]))
    longer, larger = repeated(_DEMO, 10, folder / "longer.mp4"), enlarged(_DEMO, 2, folder / "larger.mp4")
    drawn = ("--no-viewer",)
    others = {
        "ten times as long": lift_speed.Case(longer),
        "ten times as long, with overlay": lift_speed.Case(longer, now=drawn),
        "4K": lift_speed.Case(larger),
        "4K, with overlay": lift_speed.Case(larger, now=drawn),
    }
    found |= lift_speed.measured(others, None, 1)
    for name in others:
        yield Row(name, "-", _rates(found[name]))
    shown = ", ".join(f"{name} {row['now']['peak_mb']:.0f}" for name, row in found.items())
    yield Row("memory, MB", "flat, 500 at 1080p, 1,000 at 4K", shown)


def _rates(found: Mapping[str, Mapping[str, float]]) -> str:
    now = found["now"]
    text = f"{now['said_per_s']:.0f} frames/s ({now['per_s']:.0f} with imports and models)"
    if "before" in found:
        ratio, before = found["ratio"], found["before"]
        text += f", before {before['said_per_s']:.0f} ({before['per_s']:.0f}): {ratio['said_per_s']:.1f} "
        text += f"({ratio['per_s']:.1f}) times, with {ratio['cpu_ms_per_frame']:.2f} times the CPU time"
    return text


def landmark_rows(recordings: Recordings) -> Iterator[Row]:
    found = {video.name: of_video(video).median for video in (_DEMO, *recordings.one_person())}
    shown = ", ".join(f"{name} {percent:.2f} %" for name, percent in found.items())
    yield Row("landmarks against MediaPipe's, median", "1 % of the person's height", shown)


def accuracy_rows(recordings: Recordings) -> Iterator[Row]:
    if not (recordings.pose2sim and recordings.openpose):
        return
    videos, demo = recordings.one_person()[0].parent, recordings.openpose / "Pose2Sim" / "Demo"
    found = pose2sim.run(videos, demo, pose2sim.BUNDLE, None)
    errors_mm = found["errors_mm"]
    for name in errors_mm["poselift"]:
        before, now = (_cameras(errors_mm[method][name]) for method in ("its landmarks, lifted", "poselift"))
        more_mm = statistics.mean(now) - statistics.mean(before)
        yield Row(
            f"pose2sim cameras 1 to 4, PA-MPJPE, reference of {name}",
            f"{_listed(before)} mm with MediaPipe's landmarks; no more than 1 mm more in the mean",
            f"{_listed(now)} mm; {more_mm:+.1f}",
        )
    mended: dict[str, dict[int, int]] = found["frames_with_exchanged_sides"]
    yield Row(
        "left and right exchanged on camera 2, frames mended", str(mended["MediaPipe"][2]), str(mended["poselift"][2])
    )


def _cameras(row: Mapping[str, float]) -> list[float]:
    return [row[f"camera {camera}"] for camera in _CAMERAS]


def _listed(numbers: list[float]) -> str:
    return ", ".join(f"{number:.1f}" for number in numbers)


def people_rows(recordings: Recordings, folder: Path) -> Iterator[Row]:
    for name, video in recordings.several().items():
        yield _people_row(name, video, people.reference(name), folder)
    man, fps = cut_out(_DEMO), video_info(_DEMO).fps
    for name, crossing in CROSSINGS.items():
        video = folder / f"{name}.mp4"
        write_crossing(man, crossing, fps, video)
        yield _people_row(f"crossing, {name}", video, people.reference(str(video.with_suffix(".json"))), folder)


def _people_row(name: str, video: Path, truth: Any, folder: Path) -> Row:
    lifted(video, folder / "people", (*lift_speed.PLAIN, *lift_speed.EVERYBODY))
    found = people.score(truth, people.tracked_hips(load(folder / "people" / "poses.npz")))
    return Row(f"people: {name}", "everyone found, no switch", people.line("", found).strip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="another checkout, to compare rates with")
    for name in Recordings._fields:
        parser.add_argument(f"--{name}", type=Path, help="unpacked wheel")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("speed", "landmarks", "accuracy", "people"), action="append")
    parser.add_argument("--output", "-o", type=Path, default=Path("goals.md"))
    options = parser.parse_args()
    recordings = Recordings(options.pose2sim, options.openpose, options.sports2d)
    lines = ["| what | goal | reached |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            "speed": lambda: speed_rows(options.before, recordings, folder, options.rounds),
            "landmarks": lambda: landmark_rows(recordings),
            "accuracy": lambda: accuracy_rows(recordings),
            "people": lambda: people_rows(recordings, folder),
        }
        for part in options.only or parts:
            for row in parts[part]():
                lines.append(f"| {' | '.join(row)} |")
                print(lines[-1], flush=True)
    with whole_file(options.output, overwrite=True) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
