"""What leaves poselift: networks and clips in formats of others."""

from __future__ import annotations

# name -> "module:function", imported when used
EXPORTERS: dict[str, str] = {
    "onnx": "poselift.deploy.onnx:export_onnx",
    "csv": "poselift.export.tables:write_csv",
}
