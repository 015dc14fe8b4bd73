"""What is there, what is wrong, and what to do: home, index, vectors, embedder, prompts, endpoint, server, a line each.

Comes in: settings. Goes out: findings; nothing is changed. The endpoint is asked for one word; when none is set,
the usual ports of this machine are looked at. The server is asked for its health where it listens.
"""

import errno
import os
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import httpx

from assistant.assembly import chosen_endpoint, collection_folder, make_embedder, store_choice
from assistant.llm import ASSUMED_CONTEXT_TOKENS, USUAL_PORTS, Endpoint, Pulse, Running, find_running
from assistant.prompts import load_prompts
from assistant.settings import Settings
from ingest import errors
from ingest.snapshots import find_current, open_current

_MODELS_NAMED = 5
# An index of 21,715 talks takes 300 MB, and the next one is written beside it.
_ENOUGH_FREE_BYTES = 1_000_000_000
_HEALTH_TIMEOUT_S = 3.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.good else 'FAIL'}  {self.subject}: {self.text}"


def examine(settings: Settings, *, ports: Sequence[int] = tuple(USUAL_PORTS)) -> list[Finding]:
    """Look at all that `talks` needs, in the order in which it is needed.

    Args:
        ports: Where on this machine a model server is looked for when none is set, or the one that is set is not there.
    """
    looks: dict[str, Callable[[Settings], str]] = {
        "home": _home,
        "index": _index,
        "vectors": _vectors,
        "embedder": _embedder,
        "prompts": _prompts,
        "endpoint": lambda settings: _endpoint(settings, ports),
        "server": _server,
    }
    findings = []
    for subject, look in looks.items():
        try:
            findings.append(Finding(subject, True, look(settings)))
        except errors.TalksError as error:
            findings.append(Finding(subject, False, str(error)))
    return findings


def check_address(settings: Settings) -> None:
    """Whether a server can listen there; a script that opens 7860 must find it there, or be told.

    Raises:
        errors.SettingsError: The address is taken, or not this machine's.
    """
    if settings.port and (problem := _bind_problem(settings)) is not None:
        raise errors.SettingsError(
            f"{settings.host}:{settings.port} cannot be used ({problem.strerror}); stop what runs there or set "
            "TALKS_PORT to another."
        )


def _bind_problem(settings: Settings) -> OSError | None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return error
    return None


def _home(settings: Settings) -> str:
    home = settings.home
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise errors.IndexUnwritable(f"{home} cannot be written; set TALKS_HOME to a folder of yours.")
    free_bytes = shutil.disk_usage(there).free
    if free_bytes < _ENOUGH_FREE_BYTES:
        raise errors.IndexUnwritable(
            f"{home} has {free_bytes / 1e9:.1f} GB left, and an index is written beside the one that serves; make room "
            "or set TALKS_HOME to another disk."
        )
    return f"{home}, {free_bytes / 1e9:,.0f} GB free"


def _index(settings: Settings) -> str:
    snapshot = open_current(collection_folder(settings), make_embedder(settings).fingerprint, whole=True)
    if snapshot.problem is not None:
        raise errors.IndexDamaged(snapshot.problem)
    made = snapshot.manifest
    return f"{made.talks} talks, {made.papers} papers, {made.passages} passages of {made.corpus}, made {made.created}"


def _vectors(settings: Settings) -> str:
    """Where vectors are searched; a server is asked for the collection, although a small one is searched without it."""
    choice = store_choice(settings)
    if choice.url is None:
        return "searched here, none is sent anywhere"
    snapshot = find_current(collection_folder(settings), choice)
    if snapshot is None:
        return f"{choice.url} gets them with the first `talks ingest`"
    with closing(snapshot):
        if snapshot.manifest.store != choice.url:
            raise errors.IndexUnusable(f"{choice.url} has none of this collection; run `talks ingest` to fill it.")
        choice.open(snapshot.folder).close()
    return f"{choice.url} answers"


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
        found = find_running(ports)
        setting = _told(found[0]) if found else "set TALKS_LLM_BASE_URL"
        return f"none is set, so answers are quotes; {setting} to have them written"
    endpoint = Endpoint(choice, settings)
    try:
        model = endpoint.check()
        began = time.perf_counter()
        _hear_a_word(endpoint)
    except errors.TalksError as error:
        found = [running for running in find_running(ports) if running.base_url != endpoint.base_url]
        if not found:
            raise
        raise errors.EndpointUnreachable(f"{error} But {_told(found[0])}.") from error
    waited_s = time.perf_counter() - began
    tokens = endpoint.context_tokens()
    holds = f"it holds {tokens or 0:,} tokens"
    if tokens is None:
        assumed = f"{ASSUMED_CONTEXT_TOKENS:,} tokens are assumed (TALKS_LLM_CONTEXT_TOKENS)"
        holds = f"it does not tell its context size, {assumed}"
    elif tokens <= ASSUMED_CONTEXT_TOKENS:
        holds += "; load it with more for longer sources (Ollama: OLLAMA_CONTEXT_LENGTH=16384)"
    return f"{endpoint.where}; {model} began to answer after {waited_s:.1f} s; {holds}"


def _hear_a_word(endpoint: Endpoint) -> None:
    """Ask for anything; a model that is listed may still be one that only embeds, or too large to load."""
    with closing(endpoint.stream("Say yes.")) as pieces:
        for piece in pieces:
            if piece is not Pulse.WAITING:
                return
    raise errors.EndpointSilent(f"{endpoint.where} answered with nothing; try another model there.")


def _server(settings: Settings) -> str:
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    offered = "page, API (/v1) and tools (/mcp)"
    problem = _bind_problem(settings)
    if problem is None:
        return f"nothing runs at {address} yet; `talks chat` serves {offered} there"
    if problem.errno != errno.EADDRINUSE:
        check_address(settings)
    try:
        status = httpx.get(f"{address}/health", timeout=_HEALTH_TIMEOUT_S, trust_env=False).json()["status"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        raise errors.SettingsError(
            f"Something else answers at {address}; stop it or set TALKS_PORT to another port."
        ) from None
    return f"{offered} at {address}; {'questions are answered' if status == 'ok' else f'its health is: {status}'}"


def _told(running: Running) -> str:
    models = ", ".join(running.models[:_MODELS_NAMED]) or "no model loaded"
    return (
        f"{running.kind or 'a model server'} runs on this machine ({models}): set TALKS_LLM_BASE_URL={running.base_url}"
    )
