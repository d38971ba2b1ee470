"""What a model file says about itself, the same in a checkpoint (.safetensors) and in an exported model (.onnx).

It is JSON under the key `poselift` of the file's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from poselift.errors import CheckpointError, SkeletonError
from poselift.normalisation import NORMALISATIONS
from poselift.skeleton import Skeleton, get_skeleton
from poselift.version import __version__

FORMAT = "poselift-model"
VERSION = 1


@dataclass(frozen=True)
class ModelHeader:
    """Everything about a model but its weights.

    Attributes:
        model: the name in `models.MODELS`.
        config: every setting of that model.
        about: where it comes from: recipe, data, licence, errors.
        details: further entries of an exported model, for people and other programs.
        poselift_version: the package that wrote it.
    """

    model: str
    config: Mapping[str, Any]
    about: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    poselift_version: str = __version__

    @property
    def skeleton(self) -> Skeleton:
        return get_skeleton(self.config["skeleton"])

    @property
    def normalisation(self) -> str:
        return str(self.config["normalisation"])

    @property
    def in_channels(self) -> int:
        return int(self.config["in_channels"])

    def as_dict(self) -> dict[str, Any]:
        """All entries, as they are written."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "model": self.model,
            "config": dict(self.config),
            "skeleton": self.skeleton.name,
            "joints": list(self.skeleton.joints),
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
            "pip install --upgrade poselift",
        )
    return _checked(entries, path)


def _checked(entries: dict[str, Any], path: Path) -> ModelHeader:
    model, config, about = (entries.pop(key, None) for key in ("model", "config", "about"))
    written_by = str(entries.get("poselift_version", "unknown"))
    if not (isinstance(model, str) and isinstance(config, dict) and isinstance(about, dict)):
        raise CheckpointError(f"{path}: its header lacks model, config or about", "the file is damaged; get it anew")
    own = {"format", "version", "skeleton", "joints", "normalisation", "poselift_version"}
    details = {key: value for key, value in entries.items() if key not in own}
    header = ModelHeader(model, config, about, details, written_by)
    try:
        joints = list(header.skeleton.joints)
    except (KeyError, TypeError, SkeletonError) as error:
        raise CheckpointError(
            f"{path}: its skeleton is unknown here ({error})", "pip install --upgrade poselift"
        ) from None
    if entries.get("joints", joints) != joints:
        raise CheckpointError(f"{path}: its joints are not those of skeleton {header.skeleton.name} here")
    if config.get("normalisation") not in NORMALISATIONS or config.get("in_channels") not in (2, 3):
        raise CheckpointError(
            f"{path}: expected a normalisation of {NORMALISATIONS} and 2 or 3 input channels, "
            f"found {config.get('normalisation')!r} and {config.get('in_channels')!r}",
            "pip install --upgrade poselift",
        )
    return header
