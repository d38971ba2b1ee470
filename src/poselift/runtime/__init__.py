"""Networks in onnxruntime; no torch."""

import os

# From 1.29 on onnxruntime reports to its maker each model that it opens, and the machine by an identifier that it
# writes into the user's cache folder, unless this is set before it is imported. Who sets it to 0 has asked for that.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
