"""What a turn adds to the time until a model's first word, and whether memory stays flat over many turns.

The same scripted server, over a real socket, is asked directly with an HTTP client and through a whole turn: search,
prompt, endpoint. Run from the clone: python -m evals.bench_endpoint [ROUNDS]
"""

import gc
import statistics
import sys
import tempfile
import threading
import time
import tracemalloc
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from assistant.assembly import Assistant
from assistant.llm import Endpoint, EndpointChoice
from assistant.settings import load_settings
from assistant.types import Delta
from tests.scripted_endpoint import Script, ScriptedEndpoint

QUESTIONS = (
    "What goes wrong in training when models get bigger?",
    "Where did Volkan Cevher study?",
    "How much power do the neuromorphic models need?",
    "What is hunting the Hessian about?",
)
PIECES = ("Scale brings", " instability", " [1].")


@dataclass(frozen=True, slots=True)
class FirstWord:
    """Medians, in milliseconds.

    Attributes:
        direct: An HTTP client alone, one for all requests: the least that it can take.
        endpoint: Through `Endpoint.stream` with the same question.
        turn: Through a whole turn, search included.
        added: `turn` less `direct`.
    """

    direct: float
    endpoint: float
    turn: float
    added: float


def first_word(assistant: Assistant, rounds: int) -> FirstWord:
    """Time until the first word, the three ways in turn so that the machine's moods hit all alike."""
    kept: tuple[list[float], ...] = ([], [], [])
    with (
        ScriptedEndpoint(Script(pieces=PIECES)) as server,
        httpx.Client(base_url=f"{server.address}/v1") as client,
    ):
        endpoint = assistant.connect(EndpointChoice(server.address))
        for number in range(rounds + 3):
            question = QUESTIONS[number % len(QUESTIONS)]
            direct, through = _direct_ms(client, question), _endpoint_ms(endpoint, question)
            times_ms = direct, through, _turn_ms(assistant, endpoint, question)
            if number >= 3:  # the first ones import and open things
                for series, ms in zip(kept, times_ms, strict=True):
                    series.append(ms)
    direct, through, turn = (round(statistics.median(series), 1) for series in kept)
    return FirstWord(direct, through, turn, added=round(turn - direct, 1))


def memory_growth_kb(assistant: Assistant, turns: int) -> float:
    """How much more memory Python holds after so many turns than after the first 50."""
    with ScriptedEndpoint(Script(pieces=PIECES)) as server:
        endpoint = assistant.connect(EndpointChoice(server.address))
        tracemalloc.start()
        for number in range(turns + 50):
            _turn_ms(assistant, endpoint, QUESTIONS[number % len(QUESTIONS)])
            server.script.requests.clear()
            if number == 49:
                before = _held_bytes()
        growth = _held_bytes() - before
        tracemalloc.stop()
    return round(growth / 1024, 1)


def _direct_ms(client: httpx.Client, question: str) -> float:
    began, took = time.perf_counter(), 0.0
    asked = {"model": "scripted", "messages": [{"role": "user", "content": question}], "stream": True}
    with client.stream("POST", "/chat/completions", json=asked) as response:
        for line in response.iter_lines():
            if '"content"' in line and not took:
                took = (time.perf_counter() - began) * 1000
    return took


def _endpoint_ms(endpoint: Endpoint, question: str) -> float:
    began, took = time.perf_counter(), 0.0
    for piece in endpoint.stream(question):
        if isinstance(piece, str) and not took:
            took = (time.perf_counter() - began) * 1000
    return took


def _turn_ms(assistant: Assistant, endpoint: Endpoint, question: str) -> float:
    began, took = time.perf_counter(), 0.0
    for event in assistant.turn(question, endpoint=endpoint):
        if isinstance(event, Delta) and not took:
            took = (time.perf_counter() - began) * 1000
    return took


def _held_bytes() -> int:
    deadline = time.monotonic() + 2
    while any(thread.name == "reply" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.01)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def main() -> None:
    """Print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as home:
        assistant = Assistant(load_settings(home=Path(home)))
        assistant.ingest()
        print("first word, ms:", asdict(first_word(assistant, rounds)))
        print("memory after 500 more turns, KB:", memory_growth_kb(assistant, 500))


if __name__ == "__main__":
    main()
