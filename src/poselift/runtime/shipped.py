"""The models that come with poselift; `weights/lifters.md` is their card."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from poselift.errors import CheckpointError

_WEIGHTS = Path(__file__).parents[1] / "weights"

# What the user calls a model -> its file.
SHIPPED: dict[str, str] = {
    "video": "video.onnx",
    "frame": "frame.onnx",
    "causal": "causal.onnx",
    "default": "video.onnx",
}

# Those that come in bytes as well.
WITH_INT8 = ("video", "causal")

# Of a quarter of the frames that `video` sees a second, most of what it sees would be made up.
SLOWEST_VIDEO_FPS = 7.5


def model_file(name: str | Path) -> Path:
    """The file of a shipped model by its name, or the file that is named itself.

    Raises:
        CheckpointError: there is neither; the hint names the nearest.
    """
    if str(name) in SHIPPED:
        return _WEIGHTS / SHIPPED[str(name)]
    path = Path(name)
    if not path.is_file():
        near = get_close_matches(str(name), SHIPPED, n=1)
        known = f"name a file, or one of {', '.join(SHIPPED)}"
        raise CheckpointError(f"{name}: no such model", f"did you mean {near[0]!r}? {known}" if near else known)
    return path
