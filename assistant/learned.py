"""Learned weights on disk: matrices as whole numbers with one scale a row, compressed.

Comes in: what `evals.learning.rounded` made of weights. Goes out: the weights again. What is learned travels in every
install; what rounding costs and saves stands in `evals/LOG.md`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def widened(stored: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """What was rounded, as weights; what was not is left as it is."""
    weights: dict[str, Floats] = {}
    for name, values in stored.items():
        if not name.endswith("/scale"):
            scale = stored.get(f"{name}/scale")
            weights[name] = values.astype(np.float32) if scale is None else values.astype(np.float32) * scale
    return weights
