"""A real llama.cpp server with made-up weights: doctor, streaming, stop, context size.

Not part of the usual run; it needs an environment of its own, which takes about ten minutes to build:

    python -m venv llama && llama/bin/pip install 'llama-cpp-python[server]' gguf
    TALKS_LIVE_LLAMA_PYTHON=llama/bin/python make test ARGS="-m live"
"""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from assistant.assembly import Assistant
from assistant.llm import Endpoint, EndpointChoice, Running, find_running
from assistant.outlets.doctor import examine
from assistant.settings import load_settings
from assistant.types import Delta, Done
from ingest.errors import EndpointCut

PYTHON = os.environ.get("TALKS_LIVE_LLAMA_PYTHON")
QUESTION = "What goes wrong in training when models get bigger?"
ASK = "Why?"
WORDS = {"scale", "brings", "instability", "and", "more", "of", "it", "then"}

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PYTHON is None, reason="TALKS_LIVE_LLAMA_PYTHON names no Python with llama-cpp-python"),
]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "made-up.gguf"
    subprocess.run([str(PYTHON), str(Path(__file__).with_name("made_up_model.py")), str(path)], check=True)
    return path


@contextmanager
def serve(model_file: Path, context_tokens: int) -> Iterator[tuple[str, int]]:
    """A server's address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--model_alias made-up --n_ctx {context_tokens} --n_threads 1 --interrupt_requests false --port {port}"
    log = model_file.with_name(f"{port}.log").open("w")
    command = [str(PYTHON), "-m", "llama_cpp.server", "--model", str(model_file), *options.split()]
    server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for(lambda: bool(find_running([port])), timeout_s=60)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(10)
        log.close()


@pytest.fixture(scope="module")
def small(model_file: Path) -> Iterator[str]:
    with serve(model_file, 1024) as (address, _):
        yield address


def wait_for(condition: Callable[[], bool], timeout_s: float = 5) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


def test_server_is_found_and_the_doctor_is_green(assistant: Assistant, small: str) -> None:
    port = int(small.rpartition(":")[2])
    assert find_running([port]) == [Running(None, f"{small}/v1", ("made-up",))]
    settings = assistant.settings
    told = examine(settings, ports=[port])[-1]
    assert f"a model server runs on this machine (made-up): set TALKS_LLM_BASE_URL={small}/v1" in told.text
    found = examine(settings.model_copy(update={"llm_base_url": small}))[-1]
    assert found.good
    assert f"{small}/v1; made-up began to answer after" in found.text


def test_missing_model_is_told(assistant: Assistant, small: str) -> None:
    changed = assistant.settings.model_copy(update={"llm_base_url": small, "llm_model": "large"})
    found = examine(changed)[-1]
    assert not found.good
    assert 'no model "large"; choose one that it lists: made-up' in found.text


def test_prompt_that_is_too_long_is_fitted_to_the_size_it_really_has(assistant: Assistant, small: str) -> None:
    endpoint = assistant.connect(EndpointChoice(small))
    assert endpoint.context_tokens() is None
    events = list(assistant.turn(QUESTION, endpoint=endpoint))
    assert endpoint.context_tokens() == 1024
    done = events[-1]
    assert isinstance(done, Done)
    # Its vocabulary has a token for each byte, so that even the shortened prompt is too long; the turn ends well.
    assert done.answer.notice is not None
    assert done.answer.citations


def test_answer_arrives_word_by_word_and_its_end_is_told(assistant: Assistant, model_file: Path) -> None:
    with serve(model_file, 16384) as (address, _):
        changed = assistant.settings.model_copy(update={"llm_base_url": address, "llm_answer_tokens": 64})
        choice = EndpointChoice(address)
        times: list[float] = []
        endpoint = Endpoint(choice, changed.model_copy(update={"llm_context_tokens": 16384}))
        other = Assistant(changed)
        for event in other.turn(QUESTION, endpoint=endpoint):
            if isinstance(event, Delta):
                times.append(time.monotonic())
    assert isinstance(event, Done)
    assert event.answer.mode == "model"
    assert set(event.answer.text.split("\n")[0].split()) <= WORDS
    assert "greatest length, 64 tokens" in str(event.answer.notice)
    assert len(times) > 10
    assert times[-1] > times[0]


def test_stop_ends_the_work_of_the_server(model_file: Path) -> None:
    limits = load_settings(llm_context_tokens=32768, llm_answer_tokens=16000)
    with serve(model_file, 32768) as (address, pid):
        endpoint = Endpoint(EndpointChoice(address), limits)
        with pytest.raises(EndpointCut):
            list(Endpoint(EndpointChoice(address), limits.model_copy(update={"llm_answer_tokens": 32})).stream(ASK))
        reply = endpoint.stream(ASK)
        assert next(piece for piece in reply if isinstance(piece, str))
        busy_s = _cpu_s(pid, 1.0)
        reply.close()
        wait_for(lambda: _cpu_s(pid, 1.0) < busy_s / 4)
        assert busy_s > 0.04
        assert httpx.get(f"{address}/v1/models").is_success


def _cpu_s(pid: int, seconds: float) -> float:
    """Processor time that a process takes in so many seconds."""
    before = _ticks(pid)
    time.sleep(seconds)
    return (_ticks(pid) - before) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
