"""The viewer: one HTML file with the clip, the 3D scene and its controls, that opens without a network.

The page's sources and the bundled three.js live in `page/`; see the README there.
"""

from __future__ import annotations

import base64
import html
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Clip
from poselift.files import whole_file
from poselift.viz.colours import bone_sides, joint_sides
from poselift.viz.stage import Stage

_SCRIPTS = ("clip.js", "figure.js", "floor.js", "camera.js", "scene.js", "inset.js", "player.js")
_MISSING = np.iinfo(np.int16).min
_NOBODY, _SEEN, _FILLED = 0, 1, 2


def write_viewer(clip: Clip, path: Path | str, *, title: str = "", overwrite: bool = False) -> None:
    """Write a page that plays `clip`, turned upright, with its 2D keypoints beside it.

    The title defaults to the clip's source. 10,000 frames of 17 joints make about 4 MB.

    Raises:
        ShapeError: the clip has no 3D joints.
        OutputError: `path` exists and `overwrite` is false, or the disk refuses.
    """
    page = _page(clip, title)
    with whole_file(Path(path), overwrite=overwrite) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _page(clip: Clip, title: str) -> str:
    title = title or clip.source or "poselift"
    # "<" in JSON only occurs in strings; escaped, no text can close the script element that holds it.
    data = json.dumps(_page_data(clip), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    parts = {
        "title": html.escape(title),
        "source": html.escape("" if clip.source == title else clip.source),
        "generator": "poselift",
        "css": _page_file("page.css"),
        "clip": data,
        "three": _page_file("three.bundle.js"),
        "script": "\n".join(_page_file(name) for name in _SCRIPTS),
    }
    # One pass, so that a title that reads "{{clip}}" stays a title.
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _page_file("page.html"))


def _page_file(name: str) -> str:
    return (files("poselift.viz") / "page" / name).read_text(encoding="utf-8")


def _page_data(clip: Clip) -> dict[str, Any]:
    """What the page's `readClip` takes apart again."""
    stage = Stage.of(clip)
    status = np.where(stage.present, np.where(stage.filled, _FILLED, _SEEN), _NOBODY).astype(np.uint8)
    confidence = None if clip.confidence is None else np.nan_to_num(clip.confidence).clip(0, 1) * 255
    return {
        "fps": clip.fps,
        "frames": len(clip),
        "size_px": _image_size_px(clip),
        "joints": clip.skeleton.joints,
        "bones": clip.skeleton.edges,
        "joint_sides": joint_sides(clip.skeleton),
        "bone_sides": bone_sides(clip.skeleton),
        "status": _base64(status),
        "joints_root_stage_mm": _packed(stage.joints_root_stage_mm),
        "root_height_mm": _packed(stage.root_height_mm),
        "root_stage_mm": _packed(stage.root_stage_mm),
        "joints_px": _packed(clip.joints_px),
        "confidence": None if confidence is None else _base64(np.rint(confidence).astype(np.uint8)),
    }


def _image_size_px(clip: Clip) -> tuple[int, int] | None:
    """The image's size, or one that holds all keypoints where the clip does not know it."""
    if clip.size_px is not None:
        return int(clip.size_px[0]), int(clip.size_px[1])
    if clip.joints_px is None or not np.isfinite(clip.joints_px).any():
        return None
    width, height = np.nanmax(clip.joints_px, axis=(0, 1)).clip(1)
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
