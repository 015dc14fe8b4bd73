"""What is there, what is wrong, and what to do: index, embedder, endpoint, a line each.

Comes in: settings. Goes out: findings; nothing is changed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.assembly import Assistant, make_embedder
from assistant.settings import Settings
from ingest.errors import EndpointRejected, IndexDamaged, TalksError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.good else 'FAIL'}  {self.subject}: {self.text}"


def examine(settings: Settings) -> list[Finding]:
    """Look at the embedder, the prompts and index, and the endpoint."""
    return [
        _finding("embedder", lambda: _embedder(settings)),
        _finding("index", lambda: _index(settings)),
        _finding("endpoint", lambda: _endpoint(settings)),
    ]


def _finding(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, look())
    except TalksError as error:
        return Finding(subject, False, str(error))


def _embedder(settings: Settings) -> str:
    embedder = make_embedder(settings)
    vector = embedder.embed_question("Does it work?")
    return f"{embedder.fingerprint}, {len(vector)} dimensions"


def _index(settings: Settings) -> str:
    generation = Assistant(settings).generation
    made = generation.manifest
    if generation.vectors.shape[0] != made.passages:
        raise IndexDamaged(
            f"{generation.folder} holds {generation.vectors.shape[0]} vectors for {made.passages} passages; "
            "run `talks ingest` to rebuild it."
        )
    return f"{made.talks} talks, {made.papers} papers, {made.passages} passages of {made.corpus}, made {made.created}"


def _endpoint(settings: Settings) -> str:
    endpoint = Assistant(settings).endpoint()
    if endpoint is None:
        return "none is set, answers are quotes; set TALKS_LLM_BASE_URL to have them written"
    listed = endpoint.models()
    wanted = settings.llm_model
    if wanted and wanted not in listed:
        raise EndpointRejected(
            f"{endpoint.base_url} has no model {wanted}; it lists {', '.join(listed) or 'none'}. Set TALKS_LLM_MODEL."
        )
    return f"{endpoint.base_url} answers; models: {', '.join(listed) or 'none listed'}"
