"""How `clip_v1.npz` and `clip_v1.json` were written: run once with the last poselift that had `save_clip`.

It wrote one clip a file; `poselift.load` reads such files for good.
"""

import numpy as np
from poselift.data.clip_file import save_clip

from poselift import SKELETONS, Camera, Clip

rng = np.random.default_rng(0)
valid = np.array([True, False, True])
arrays = {
    "joints_px": rng.uniform(0, 480, (3, 17, 2)),
    "confidence": rng.uniform(0.1, 1, (3, 17)),
    "joints_root_mm": rng.normal(0, 300, (3, 17, 3)),
    "root_cam_mm": rng.normal(3000, 100, (3, 3)),
}
for array in arrays.values():
    array[1] = 0 if array.shape == (3, 17) else np.nan
clip = Clip(
    SKELETONS["h36m17"],
    29.97,
    **{name: array.astype(np.float32) for name, array in arrays.items()},
    valid=valid,
    filled=~valid,
    size_px=(640, 480),
    camera=Camera.guessed((640, 480)),
    source="walk.mp4",
)
for name in ("clip_v1.npz", "clip_v1.json"):
    save_clip(clip, name)
