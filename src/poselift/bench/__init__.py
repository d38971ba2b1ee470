"""How fast poselift is on this machine, beside references and the machine's own limits, measured in the same run."""

from __future__ import annotations

# name -> "module:function" that takes settings and yields contests, imported when used
SECTIONS: dict[str, str] = {
    "machine": "poselift.bench.machine:contests",
    "lifting": "poselift.bench.lifting:contests",
    "training": "poselift.bench.training:contests",
    "evaluation": "poselift.bench.evaluation:contests",
    "store": "poselift.bench.store:contests",
    "video": "poselift.bench.video:contests",
}
