"""The seeds' passages → the few directions in which the vectors of their words differ most, beside the model.

They are turned at random within the space that they span: cosines stay what they are, and words vary alike along each,
so that four bits a number suffice (`ingest.token_vectors`).

In: the folder of the seeds. Out: `words.npy` in `ingest/models/all-MiniLM-L6-v2`, shape (384, 96),
fp16, and its digest in the list. Run after `build_embedder.py`, with the program's own libraries. Never
imported by the program.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from ingest.embedder import _TOKENS, _TOKENS_TOO, BUNDLED_MODEL, _means, _words_of
from ingest.lexical import is_stop_word
from ingest.merge import merge
from ingest.passages import record_passages
from ingest.pipeline import corpus_files
from ingest.readers.registry import read_file
from ingest.token_vectors import WORD_DIMENSIONS


def main() -> None:
    """Fit, write, and list the digest."""
    readings = [read_file(file.path, name=file.name) for file in corpus_files(Path(sys.argv[1]))]
    records = merge([record for reading in readings for record in reading.records]).records
    tokenizer = Tokenizer.from_file(str(BUNDLED_MODEL / "tokenizer.json"))
    session = onnxruntime.InferenceSession((BUNDLED_MODEL / "model.onnx").read_bytes() + _TOKENS_TOO)
    moment = np.zeros((384, 384))
    for passage in (passage for record in records for passage in record_passages(record)):
        encoding = tokenizer.encode(passage.headed_text)
        ids = np.array([encoding.ids])
        tokens = session.run([_TOKENS], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        words = _words_of(encoding)
        kept = _means(tokens, [word for word in words if not is_stop_word(word.text)]).astype(np.float64)
        kept /= np.linalg.norm(kept, axis=1, keepdims=True)
        moment += kept.T @ kept
    directions = np.linalg.eigh(moment)[1][:, ::-1][:, :WORD_DIMENSIONS]
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((WORD_DIMENSIONS, WORD_DIMENSIONS)))[0]
    np.save(BUNDLED_MODEL / "words.npy", (directions @ turn).astype(np.float16))
    sums = BUNDLED_MODEL / "SHA256SUMS"
    others = [line for line in sums.read_text("ascii").splitlines() if not line.endswith("words.npy")]
    digest = hashlib.sha256((BUNDLED_MODEL / "words.npy").read_bytes()).hexdigest()
    sums.write_text("".join(f"{line}\n" for line in [*others, f"{digest}  words.npy"]), "ascii")


if __name__ == "__main__":
    main()
