"""onnxruntime is told to be quiet.

From 1.29 on it tells its maker which machine it runs on and by which Python, and keeps an identifier of the machine
in the user's cache folder, unless the environment forbids it before it is imported. See docs/privacy.md.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

# The second is an older spelling.
SWITCHES = ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")
_YES = ("1", "true", "yes", "y", "on")  # what onnxruntime takes for one
_FIRST_THAT_REPORTS = (1, 29)


def silence_onnxruntime() -> None:
    """For this process and those that it starts; where the user has said the contrary, nothing.

    Too late for a part where onnxruntime is imported already: then a warning is logged.
    """
    if wanted():
        return
    too_late = "onnxruntime" in sys.modules and not _is_yes(os.environ.get(SWITCHES[0], ""))
    os.environ.update(dict.fromkeys(SWITCHES, "1"))
    if too_late:
        _silence_as_far_as_it_goes(sys.modules["onnxruntime"])


def wanted() -> bool:
    """Whether the user has said that onnxruntime may report. An empty variable says nothing."""
    told = [os.environ[name] for name in SWITCHES if os.environ.get(name)]
    return not all(map(_is_yes, told))


def tell_if_wanted() -> None:
    """Log a warning where onnxruntime reports because the user wants it."""
    if wanted():
        _warn(f"onnxruntime may report to its maker, as {' or '.join(SWITCHES)} asks for; unset it, and it does not")


def _is_yes(value: str) -> bool:
    return value.strip().lower() in _YES


def _silence_as_far_as_it_goes(onnxruntime: ModuleType) -> None:
    if tuple(map(int, onnxruntime.__version__.split(".")[:2])) < _FIRST_THAT_REPORTS:
        return
    onnxruntime.disable_telemetry_events()
    _warn(
        "onnxruntime was imported before poselift and has begun to report to its maker; most of the rest is now "
        f"turned off. Import poselift first, or set {SWITCHES[0]}=1"
    )


def _warn(message: str) -> None:
    import logging  # not at the top: `import poselift` is light

    logging.getLogger(__name__).warning(message)
