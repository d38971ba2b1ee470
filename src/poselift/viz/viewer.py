"""The viewer: one HTML file with the people, the 3D scene and its controls, that opens without a network.

The page's sources and the bundled three.js live in `page/`; see the README there.
"""

from __future__ import annotations

import base64
import html
import json
import mimetypes
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from poselift.angles.joint_angles import joint_angles
from poselift.data.clip import Clip
from poselift.data.scene import Scene, Track
from poselift.errors import DataFormatError, SkeletonError
from poselift.files import whole_file
from poselift.viz.colours import bone_sides, hues_of, joint_sides
from poselift.viz.stage import Actor, Stage
from poselift.viz.tags import head_joint

_SCRIPTS = (
    "people.js",
    "figure.js",
    "floor.js",
    "camera.js",
    "tags.js",
    "scene.js",
    "inset.js",
    "legend.js",
    "bar.js",
    "angles.js",
    "table.js",
    "video.js",
    "player.js",
)
_MOST_EMBEDDED = 2**26
_MISSING = np.iinfo(np.int16).min
_NOBODY, _SEEN, _FILLED = 0, 1, 2


def write_viewer(
    scene: Scene | Clip,
    path: Path | str,
    *,
    title: str = "",
    video: Path | str | None = None,
    embed: bool = False,
    overwrite: bool = False,
) -> None:
    """Write a page that plays the people of `scene`, turned upright, with their 2D keypoints beside them.

    The title defaults to the footage's source; its notes are shown below. 10,000 frames of 17 joints make about 5 MB.

    Args:
        video: what was lifted, played below the keypoints in step. The page finds it where it lies from itself.
        embed: the page holds the video, so that it is one file still.

    Raises:
        ShapeError: somebody has no 3D joints.
        DataFormatError: the video is not there, or too large to embed.
        OutputError: `path` exists and `overwrite` is false, or the disk refuses.

    >>> import numpy as np
    >>> from poselift import SKELETONS, Clip
    >>> joints_root_mm = np.random.default_rng(0).normal(0, 300, (50, 17, 3))
    >>> write_viewer(Clip(SKELETONS["h36m17"], fps=25, joints_root_mm=joints_root_mm), "viewer.html", title="Noise")
    >>> Path("viewer.html").read_text("utf-8")[:15]
    '<!doctype html>'
    """
    address = None if video is None else _address(Path(video), Path(path), embed=embed)
    page = _page(Scene.of(scene) if isinstance(scene, Clip) else scene, title, address)
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _address(video: Path, page: Path, *, embed: bool) -> str:
    """Where a page finds a video: beside it, or in it."""
    try:
        size = video.stat().st_size
        if not embed:
            return quote(Path(os.path.relpath(video.resolve(), page.resolve().parent)).as_posix())
        if size > _MOST_EMBEDDED:
            raise DataFormatError(
                f"{video}: expected at most {_MOST_EMBEDDED >> 20} MiB to embed, found {size >> 20}",
                "leave --embed out: the page plays it from where it lies",
            )
        kind = mimetypes.guess_type(video.name)[0] or "video/mp4"
        return f"data:{kind};base64,{base64.b64encode(video.read_bytes()).decode('ascii')}"
    except ValueError as error:
        if isinstance(error, DataFormatError):
            raise
        return video.resolve().as_uri()  # on another drive
    except OSError as error:
        raise DataFormatError(f"{video}: cannot be read ({error.strerror})", "check the path") from None


def _page(scene: Scene, title: str, video: str | None) -> str:
    source = scene.footage.source
    title = title or source or "poselift"
    # "<" in JSON only occurs in strings; escaped, no text can close the script element that holds it.
    held = _page_data(scene) | ({"video": video} if video else {})
    data = json.dumps(held, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    parts = {
        "title": html.escape(title),
        "source": html.escape("" if source == title else source),
        "notes": "".join(f"<li>{html.escape(note)}</li>" for note in scene.footage.notes),
        "generator": "poselift",
        "media": "; media-src 'self' file: data:" if video else "",
        "css": _page_file("page.css"),
        "data": data,
        "three": _page_file("three.bundle.js"),
        "script": "\n".join(_page_file(name) for name in _SCRIPTS),
    }
    # One pass, so that a title that reads "{{data}}" stays a title.
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _page_file("page.html"))


def _page_file(name: str) -> str:
    return (files("poselift.viz") / "page" / name).read_text(encoding="utf-8")


def _page_data(scene: Scene) -> dict[str, Any]:
    """What the page's `readData` takes apart again."""
    stage = Stage.of(scene)
    hues = hues_of([track.id for track in scene.tracks])
    return {
        "fps": scene.footage.fps,
        "time_s": np.round(scene.footage.time_s, 6).tolist(),
        "size_px": _image_size_px(scene),
        "main": stage.main,
        "people": [
            {"hue": hues[track.id], **_person_data(track, actor)}
            for track, actor in zip(scene.tracks, stage.actors, strict=True)
        ],
    }


def _person_data(track: Track, actor: Actor) -> dict[str, Any]:
    clip = track.clip
    status = np.where(actor.present, np.where(actor.filled, _FILLED, _SEEN), _NOBODY).astype(np.uint8)
    confidence = None if clip.confidence is None else np.nan_to_num(clip.confidence).clip(0, 1) * 255
    return {
        "id": track.id,
        "first_frame": track.first_frame,
        "joints": clip.skeleton.joints,
        "bones": clip.skeleton.edges,
        "joint_sides": joint_sides(clip.skeleton),
        "bone_sides": bone_sides(clip.skeleton),
        "head": head_joint(clip.skeleton),
        "status": _base64(status),
        "angles": _angles(clip),
        "joint_status": _base64(actor.joint_status),
        "joints_root_stage_mm": _packed(actor.joints_root_stage_mm),
        "root_height_mm": _packed(actor.root_height_mm),
        "root_stage_mm": _packed(actor.root_stage_mm),
        "place_stage_mm": _packed(actor.place_stage_mm),
        "joints_px": _packed(clip.joints_px),
        "confidence": None if confidence is None else _base64(np.rint(confidence).astype(np.uint8)),
    }


def _angles(clip: Clip) -> dict[str, Any] | None:
    """Joint angles in degrees (F, A), where the skeleton has the joints of some."""
    try:
        found = joint_angles(clip)
    except SkeletonError:
        return None
    return {"names": found.names, "deg": _packed(found.angles_deg)}


def _image_size_px(scene: Scene) -> tuple[int, int] | None:
    """The image's size, or one that holds all keypoints where the scene does not know it."""
    if scene.footage.size_px is not None:
        return int(scene.footage.size_px[0]), int(scene.footage.size_px[1])
    found = [track.clip.joints_px.reshape(-1, 2) for track in scene.tracks if track.clip.joints_px is not None]
    joints_px = np.concatenate([np.empty((0, 2)), *found])
    if not np.isfinite(joints_px).any():
        return None
    width, height = np.nanmax(joints_px, axis=0).clip(1)
    return int(np.ceil(width)), int(np.ceil(height))


def _packed(array: np.ndarray | None) -> dict[str, Any] | None:
    """Numbers as 16-bit steps in base64, NaN included: 0.1 mm at most for a person, 1 mm for a path of 60 m."""
    if array is None:
        return None
    finite = np.isfinite(array)
    largest = float(np.abs(array[finite]).max(initial=0.0))
    step = max(largest / np.iinfo(np.int16).max, 1e-6)
    steps = np.rint(np.divide(array, step, out=np.full(array.shape, float(_MISSING)), where=finite))
    return {"step": step, "base64": _base64(steps.astype("<i2"))}


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
