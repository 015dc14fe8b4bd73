"""What a turn, and the API before it, add to the time until a model's first word; many calls at once; memory.

The same scripted server, over a real socket, is asked directly with an HTTP client, through a whole turn (search,
prompt, endpoint), and through `/v1` as it is served. Run from the clone: python -m evals.bench_endpoint [ROUNDS]
"""

import asyncio
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
from tests.assistant.serving import served
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
        api: Through `/v1`, streamed over a socket, the turn included.
        added: `turn` less `direct`.
        added_by_api: `api` less `turn`, the median of each round's.
    """

    direct: float
    endpoint: float
    turn: float
    api: float
    added: float
    added_by_api: float


def first_word(assistant: Assistant, rounds: int) -> FirstWord:
    """Time until the first word, the four ways in turn so that the machine's moods hit all alike."""
    kept: tuple[list[float], ...] = ([], [], [], [])
    with (
        ScriptedEndpoint(Script(pieces=PIECES)) as server,
        httpx.Client(base_url=f"{server.address}/v1") as client,
        served(Assistant(assistant.settings.model_copy(update={"llm_base_url": server.address}))) as there,
        httpx.Client(base_url=f"{there}/v1") as api,
    ):
        endpoint = assistant.connect(EndpointChoice(server.address))
        for number in range(rounds + 3):
            question = QUESTIONS[number % len(QUESTIONS)]
            direct, through = _direct_ms(client, question), _endpoint_ms(endpoint, question)
            turn, outside = _turn_ms(assistant, endpoint, question), _direct_ms(api, question, model="talks")
            times_ms = direct, through, turn, outside
            if number >= 3:  # the first ones import and open things
                for series, ms in zip(kept, times_ms, strict=True):
                    series.append(ms)
    direct, through, turn, outside = (round(statistics.median(series), 1) for series in kept)
    over = round(statistics.median(api - engine for engine, api in zip(kept[2], kept[3], strict=True)), 1)
    return FirstWord(direct, through, turn, outside, added=round(turn - direct, 1), added_by_api=over)


def at_once(assistant: Assistant, calls: int) -> tuple[int, float]:
    """How many of so many calls to `/v1` at once, every second one streamed, get a whole answer; seconds for all."""

    async def ask(client: httpx.AsyncClient, number: int) -> bool:
        question = {"role": "user", "content": QUESTIONS[number % len(QUESTIONS)]}
        asked = {"model": "talks", "stream": number % 2 == 0, "messages": [question]}
        reply = await client.post("/chat/completions", json=asked)
        whole = reply.text.endswith("data: [DONE]\n\n") if asked["stream"] else "choices" in reply.json()
        return reply.status_code == 200 and whole and "/?talk=" in reply.text

    async def all_of_them(address: str) -> list[bool]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=f"{address}/v1", limits=limits, timeout=600) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(calls)))

    with served(assistant) as there:
        began = time.perf_counter()
        return sum(asyncio.run(all_of_them(there))), round(time.perf_counter() - began, 1)


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


def _direct_ms(client: httpx.Client, question: str, model: str = "scripted") -> float:
    began, took = time.perf_counter(), 0.0
    asked = {"model": model, "messages": [{"role": "user", "content": question}], "stream": True}
    with client.stream("POST", "/chat/completions", json=asked) as response:
        for line in response.iter_lines():
            if '"content"' in line and '"content": ""' not in line and not took:
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
        print("answered of 200 at once, s:", *at_once(assistant, 200))
        print("memory after 500 more turns, KB:", memory_growth_kb(assistant, 500))


if __name__ == "__main__":
    main()
