"""What is there, what is wrong, and what to do: index, embedder, prompts, endpoint, a line each.

Comes in: settings. Goes out: findings; nothing is changed. The endpoint is asked for one word; when none is set,
the usual ports of this machine are looked at.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from assistant.assembly import chosen_endpoint, endpoint_limits, make_embedder
from assistant.llm import USUAL_PORTS, Endpoint, Pulse, Running, find_running
from assistant.prompts import load_prompts
from assistant.settings import Settings
from ingest.errors import EndpointSilent, EndpointUnreachable, IndexDamaged, TalksError
from ingest.index import open_current

_MODELS_NAMED = 5
# Ollama cuts a longer prompt without a word; its own advice for work with sources is more than its default.
_SMALL_CONTEXT_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.good else 'FAIL'}  {self.subject}: {self.text}"


def examine(settings: Settings, *, ports: Sequence[int] = tuple(USUAL_PORTS)) -> list[Finding]:
    """Look at index, embedder, prompts and endpoint.

    Args:
        settings: What to look at.
        ports: Where on this machine a model server is looked for when none is set, or the one that is set is not there.
    """
    return [
        _finding("index", lambda: _index(settings)),
        _finding("embedder", lambda: _embedder(settings)),
        _finding("prompts", lambda: _prompts(settings)),
        _finding("endpoint", lambda: _endpoint(settings, ports)),
    ]


def _finding(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, look())
    except TalksError as error:
        return Finding(subject, False, str(error))


def _index(settings: Settings) -> str:
    generation = open_current(settings.home, make_embedder(settings).fingerprint)
    made = generation.manifest
    if generation.vectors.shape[0] != made.passages:
        raise IndexDamaged(
            f"{generation.folder} holds {generation.vectors.shape[0]} vectors for {made.passages} passages; "
            "run `talks ingest` to rebuild it."
        )
    return f"{made.talks} talks, {made.papers} papers, {made.passages} passages of {made.corpus}, made {made.created}"


def _embedder(settings: Settings) -> str:
    embedder = make_embedder(settings)
    vector = embedder.embed_question("Does it work?")
    return f"{embedder.fingerprint}, {len(vector)} dimensions"


def _prompts(settings: Settings) -> str:
    load_prompts(settings.prompts)
    return f"every template of {settings.prompts} has its variables"


def _endpoint(settings: Settings, ports: Sequence[int]) -> str:
    choice = chosen_endpoint(settings)
    if choice is None:
        return f"none is set, so answers are quotes; {_advice(find_running(ports))}"
    endpoint = Endpoint(choice, endpoint_limits(settings))
    try:
        model = endpoint.check()
        began = time.perf_counter()
        _hear_a_word(endpoint)
    except TalksError as error:
        found = [running for running in find_running(ports) if running.base_url != endpoint.base_url]
        if not found:
            raise
        raise EndpointUnreachable(f"{error} {_told(found[0])}.") from error
    waited_s = time.perf_counter() - began
    return f"{_name(endpoint)}; {model} began to answer after {waited_s:.1f} s; {_context(endpoint)}"


def _hear_a_word(endpoint: Endpoint) -> None:
    """Ask for anything; a model that is listed may still be one that only embeds, or too large to load."""
    with closing(endpoint.stream("Say yes.")) as pieces:
        for piece in pieces:
            if piece is not Pulse.WAITING:
                return
    raise EndpointSilent(f"{endpoint.where} answered with nothing; try another model there.")


def _name(endpoint: Endpoint) -> str:
    return f"{endpoint.kind} at {endpoint.where}" if endpoint.kind else endpoint.where


def _context(endpoint: Endpoint) -> str:
    context = endpoint.context()
    if not context.certain:
        return f"it does not tell its context size, {context.tokens:,} tokens are assumed (TALKS_LLM_CONTEXT_TOKENS)"
    longer = ""
    if endpoint.kind == "Ollama" and context.tokens <= _SMALL_CONTEXT_TOKENS:
        longer = "; start Ollama with OLLAMA_CONTEXT_LENGTH=8192 for longer sources"
    return f"it holds {context.tokens:,} tokens{longer}"


def _advice(found: Sequence[Running]) -> str:
    if not found:
        return "set TALKS_LLM_BASE_URL to have them written"
    return f"{_told(found[0])} to have them written"


def _told(running: Running) -> str:
    models = ", ".join(running.models[:_MODELS_NAMED]) or "no model loaded"
    return (
        f"{running.kind or 'A model server'} runs on this machine ({models}): set TALKS_LLM_BASE_URL={running.base_url}"
    )
