"""Learned weights on disk: matrices as whole numbers with one scale a row, compressed.

Comes in: a file beside the module that uses it, or what `evals.learning.rounded` made of weights. Goes out: the weights
again. What is learned travels in every install; what rounding costs and saves stands in `evals/LOG.md`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@cache
def load(path: Path) -> Mapping[str, NDArray[Any]]:
    """What a file holds; read once."""
    with np.load(path) as stored:
        return widened(stored)


def widened(stored: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """What was rounded, as weights; texts are left as they are."""
    weights: dict[str, NDArray[Any]] = {}
    for name, values in stored.items():
        if not name.endswith("/scale"):
            scale = stored.get(f"{name}/scale", np.float32(1))
            weights[name] = values if values.dtype.kind == "U" else values.astype(np.float32) * scale
    return weights
