"""Scenes in the formats that leave poselift: one file for each."""

from __future__ import annotations

# Ending of the name -> "module:function", which takes a scene, a path and `overwrite`; imported when used. Where it
# writes other files than that one, it returns their paths.
EXPORTERS: dict[str, str] = {
    "npz": "poselift.data.scene_file:save",
    "json": "poselift.data.scene_file:save",
    "csv": "poselift.export.tables:write_csv",
    "parquet": "poselift.export.parquet:write_parquet",
    "trc": "poselift.export.trc:write_trc",
    "c3d": "poselift.export.c3d:write_c3d",
    "mot": "poselift.export.mot:write_mot",
    "bvh": "poselift.export.bvh:write_bvh",
    "glb": "poselift.export.glb:write_glb",
}
