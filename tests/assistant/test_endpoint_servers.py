"""Each kind of server: recognised, found on this machine, and asked how much its models read at once."""

import socket
from collections.abc import Mapping

import pytest

from assistant.llm import Endpoint, EndpointChoice, Learned, Running, find_running
from ingest.errors import EndpointRejected
from tests.assistant.test_endpoint import LIMITS, connect, words
from tests.scripted_endpoint import Script, ScriptedEndpoint

UNSET = LIMITS.model_copy(update={"llm_context_tokens": None})

OLLAMA_LOADED = {"/api/ps": {"models": [{"name": "m:latest", "model": "m:latest", "context_length": 8192}]}}
OLLAMA_IDLE = {"/api/ps": {"models": []}, "/api/show": {"model_info": {"llama.context_length": 131072}}}
OLLAMA_SET = {"/api/ps": {"models": []}, "/api/show": {"parameters": 'stop "x"\nnum_ctx                        16384'}}
PROPS = {"/props": {"default_generation_settings": {"n_ctx": 3072}, "total_slots": 1}}
STUDIO = {"/api/v0/models": {"data": [{"id": "m", "max_context_length": 131072, "loaded_context_length": 6144}]}}
STUDIO_IDLE = {"/api/v0/models": {"data": [{"id": "m", "state": "not-loaded", "max_context_length": 131072}]}}

# What the server's list and its other paths say; the size to be found.
SERVERS: dict[str, tuple[Mapping[str, object], Mapping[str, object], int | None]] = {
    "vLLM": ({"max_model_len": 2048}, {}, 2048),
    "llama.cpp": ({"meta": {"n_ctx_train": 2048}}, PROPS, 3072),
    "LM Studio, loaded": ({}, STUDIO, 6144),
    "LM Studio, not loaded": ({}, STUDIO_IDLE, None),
    "Ollama, loaded": ({}, OLLAMA_LOADED, 8192),
    "Ollama, not loaded": ({}, OLLAMA_IDLE, None),
    "Ollama with a size of its own": ({}, OLLAMA_SET, 16384),
    "a hosted one": ({"context_length": 32768}, {}, 32768),
    "one that tells nothing": ({}, {}, None),
}


@pytest.mark.parametrize(("about", "answers", "tokens"), SERVERS.values(), ids=SERVERS.keys())
def test_context_size_is_found_where_each_kind_of_server_tells_it(
    about: Mapping[str, object], answers: Mapping[str, object], tokens: int | None
) -> None:
    with ScriptedEndpoint(Script(models=["m"], about=about, answers=answers)) as server:
        endpoint = Endpoint(EndpointChoice(server.address, "m"), UNSET)
        assert endpoint.context_tokens() == tokens
    assert endpoint.prompt_chars() == ((tokens or 4096) - 200 - 64) * 3


def test_context_size_that_nobody_tells_is_asked_for_twice_at_most() -> None:
    learned = Learned()
    with ScriptedEndpoint(Script(models=["m"])) as server:
        for _ in range(5):
            assert words(Endpoint(EndpointChoice(server.address, "m"), UNSET, learned))
    assert (server.paths.count("/v1/models"), server.paths.count("/props")) == (1, 2)


def test_size_of_a_model_is_asked_for_again_once_it_has_answered_and_is_loaded() -> None:
    script = Script(models=["m"], answers=dict(OLLAMA_IDLE))
    with ScriptedEndpoint(script) as server:
        endpoint = Endpoint(EndpointChoice(server.address, "m"), UNSET, Learned())
        assert endpoint.context_tokens() is None
        script.answers = OLLAMA_LOADED
        assert endpoint.context_tokens() is None
        assert words(endpoint)
        assert endpoint.context_tokens() == 8192
        asked = len(server.paths)
        assert endpoint.context_tokens() == 8192
        assert len(server.paths) == asked


def test_context_size_that_was_set_is_not_asked_for() -> None:
    with ScriptedEndpoint(Script(models=["m"], about={"max_model_len": 8192})) as server:
        assert connect(server.address, "m").context_tokens() == 4096
    assert server.paths == []


def test_answer_takes_at_most_half_of_a_small_context() -> None:
    endpoint = Endpoint(
        EndpointChoice("http://127.0.0.1:9", "m"), LIMITS.model_copy(update={"llm_context_tokens": 300})
    )
    assert endpoint.reply_tokens() == 150


def test_running_servers_are_found_and_others_are_not() -> None:
    with (
        ScriptedEndpoint(Script(models=["a", "b"])) as ollama,
        ScriptedEndpoint(Script(page="<html>a web site</html>")) as site,
        socket.socket() as free,
    ):
        free.bind(("127.0.0.1", 0))
        found = find_running([site.port, free.getsockname()[1], ollama.port])
    assert found == [Running(None, f"{ollama.address}/v1", ("a", "b"))]


@pytest.mark.parametrize("model", ["scripted", None], ids=["model chosen", "no model chosen"])
def test_wrong_path_is_told_with_how_the_right_one_ends(model: str | None) -> None:
    with ScriptedEndpoint() as server, pytest.raises(EndpointRejected) as caught:
        words(connect(f"{server.address}/api", model))
    assert str(caught.value) == (
        f"{server.address}/api has no such path or model (404: 404 page not found); correct the address, which mostly "
        "ends in /v1, or the model."
    )


def test_api_under_another_root_is_used_as_given() -> None:
    with ScriptedEndpoint(Script(root="/openai/v1")) as server:
        assert words(connect(f"{server.address}/openai/v1"))


def test_missing_model_is_told_with_those_there_are() -> None:
    expected = r'has no model "large"( \(scripted\))?; choose one that it lists: small, medium.'
    with ScriptedEndpoint(Script(models=["small", "medium"], status=404)) as server:
        endpoint = connect(server.address, "large")
        with pytest.raises(EndpointRejected, match=expected):
            endpoint.check()
        with pytest.raises(EndpointRejected, match=expected):
            words(endpoint)


def test_model_that_went_away_is_not_remembered() -> None:
    script = Script(models=["small"])
    with ScriptedEndpoint(script) as server:
        endpoint = connect(server.address)
        assert words(endpoint)
        script.models, script.status = ["other"], 404
        with pytest.raises(EndpointRejected, match=r'no model "small" \(scripted\); choose one that it lists: other'):
            words(endpoint)
        script.status = 200
        assert words(endpoint)
    assert server.asked[-1]["model"] == "other"


def test_model_with_an_unwritten_tag_is_found() -> None:
    with ScriptedEndpoint(Script(models=["llama3.2:latest"])) as server:
        assert connect(server.address, "llama3.2").check() == "llama3.2"


def test_server_without_models_is_told() -> None:
    with ScriptedEndpoint(Script(models=[])) as server, pytest.raises(EndpointRejected, match="lists no model"):
        words(connect(server.address))
