"""Predictions for the recordings of a store, in a file that says exactly which poses they are of.

A prediction that slips by one frame, or is of another store, gives a plausible number; so a file names the clips and
lengths that it was made for, and is refused for any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from jaxtyping import Float

from poselift.arrays import checked_shape
from poselift.data.store import ClipInfo
from poselift.errors import DataFormatError, ShapeError
from poselift.files import whole_file
from poselift.skeleton import Skeleton, stored_skeleton

FORMAT = "poselift-predictions"
VERSION = 1
Space: TypeAlias = Literal["image", "root_mm"]


@dataclass(frozen=True, eq=False)
class Predictions:
    """Poses predicted for clips, one after the other.

    Attributes:
        joints: (N, J, 3), in the order of the clips' frames.
        space: "image" for the image frame in pixels, "root_mm" for millimetres relative to the root, camera axes.
        clips: (name, length) of the clips.
        about: what made them: model, detections.
        skeleton: what the J joints are; None, as of older files, for the store's.
    """

    joints: Float[np.ndarray, "poses joints 3"]
    space: Space
    clips: tuple[tuple[str, int], ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    skeleton: Skeleton | None = None

    def __post_init__(self) -> None:
        checked_shape(self.joints, (None, 3), "joints")
        total = sum(length for _, length in self.clips)
        if len(self.joints) != total:
            raise ShapeError(f"joints: expected {total} poses for {len(self.clips)} clips, got {len(self.joints)}")

    def check_fits(self, clips: Sequence[ClipInfo]) -> None:
        """Refuse predictions of other clips, or of the same in another order.

        Raises:
            DataFormatError: the message names the first clip that differs.
        """
        wanted = [(clip.name, clip.length) for clip in clips]
        hint = "predict this data set again, with the same split"
        for number, (ours, theirs) in enumerate(zip(wanted, self.clips, strict=False)):
            if ours != theirs:
                raise DataFormatError(
                    f"the predictions are not of these clips: clip {number} is {ours[0]} of {ours[1]} frames, "
                    f"predicted was {theirs[0]} of {theirs[1]}",
                    hint,
                )
        if len(wanted) != len(self.clips):
            raise DataFormatError(f"expected predictions of {len(wanted)} clips, found {len(self.clips)}", hint)

    def save(self, path: Path, *, overwrite: bool = False) -> None:
        """Write an .npz file; it appears whole or not at all.

        Raises:
            OutputError: the file exists and `overwrite` is false, or it cannot be written.
        """
        header = {
            "format": FORMAT,
            "version": VERSION,
            "space": self.space,
            "clips": self.clips,
            "about": dict(self.about),
            "skeleton": None if self.skeleton is None else self.skeleton.as_dict(),
        }
        with whole_file(path, overwrite=overwrite) as temporary, open(temporary, "wb") as file:
            np.savez(file, header=np.array(json.dumps(header)), joints=self.joints.astype(np.float32))


def load_predictions(path: Path) -> Predictions:
    """Read what `Predictions.save` wrote.

    Raises:
        DataFormatError: the file is missing, damaged, or none of ours.
    """
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            header, joints = json.loads(str(file["header"])), file["joints"]
        if (header["format"], header["version"]) != (FORMAT, VERSION) or header["space"] not in get_args(Space):
            raise DataFormatError(f"{path}: expected {FORMAT} version {VERSION}, found {header['format']}")
        clips = tuple((str(name), int(length)) for name, length in header["clips"])
        skeleton = header.get("skeleton")
        return Predictions(
            joints, header["space"], clips, header["about"], None if skeleton is None else stored_skeleton(skeleton)
        )
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror or error})", "check the path") from None
    except (DataFormatError, ShapeError) as error:
        raise DataFormatError(f"{path}: {str(error).removeprefix(f'{path}: ')}", error.hint) from None
    except Exception as error:  # zip, zlib, json and numpy each have their own for a damaged file
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DataFormatError(
            f"{path}: no predictions of ours, or damaged ({reason})", "see `poselift predict`"
        ) from None
