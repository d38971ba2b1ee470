"""Any data goes with any normalisation and any window, through the one loop: trained, validated and resumed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.models.checkpoint import load_checkpoint

NETWORKS = {
    "frame": {"name": "lcn", "channels": 4, "layers": 1, "in_channels": 3},
    "window": {"name": "videopose3d", "channels": 8, "filter_widths": [3], "in_channels": 3},
    "causal": {"name": "videopose3d", "channels": 8, "filter_widths": [3, 1], "in_channels": 2, "causal": True},
    "rated": {"name": "videopose3d", "channels": 8, "filter_widths": [3], "in_channels": 3, "fps": 20.0},
}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("normalisation", ["image_frame", "person_centred"])
@pytest.mark.parametrize("kind", ["motion_capture", "recordings"])
def test_it_trains_validates_and_resumes(run, mocap_store, recorded_store, tmp_path, kind, normalisation, network):
    recorded = {"store": str(recorded_store), "detections": "sh_ft", "flip": True}
    data = recorded if kind == "recordings" else {"store": str(mocap_store)}
    model = {**NETWORKS[network], "normalisation": normalisation}
    stop = iter([False] * 6 + [True])
    for name, options in (("whole", {}), ("parts", {"stop": lambda: next(stop)}), ("parts", {"resume": True})):
        _, rows = run(name, data=data, model=model, options=options)
    assert all(np.isfinite(row.loss) for row in rows)
    assert rows[-1].val_mpjpe_mm > 0
    whole, parts = (load_checkpoint(tmp_path / name / "final.safetensors") for name in ("whole", "parts"))
    for key, tensor in whole[0].state_dict().items():
        assert torch.equal(tensor, parts[0].state_dict()[key]), key
    assert whole[1].normalisation == normalisation
    assert whole[1].window == whole[0].window
    assert whole[0].window.frames == (1 if network == "frame" else 3)
