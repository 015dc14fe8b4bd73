"""From saved pages to an index: page → record → passage → index."""

import os

# onnxruntime reports every model that is loaded to its makers, from version 1.29 on also on Linux, unless this is set
# before it is loaded; its own function for that comes too late. Here, because nothing of ours runs earlier.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
