"""Texts → unit vectors whose products are cosines: by the bundled model, or by an endpoint that the user chose.

Comes in: passages or a question. Goes out: float32 vectors of length 1. LlamaIndex's face of this is in
`assistant.integrations`. onnxruntime is not imported before it is needed, because the command line must answer at
once. What an endpoint does instead of the bundled model is in `ingest.endpoint_embedder`.
"""

import hashlib
import io
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ingest.errors import EmbedderError
from ingest.token_vectors import ONE, WORD_DIMENSIONS, Words

Vectors = NDArray[np.float32]

BUNDLED_MODEL = Path(__file__).parent / "models" / "all-MiniLM-L6-v2"
# The 475 lines of the seeds on two cores, passages/s at batches of 1, 4, 8, 16, 32: 173, 209, 203, 183, 172 when sorted
# by length; 165, 113, 90, 77, 80 when not.
_BATCH = 4
# The graph names one output, the embedding. Protocol Buffers joins what is said twice of one message, so these bytes
# after the file (ModelProto.graph.output.name) name others: the vectors of the tokens, before their mean is taken, and
# what they are after the fourth of the six layers.
_EMBEDDING, _TOKENS, _MIDDLE = "embedding", "SkipLayerNormalization_179_0", "SkipLayerNormalization_123_0"
_TOKENS_TOO = b"".join(b"\x3a\x20\x62\x1e\x0a\x1c" + name.encode() for name in (_TOKENS, _MIDDLE))
_FILES = ("model.onnx", "tokenizer.json", "words.npy")
_REPAIR = "restore the folder from the release (with git: `git checkout -- ingest/models`)."


class Embedder(Protocol):
    """What turns texts into vectors; questions and passages share one space."""

    @property
    def fingerprint(self) -> str:
        """Names the model and its exact version; vectors of two fingerprints cannot be compared."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed many texts.

        Args:
            texts: At least one, in any order and of any length; an empty one is embedded as such.

        Returns:
            Shape (n, d), unit rows, in the order of the texts.

        Raises:
            EmbedderError: The model is damaged, or the endpoint gave something else than vectors.
            EndpointError: The endpoint is not there, or it refused.
        """

    def embed_question(self, text: str) -> Vectors:
        """Embed one text: shape (d,), length 1; raises as `embed_passages` does."""


@runtime_checkable
class WordEmbedder(Protocol):
    """An embedder that also tells what each word of a text means there, in the same pass over the text."""

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[Vectors, list[Words]]:
        """What `embed_passages` gives, and each text's words."""

    def embed_question_with_words(self, text: str) -> tuple[Vectors, Words]:
        """What `embed_question` gives, and the words."""

    def word_starts(self, text: str) -> list[tuple[str, int]]:
        """Those words of a text, each with its offset in characters; embeds nothing."""


class Pieces(NamedTuple):
    """A text as the model splits it, for those who read on where its fourth layer ends.

    Attributes:
        spans: Of each piece, in characters; (0, 0) for the two marks at the ends.
        vectors: Shape (pieces, 384).
    """

    spans: Sequence[tuple[int, int]]
    vectors: Vectors


class WordsInContext(NamedTuple):
    """The words of a text by their place, and what each means there after the fourth layer and after the last.

    Attributes:
        vector: Shape (384,), the text's own, of length 1.
        spans: Of each word with a letter or digit in it, in characters.
        middle: Shape (words, 384): still near to the word itself, so that "some" is not "all".
        last: Shape (words, 384): near to what the text is about, so that "car" is nearly "vehicle".
    """

    vector: Vectors
    spans: Sequence[tuple[int, int]]
    middle: Vectors
    last: Vectors


class _Word(NamedTuple):
    """A word with a letter or digit in it: its characters in the text, and its pieces."""

    text: str
    span: tuple[int, int]
    pieces: slice


class _Asked(NamedTuple):
    """All that one pass over a question tells of it."""

    vector: Vectors
    words: Words
    pieces: Pieces


class _Loaded(NamedTuple):
    """The model's parts; `directions` has shape (384, `WORD_DIMENSIONS`), in which words differ most."""

    tokenizer: Any
    session: Any
    directions: Vectors


class BundledEmbedder:
    """The model in this package, all-MiniLM-L6-v2, on the processor, with no network.

    The model is loaded and its digests are checked at the first text, not before; the fingerprint is taken from the
    digests listed in SHA256SUMS beside it. A text's vector does not depend on the texts it is embedded with.
    Texts are cut at 256 tokens, the most the model was published for. Safe to share between threads.
    """

    dimensions = 384

    def __init__(self, folder: Path = BUNDLED_MODEL, *, threads: int = 2) -> None:
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        # A turn asks for the same question's vector half a dozen times.
        self._embed_question = lru_cache(maxsize=64)(self._embed_one)

    @property
    def fingerprint(self) -> str:
        """Model name and a digest of its files, as listed; loads nothing.

        Raises:
            EmbedderError: The list is missing or incomplete.
        """
        listed = self._listed_digests()
        return f"{self._folder.name}@{hashlib.sha256(' '.join(listed.values()).encode()).hexdigest()[:16]}"

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        return self.embed_passages_with_words(texts)[0]

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[Vectors, list[Words]]:
        """See `WordEmbedder`."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        words = [Words((), np.empty((0, WORD_DIMENSIONS), dtype=np.int8))] * len(texts)
        for n, encoding, (vector, tokens) in self._read(texts, [_EMBEDDING, _TOKENS]):
            vectors[n], words[n] = vector, _words(encoding, tokens, self._load().directions)
        return vectors, words

    def word_starts(self, text: str) -> list[tuple[str, int]]:
        """See `WordEmbedder`."""
        return [(word.text, word.span[0]) for word in _words_of(self._load().tokenizer.encode(text))]

    def embed_phrasing(self, text: str) -> Vectors:
        """Shape (384,), length 1: how a question is put as well as what it is about; in the same pass as these.

        "How many nodes has the cluster?" is nearly as near to "How many pupils has the school?" as to "Where does the
        cluster stand?"; the last layers forget the first, as they were trained on what texts are about. This is the
        mean of what the pieces are after the fourth.
        """
        mean = self.embed_pieces(text).vectors.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def knows_word(self, word: str) -> bool:
        """Whether a word in small letters is common enough to be one piece."""
        return self._load().tokenizer.token_to_id(word) is not None

    def embed_in_context(self, texts: Sequence[str]) -> list[WordsInContext]:
        """Each text's vector, and its words in their context, in one pass."""
        read: dict[int, WordsInContext] = {}
        for n, encoding, (vector, last, middle) in self._read(texts, [_EMBEDDING, _TOKENS, _MIDDLE]):
            words = _words_of(encoding)
            means = (_means(vectors, words) for vectors in (middle, last))
            read[n] = WordsInContext(vector.copy(), [word.span for word in words], *means)
        return [read[n] for n in range(len(texts))]

    def embed_pieces(self, text: str) -> Pieces:
        """The pieces of a text in their context, after the fourth of the six layers."""
        return self._embed_question(text).pieces

    def embed_question(self, text: str) -> Vectors:
        """See `Embedder`."""
        return self._embed_question(text).vector

    def embed_question_with_words(self, text: str) -> tuple[Vectors, Words]:
        """See `WordEmbedder`."""
        asked = self._embed_question(text)
        return asked.vector, asked.words

    def _embed_one(self, text: str) -> _Asked:
        [(_, encoding, (vector, tokens, pieces))] = self._read([text], [_EMBEDDING, _TOKENS, _MIDDLE])
        for shared in (vector, pieces):
            shared.flags.writeable = False  # it is given to whoever asks next
        return _Asked(vector, _words(encoding, tokens, self._load().directions), Pieces(encoding.offsets, pieces))

    def _read(self, texts: Sequence[str], outputs: Sequence[str]) -> Iterator[tuple[int, Any, list[Vectors]]]:
        """Each text's number, encoding and outputs, as they come."""
        if not texts:
            return
        loaded = self._load()
        encodings = loaded.tokenizer.encode_batch(list(texts))
        rows = [encoding.ids for encoding in encodings]
        # Texts of like length share a batch: padding costs as much as words.
        order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            ids = np.zeros((len(batch), len(rows[batch[-1]])), dtype=np.int64)
            mask = np.zeros_like(ids)
            for k, n in enumerate(batch):
                ids[k, : len(rows[n])] = rows[n]
                mask[k, : len(rows[n])] = 1
            found = loaded.session.run(outputs, {"input_ids": ids, "attention_mask": mask})
            for k, n in enumerate(batch):
                yield n, encodings[n], [one[k] for one in found]

    def _listed_digests(self) -> dict[str, str]:
        path = self._folder / "SHA256SUMS"
        try:
            pairs = (line.split() for line in path.read_text("ascii").splitlines())
            digests = {name: digest for digest, name in pairs}
            return {name: digests[name] for name in _FILES}
        except (OSError, ValueError, KeyError):
            raise EmbedderError(f"{path}: missing or incomplete; {_REPAIR}") from None

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                content = {name: self._checked(name, digest) for name, digest in self._listed_digests().items()}
                import onnxruntime
                from tokenizers import Tokenizer

                # Beside the variable in `ingest`, which does it on Linux; this one is for Windows.
                onnxruntime.disable_telemetry_events()
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                # Waiting threads sleep: beside one busy program 61 passages/s instead of 40; alone 88 instead of 97.
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                try:
                    session = onnxruntime.InferenceSession(
                        content["model.onnx"] + _TOKENS_TOO, options, providers=["CPUExecutionProvider"]
                    )
                    tokenizer = Tokenizer.from_str(content["tokenizer.json"].decode())
                    directions = np.load(io.BytesIO(content["words.npy"])).astype(np.float32)
                except Exception as error:  # the two libraries share no narrower class
                    raise EmbedderError(f"{self._folder}: the model does not load ({error}); {_REPAIR}") from error
                self._loaded = _Loaded(tokenizer, session, directions)
            return self._loaded

    def _checked(self, name: str, digest: str) -> bytes:
        path = self._folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise EmbedderError(f"{path}: cannot be read ({error.strerror}); {_REPAIR}") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise EmbedderError(f"{path}: damaged, its sha256 is not the one in SHA256SUMS; {_REPAIR}")
        return content


def _words(encoding: Any, tokens: Vectors, directions: Vectors) -> Words:
    """The words of one text, their vectors along the directions in which words differ most."""
    words = _words_of(encoding)
    vectors = _means(tokens, words) @ directions
    vectors *= ONE / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Words(tuple(word.text for word in words), np.rint(vectors).astype(np.int8))


def _words_of(encoding: Any) -> list[_Word]:
    found: list[_Word] = []
    for word, places in groupby(range(len(encoding.ids)), key=encoding.word_ids.__getitem__):
        own = list(places)
        text = "".join(encoding.tokens[row].removeprefix("##") for row in own)
        if word is not None and any(letter.isalnum() for letter in text):
            span = (encoding.offsets[own[0]][0], encoding.offsets[own[-1]][1])
            found.append(_Word(text, span, slice(own[0], own[-1] + 1)))
    return found


def _means(tokens: Vectors, words: Sequence[_Word]) -> Vectors:
    """Shape (words, 384): of each word the mean of its pieces."""
    means = [tokens[word.pieces].mean(axis=0) for word in words]
    return np.array(means, dtype=np.float32).reshape(-1, tokens.shape[1])
