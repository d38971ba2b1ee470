"""Networks in onnxruntime; no torch."""
