"""Stand-in for models/checkpoint.py, to be removed when that lands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import nn

from poselift.data.output import whole_file


def save_checkpoint(path: Path, model: nn.Module, *, name: str, about: dict[str, Any], overwrite: bool) -> None:
    tensors = {key: tensor.detach().cpu().contiguous() for key, tensor in model.state_dict().items()}
    header = {"name": name, "config": vars(model.config), "about": about}
    with whole_file(path, overwrite=overwrite) as temporary:
        save_file(tensors, temporary, metadata={"poselift": json.dumps(header)})
