"""Pictures of high dynamic range (HDR) as ordinary ones: people as bright as on a display that shows both."""

from __future__ import annotations

from functools import cache

import numpy as np
from jaxtyping import UInt8

# FFmpeg's numbers of the curves, as in ISO/IEC 23091-2: perceptual quantiser (HDR10, Dolby Vision), hybrid log-gamma.
PQ, HLG = 16, 18
# White of ordinary pictures in HDR, in cd/m2 (ITU-R BT.2408); HLG is shown on a display of 1000.
_WHITE, _HLG_PEAK = 203.0, 1000.0
# What is brighter than this share of white is compressed to fit.
_KNEE = 0.8


def tone_mapped(image: UInt8[np.ndarray, "height width 3"], curve: int) -> UInt8[np.ndarray, "height width 3"]:
    """An image whose numbers follow an HDR curve, in sRGB's; one of another curve as it is.

    Each channel by itself: colours lose a little, which finds people all the same, at a tenth of the cost.
    """
    if curve not in (PQ, HLG):
        return image
    mapped: np.ndarray = _table(curve)[image]
    return mapped


@cache
def _table(curve: int) -> UInt8[np.ndarray, " 256"]:
    signal = np.arange(256) / 255
    light = (_pq(signal) if curve == PQ else _hlg(signal)) / _WHITE
    above = (light - _KNEE) / (1 - _KNEE)
    light = np.where(light <= _KNEE, light, _KNEE + (1 - _KNEE) * above / (1 + np.abs(above)))
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)  # sRGB, IEC 61966-2-1
    table: np.ndarray = np.rint(255 * shown.clip(0, 1)).astype(np.uint8)
    return table


def _pq(signal: np.ndarray) -> np.ndarray:
    """Light in cd/m2 (SMPTE ST 2084)."""
    root = signal ** (32 / 2523)
    share = np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)
    light: np.ndarray = 10000 * share ** (16384 / 2610)
    return light


def _hlg(signal: np.ndarray) -> np.ndarray:
    """Light in cd/m2 (ITU-R BT.2100)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    light: np.ndarray = _HLG_PEAK * scene**1.2
    return light
