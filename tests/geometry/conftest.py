import numpy as np
import pytest

from poselift.geometry import Camera


@pytest.fixture
def camera() -> Camera:
    """A Human3.6M-like camera that stands 5 m from the origin, 1.5 m up, and looks level along the world's y."""
    return Camera(
        focal_px=np.array([1145.05, 1143.78]),
        center_px=np.array([512.54, 515.45]),
        rotation=np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
        position_mm=np.array([0.0, -5000, 1500]),
        radial=np.array([-0.2076, 0.2477, -0.003]),
        tangential=np.array([-0.0009, -0.0016]),
        size_px=(1000, 1002),
    )
