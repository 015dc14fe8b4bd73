"""An ingest that is slow and writes down how many texts it embeds at a time: CORPUS COLLECTION FILE."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.pipeline import ingest
from ingest.token_vectors import Words
from tests.ingest.test_damage import WordsOfBytes

A_BATCH_S = 0.2


class Counting(WordsOfBytes):
    """Writes down what it does before it does it."""

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Words]]:
        with Path(sys.argv[3]).open("a") as file:
            file.write(f"{len(texts)}\n")
        time.sleep(A_BATCH_S)
        return super().embed_passages_with_words(texts)


if __name__ == "__main__":
    ingest(Path(sys.argv[1]), Path(sys.argv[2]), Counting())
