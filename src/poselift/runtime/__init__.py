"""Networks in onnxruntime; no torch."""

from poselift.telemetry import tell_if_wanted

tell_if_wanted()
