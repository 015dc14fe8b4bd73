"""Texts → unit vectors, by an OpenAI-compatible endpoint that the user chose.

In: texts, an address, a model's name. Out: float32 vectors of length 1. Nothing is sent anywhere but to that address:
redirects are not followed, OpenAI's own address is never a fall-back, and for loopback no proxy of the environment is
asked.
"""

import json
import re
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import numpy as np
from numpy.typing import NDArray

from ingest.errors import EmbedderError, EndpointRejected, EndpointUnreachable

_BATCH = 64
# A server that has just started may refuse once; more would only delay the message.
_RETRIES = 1
_SHOWN_CHARS = 200


class EndpointEmbedder:
    """An `Embedder` behind `/v1/embeddings`.

    Args:
        base_url: With or without `/v1` at its end.
        model: As the endpoint names it.
        api_key: Sent there only; never part of a message or the fingerprint.
        timeout_s: For each request.

    Raises:
        EmbedderError: The address is not one.
    """

    def __init__(self, base_url: str, model: str, api_key: str | None, timeout_s: float) -> None:
        try:
            parts = urlsplit(base_url.strip())
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            usable = False
        if not usable:
            raise EmbedderError(
                "The address of the embedding endpoint cannot be used; set one like http://127.0.0.1:8080, "
                "with no user name or password in it."
            )
        path = parts.path.rstrip("/")
        if not re.search(r"/v\d+\w*$", path):
            path += "/v1"
        self._address = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        self._model = model
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._dimensions: int | None = None

    @property
    def fingerprint(self) -> str:
        """Model and address; an endpoint tells no version."""
        return f"{self._model}@{self._address}"

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `ingest.embedder.Embedder`."""
        return np.concatenate([self._embed(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)])

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """See `ingest.embedder.Embedder`."""
        vector: NDArray[np.float32] = self._embed([text])[0]
        return vector

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = self._ask(texts)
        if len(rows) != len(texts):
            raise EmbedderError(
                f"{self._address}: gave {len(rows)} vectors for {len(texts)} texts with the model {self._model}; "
                "choose a model that embeds."
            )
        try:
            vectors = np.array(rows, dtype=np.float64)
        except (TypeError, ValueError):  # rows of different lengths, or not numbers
            vectors = np.empty(0)
        if vectors.ndim != 2 or not vectors.size or not np.isfinite(vectors).all():
            raise EmbedderError(
                f"{self._address}: what the model {self._model} gave are not vectors of one length; "
                "choose a model that embeds."
            )
        expected = self._dimensions or vectors.shape[1]
        if vectors.shape[1] != expected:
            raise EmbedderError(
                f"{self._address}: {self._model} gave vectors of {vectors.shape[1]} numbers after {expected} before; "
                "the model behind this name has changed, so run `talks ingest` again."
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not lengths.all():
            raise EmbedderError(f"{self._address}: {self._model} gave a vector of zeros; choose another model.")
        self._dimensions = expected
        unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
        return unit

    def _ask(self, texts: Sequence[str]) -> list[object]:
        """One request: the vectors as the endpoint gave them, in the order of the texts."""
        import httpx  # here, because a search with the bundled model needs none of it

        from ingest.web import http_client

        # Several servers refuse an empty text; and not every one knows another encoding than floats.
        sent = [text if text.strip() else "." for text in texts]
        asked = {"model": self._model, "input": sent, "encoding_format": "float"}
        body = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
        for left in range(_RETRIES, -1, -1):
            try:
                with http_client(
                    self._address,
                    self._api_key,
                    key_variable="TALKS_EMBEDDING_API_KEY",
                    connect_timeout_s=self._timeout_s,
                    read_timeout_s=self._timeout_s,
                ) as http:
                    answer = http.post(
                        f"{self._address}/embeddings", content=body, headers={"Content-Type": "application/json"}
                    )
            except (httpx.HTTPError, OSError) as error:  # also raised when it takes longer than timeout_s
                if not left:
                    raise EndpointUnreachable(
                        f"{self._address}: no answer from the embedding endpoint within {self._timeout_s:g} s "
                        f"({error}); start it, or set TALKS_EMBEDDER=bundled."
                    ) from None
                continue
            if answer.is_success or not left or answer.status_code not in (408, 409, 429, *range(500, 600)):
                break
        if not answer.is_success:
            raise EndpointRejected(self._rejection(answer.status_code, answer.text))
        try:
            rows = sorted(answer.json()["data"], key=lambda row: row["index"])
            return [row["embedding"] for row in rows]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise EmbedderError(
                f"{self._address}: the answer is not a list of embeddings; is this an OpenAI-compatible endpoint?"
            ) from None

    def _rejection(self, status: int, said: str) -> str:
        said = " ".join(said.split())
        if self._api_key:
            said = said.replace(self._api_key, "[key]")
        action = {
            401: "set TALKS_EMBEDDING_API_KEY to a key it accepts",
            403: "set TALKS_EMBEDDING_API_KEY to a key it accepts",
            404: "set TALKS_EMBEDDING_MODEL to a model it has, and check the address",
        }.get(status, "see the log of the endpoint")
        return f"{self._address}: refused to embed with {self._model} ({said[:_SHOWN_CHARS]}); {action}."
