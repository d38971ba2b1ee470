"""Two cameras that stand somewhere, and what damaged files of them come to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from poselift.data.calibrations.reading import read_calibration
from poselift.errors import PoseliftError
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import euler_rotation


@pytest.fixture(scope="session")
def two_cameras() -> tuple[Camera, ...]:
    """Cameras with lenses of five coefficients, some metres from the origin."""
    cameras = []
    for n in range(2):
        rotation = euler_rotation("ZYX", np.array([0.3 + n, -0.2, 1.6]))
        place = np.array([1500.0 * (n + 1), -2500.0, 1700.0])
        lens = {"radial": np.array([-0.11, 0.05, 0.002]), "tangential": np.array([0.001, -0.0007])}
        focal, center = np.array([1490.0, 1500.0 + n]), np.array([955.0, 541.0])
        cameras.append(Camera(focal, center, rotation, place, **lens, size_px=(1920, 1080), name=f"cam_{n + 1:02d}"))
    return tuple(cameras)


@pytest.fixture(scope="session")
def same_camera() -> Callable[..., None]:
    """Assert that two cameras are the same; of a lens alone, where it stands does not count."""

    def check(found: Camera, true: Camera, *, placed: bool = True) -> None:
        for name in ("focal_px", "center_px", "radial", "tangential"):
            np.testing.assert_allclose(getattr(found, name), getattr(true, name), atol=1e-9)
        assert found.size_px == true.size_px
        if placed:
            np.testing.assert_allclose(found.rotation, true.rotation, atol=1e-9)
            np.testing.assert_allclose(found.position_mm, true.position_mm, atol=1e-6)

    return check


@pytest.fixture(scope="session")
def survives(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Damage a file in many ways: whatever comes of it is read, or refused in one short line."""

    def check(path: Path, read_path: Path | None = None) -> None:
        content, rng = path.read_bytes(), np.random.default_rng(0)
        for n in range(300):
            damaged = bytearray(content)
            for at in rng.integers(0, len(content), 1 + n % 4):
                damaged[at] = rng.choice(np.frombuffer(b'0-.,"[]{}:=<>ntx \n\xff', np.uint8))
            if n % 5 == 0:
                damaged = damaged[: rng.integers(0, len(content))]
            path.write_bytes(bytes(damaged))
            message = ""
            try:
                read_calibration(read_path or path)
            except PoseliftError as error:
                message = str(error)
            assert len(message) < 500 + len(str(path))
        path.write_bytes(content)

    return check
