"""Learned weights on disk: matrices as whole numbers with one scale a row, compressed.

Comes in: weights by name. Goes out: arrays to save, and the weights again. What is learned travels in every install;
what rounding costs and saves stands in `evals/LOG.md`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# From -31 to 31: some five bits a number once they are compressed.
STEPS = 31
_LEAST_ROUNDED = 10_000


def rounded(weights: Mapping[str, Floats], steps: int = STEPS) -> dict[str, NDArray[Any]]:
    """What to save: matrices to whole numbers up to `steps`, each row by a scale of its own, the rest to 16 bits."""
    stored: dict[str, NDArray[Any]] = {}
    for name, values in weights.items():
        if values.size < _LEAST_ROUNDED:
            stored[name] = values.astype(np.float16)
            continue
        scales = np.abs(values).max(axis=1, keepdims=True) / steps
        stored[name] = np.rint(values / scales).astype(np.int8)
        stored[f"{name}/scale"] = scales.astype(np.float32)
    return stored


def widened(stored: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """What `rounded` gave, as weights; what it has not rounded is left as it is."""
    weights: dict[str, Floats] = {}
    for name, values in stored.items():
        if not name.endswith("/scale"):
            scale = stored.get(f"{name}/scale")
            weights[name] = values.astype(np.float32) if scale is None else values.astype(np.float32) * scale
    return weights
