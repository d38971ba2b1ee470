"""Scenes in the formats that leave poselift: one file for each."""

from __future__ import annotations

# Ending of the name -> "module:function", which takes a scene, a path and `overwrite`; imported when used
EXPORTERS: dict[str, str] = {
    "npz": "poselift.data.scene_file:save",
    "json": "poselift.data.scene_file:save",
    "csv": "poselift.export.tables:write_csv",
    "trc": "poselift.export.trc:write_trc",
    "c3d": "poselift.export.c3d:write_c3d",
    "bvh": "poselift.export.bvh:write_bvh",
    "glb": "poselift.export.glb:write_glb",
}
