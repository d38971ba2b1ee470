"""poselift: lift 2D human keypoints to 3D poses.

Importing this package is light: names are resolved when they are first used, and none of torch, mediapipe, aggdraw
or ray is loaded by it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from poselift.telemetry import silence_onnxruntime

if TYPE_CHECKING:
    from poselift.data.clip import Clip as Clip
    from poselift.data.scene import Scene as Scene
    from poselift.data.scene_file import load as load
    from poselift.data.scene_file import save as save
    from poselift.data.store import DatasetStore as DatasetStore
    from poselift.data.store import load_store as load_store
    from poselift.errors import PoseliftError as PoseliftError
    from poselift.geometry.camera import Camera as Camera
    from poselift.lifting.lifter import Lifter as Lifter
    from poselift.lifting.options import LiftOptions as LiftOptions
    from poselift.lifting.video import lift_video as lift_video
    from poselift.skeleton.definitions import SKELETONS as SKELETONS
    from poselift.skeleton.skeleton import Skeleton as Skeleton
    from poselift.version import __version__ as __version__
    from poselift.viz.overlay import write_overlay as write_overlay
    from poselift.viz.viewer import write_viewer as write_viewer

_HOMES = {
    "Camera": "geometry.camera",
    "Clip": "data.clip",
    "DatasetStore": "data.store",
    "LiftOptions": "lifting.options",
    "Lifter": "lifting.lifter",
    "PoseliftError": "errors",
    "SKELETONS": "skeleton.definitions",
    "Scene": "data.scene",
    "Skeleton": "skeleton.skeleton",
    "lift_video": "lifting.video",
    "load": "data.scene_file",
    "load_store": "data.store",
    "save": "data.scene_file",
    "write_overlay": "viz.overlay",
    "write_viewer": "viz.viewer",
}

__all__ = [
    "SKELETONS",
    "Camera",
    "Clip",
    "DatasetStore",
    "LiftOptions",
    "Lifter",
    "PoseliftError",
    "Scene",
    "Skeleton",
    "lift_video",
    "load",
    "load_store",
    "save",
    "write_overlay",
    "write_viewer",
]

# Here, because everything of poselift that imports onnxruntime comes after it, in worker processes too.
silence_onnxruntime()


def __getattr__(name: str) -> Any:
    home = "version" if name == "__version__" else _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'poselift' has no attribute {name!r}")
    return getattr(import_module(f"poselift.{home}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
