"""Every error that poselift raises on purpose.

PoseliftError                      .hint: one line that says what to do
├─ RecipeError (ValueError)        bad key or value, nearest right one
├─ SkeletonError (ValueError)      unknown joint; no conversion from A to B
├─ ShapeError (ValueError)         an array's name, expected and actual shape or value range
├─ GeometryError (ValueError)      a point behind the camera, a degenerate configuration
├─ DataFormatError (ValueError)    path, record or line, expected, found
├─ CheckpointError (ValueError)    missing or extra tensors, version, wrong file
├─ TrainingError (RuntimeError)     training went astray: a loss or weight that is not finite
├─ OutputError (OSError)           an output that exists, is not writable, or did not fit on the disk
├─ NoPersonError (ValueError)      nobody was found in the input
├─ MissingExtraError (ImportError) the exact pip command
└─ ExternalToolError (RuntimeError) which tool, its last words

The command line prints the message and the hint on one line each and exits with `exit_code`; every other
exception is a defect of poselift and keeps its traceback.
"""

from __future__ import annotations

from typing import ClassVar

# Why people are mostly not found.
TOO_SMALL = "people should fill a tenth of the picture's height, and 60 pixels at least; cut or enlarge the video"


class PoseliftError(Exception):
    """Base of all errors of this package; `hint` says in one line what to do about it.

    >>> from poselift import load
    >>> try:
    ...     load("walk.mp4")
    ... except PoseliftError as error:
    ...     print(error, "->", error.hint)
    walk.mp4: expected a name that ends in .npz or .json, got '.mp4' -> name another file
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class RecipeError(PoseliftError, ValueError):
    """A recipe has an unknown key or a value out of range."""


class SkeletonError(PoseliftError, ValueError):
    """A joint or skeleton is unknown, or no conversion leads from one skeleton to another."""


class ShapeError(PoseliftError, ValueError):
    """An array does not have the shape, type or range that is asked for."""


class GeometryError(PoseliftError, ValueError):
    """A geometric operation has no answer, for instance a point at or behind the camera."""


class DataFormatError(PoseliftError, ValueError):
    """A foreign file does not follow its format."""


class CheckpointError(PoseliftError, ValueError):
    """A model file lacks tensors, has too many, or is no model of ours."""


class TrainingError(PoseliftError, RuntimeError):
    """Training went astray: a loss or a weight is not finite."""


class OutputError(PoseliftError, OSError):
    """An output exists already, is not writable, or did not fit on the disk."""


class NoPersonError(PoseliftError, ValueError):
    """The input was read to its end and holds no person."""

    exit_code = 3

    def __init__(self, message: str, hint: str = TOO_SMALL) -> None:
        super().__init__(message, hint)


# Optional packages, and the extra of poselift that brings them.
EXTRAS = {
    "aggdraw": "video",
    "av": "video",
    "cdflib": "h36m",
    "ezc3d": "c3d",
    "pyarrow": "parquet",
    "matplotlib": "train",
    "mediapipe": "mediapipe",
    "h5py": "h36m",
    "lightning_fabric": "train",
    "onnx": "train",
    "onnxscript": "train",
    "scipy": "h36m",
    "tensorboard": "train",
    "tensorflow": "tf1",
    "torch": "train",
}


class MissingExtraError(PoseliftError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed", f"pip install 'poselift[{extra}]'")
        self.package, self.extra = package, extra

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        # Worker processes send errors home, and ImportError would rebuild this one from its message alone.
        return type(self), (self.package, self.extra)


class ExternalToolError(PoseliftError, RuntimeError):
    """A library or program that poselift calls failed."""
