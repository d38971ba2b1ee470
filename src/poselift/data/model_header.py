"""What a model file says about itself, the same in a checkpoint (.safetensors) and in an exported model (.onnx).

It is JSON under the key `poselift` of the file's metadata. Version 1, which is still read, names its skeleton instead
of holding it, and its models are of single frames.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from poselift.data.windows import Window
from poselift.errors import CheckpointError, RecipeError, SkeletonError
from poselift.normalisation import NORMALISATIONS
from poselift.skeleton import SKELETONS, Skeleton, skeleton_of, skeleton_setting
from poselift.version import __version__

FORMAT = "poselift-model"
VERSION = 2

_DAMAGED = "the file is damaged; get it anew"
_TOO_OLD = "pip install --upgrade poselift"


@dataclass(frozen=True)
class ModelHeader:
    """Everything about a model but its weights.

    Attributes:
        model: the name in `models.MODELS`.
        config: every setting of that model.
        skeleton: what its joints are; a known one if it is equal to it.
        window: which frames it sees and predicts.
        about: where it comes from: recipe, data, licence, errors.
        details: further entries of an exported model, for people and other programs.
        poselift_version: the package that wrote it.
    """

    model: str
    config: Mapping[str, Any]
    skeleton: Skeleton
    window: Window = field(default_factory=Window)
    about: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    poselift_version: str = __version__

    @property
    def normalisation(self) -> str:
        return str(self.config["normalisation"])

    @property
    def in_channels(self) -> int:
        return int(self.config["in_channels"])

    @property
    def out_channels(self) -> int:
        """3, or 4 of a network that says how far off it expects each joint to be."""
        return 4 if self.config.get("uncertainty") else 3

    @property
    def error_scale(self) -> float:
        """What expected errors are multiplied by, so that on validation data their mean is that of the errors."""
        return float(self.about.get("error_scale", 1.0))

    @property
    def error_90(self) -> Float[np.ndarray, " joints"] | None:
        """(J,) nine of ten joints of validation data are no further off than so many times what is expected.

        None where the model does not say.
        """
        ratios = self.about.get("error_90")
        return None if ratios is None else np.array(ratios, dtype=np.float32)

    def as_dict(self) -> dict[str, Any]:
        """All entries, as they are written."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "model": self.model,
            "config": {**self.config, "skeleton": self.skeleton.name},
            "skeleton": self.skeleton.as_dict(),
            "window": self.window.as_dict(),
            "normalisation": self.normalisation,
            **self.details,
            "about": dict(self.about),
            "poselift_version": self.poselift_version,
        }

    def to_json(self) -> str:
        """The header as text.

        Raises:
            CheckpointError: `about` or `details` hold something that JSON cannot.
        """
        try:
            return json.dumps(self.as_dict(), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise CheckpointError(
                f"the description of the model is not JSON ({error})",
                "use text, finite numbers, lists and dicts only",
            ) from None


def header_from_json(text: str | None, path: Path) -> ModelHeader:
    """Read what `ModelHeader.to_json` wrote into the file `path`, which is named in errors.

    Raises:
        CheckpointError: there is no such text, it is of another kind or newer, or lacks something.
    """
    try:
        entries = json.loads(text or "")
    except ValueError:
        entries = None
    if not isinstance(entries, dict) or entries.get("format") != FORMAT:
        raise CheckpointError(
            f"{path}: not a poselift model, its metadata does not say format {FORMAT}",
            "make one with `poselift train` and `poselift export`",
        )
    version = entries.get("version")
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise CheckpointError(
            f"{path}: expected {FORMAT} version {VERSION} or older, found version {version}, "
            f"written by poselift {entries.get('poselift_version')}",
            _TOO_OLD,
        )
    return _checked(entries, path)


def _checked(entries: dict[str, Any], path: Path) -> ModelHeader:
    model, config, about = (entries.get(key) for key in ("model", "config", "about"))
    if not (isinstance(model, str) and isinstance(config, dict) and isinstance(about, dict)):
        raise CheckpointError(f"{path}: its header lacks model, config or about", _DAMAGED)
    first_version = entries["version"] == 1
    skeleton = _named_skeleton(entries, path) if first_version else _skeleton(entries, path)
    window = Window() if first_version else _window(entries.get("window"), path)
    if config.get("normalisation") not in NORMALISATIONS or config.get("in_channels") not in (2, 3):
        raise CheckpointError(
            f"{path}: expected a normalisation of {tuple(NORMALISATIONS)} and 2 or 3 input channels, "
            f"found {config.get('normalisation')!r} and {config.get('in_channels')!r}",
            _TOO_OLD,
        )
    _check_error_scale(about.get("error_scale", 1.0), path)
    _check_error_90(about.get("error_90"), len(skeleton), path)
    own = {"format", "version", "model", "config", "skeleton", "joints", "window", "normalisation", "about"}
    details = {key: value for key, value in entries.items() if key not in {*own, "poselift_version"}}
    # A network is built from its settings alone, so these get the whole of a skeleton that is not known by name.
    config = {**config, "skeleton": skeleton_setting(skeleton)}
    written_by = str(entries.get("poselift_version", "unknown"))
    return ModelHeader(model, config, skeleton, window, about, details, written_by)


def _check_error_scale(scale: Any, path: Path) -> None:
    number = isinstance(scale, int | float) and not isinstance(scale, bool)
    if not (number and 0 < scale < float("inf")):
        raise CheckpointError(
            f"{path}: its error_scale: expected a number above 0, found {scale!r}",
            "export it again: `poselift export --calibrate`",
        )


def _check_error_90(ratios: Any, joints: int, path: Path) -> None:
    if ratios is None:
        return
    numbers = isinstance(ratios, list) and all(isinstance(ratio, int | float) for ratio in ratios)
    if not (numbers and len(ratios) == joints and all(0 < ratio < float("inf") for ratio in ratios)):
        raise CheckpointError(
            f"{path}: its error_90: expected a number above 0 for each of {joints} joints, found {str(ratios)[:40]}",
            "export it again: `poselift export --calibrate`",
        )


def _skeleton(entries: Mapping[str, Any], path: Path) -> Skeleton:
    try:
        skeleton = skeleton_of(Skeleton.from_dict(entries.get("skeleton")))
    except SkeletonError as error:
        raise CheckpointError(f"{path}: its skeleton: {error}", _DAMAGED) from None
    named = entries["config"].get("skeleton")
    if named != skeleton.name:
        raise CheckpointError(f"{path}: holds skeleton {skeleton.name}, its settings name {named!r}", _DAMAGED)
    return skeleton


def _named_skeleton(entries: Mapping[str, Any], path: Path) -> Skeleton:
    """That of a file of version 1."""
    name = entries["config"].get("skeleton")
    if not isinstance(name, str) or name not in SKELETONS:
        raise CheckpointError(f"{path}: its skeleton is unknown here ({name!r})", _TOO_OLD)
    joints = list(SKELETONS[name].joints)
    if entries.get("joints", joints) != joints:
        raise CheckpointError(f"{path}: its joints are not those of skeleton {name} here")
    return SKELETONS[name]


def _window(values: Any, path: Path) -> Window:
    if not isinstance(values, dict) or "frames" not in values:
        raise CheckpointError(f"{path}: its window: expected a table with its frames, found {values!r}", _DAMAGED)
    try:
        return Window.of(values)
    except RecipeError as error:
        raise CheckpointError(f"{path}: its window: {error}", _DAMAGED) from None
