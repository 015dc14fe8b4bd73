"""An ingest that takes its time and writes down how many texts it embeds, for a process that is killed in it."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.pipeline import ingest
from ingest.stores import chroma
from ingest.token_vectors import Words
from tests.ingest.test_damage import WordsOfBytes

A_BATCH_S = 0.02

# Imported where processes are forked from, so that each begins with the ingest itself.
chroma._chroma()  # noqa: SLF001


class Counting(WordsOfBytes):
    """Writes down what it does before it does it."""

    def __init__(self, made: Path) -> None:
        self._made = made

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Words]]:
        with self._made.open("a") as file:
            file.write(f"{len(texts)}\n")
        time.sleep(A_BATCH_S)
        return super().embed_passages_with_words(texts)


def slow_ingest(corpus: Path, collection: Path, made: Path) -> None:
    """Ingest; `made` gets a line for each batch."""
    ingest(corpus, collection, Counting(made))
