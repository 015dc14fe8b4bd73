"""From saved pages to an index: page → record → passage → index."""

import os

# Libraries read these when they are loaded, and nothing of ours runs earlier.
#
# onnxruntime reports every model that is loaded to its makers, from version 1.29 on also on Linux, unless this is set;
# its own function for that comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# NumPy's OpenBLAS shares even small products among threads, which wait for each other busily: beside one other program
# a question was parsed in 198 ms instead of 9, and 43,000 passages were compared in 8 ms instead of 3.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
