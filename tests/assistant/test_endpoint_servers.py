"""Each kind of server: recognised, found on this machine, and asked how much its models read at once."""

import socket
from collections.abc import Mapping
from dataclasses import replace

import pytest

from assistant.llm import Endpoint, EndpointChoice, Learned, Running, find_running
from ingest.errors import EndpointRejected
from tests.assistant.test_endpoint import LIMITS, connect, words
from tests.scripted_endpoint import Script, ScriptedEndpoint

UNSET = replace(LIMITS, context_tokens=None)

OLLAMA_LOADED = {"/api/ps": {"models": [{"name": "m:latest", "model": "m:latest", "context_length": 8192}]}}
OLLAMA_IDLE = {"/api/ps": {"models": []}, "/api/show": {"model_info": {"llama.context_length": 131072}}}
OLLAMA_SET = {"/api/ps": {"models": []}, "/api/show": {"parameters": 'stop "x"\nnum_ctx                        16384'}}
OLLAMA_TINY = {"/api/ps": {"models": []}, "/api/show": {"model_info": {"llama.context_length": 2048}}}
PROPS = {"/props": {"default_generation_settings": {"n_ctx": 3072}, "total_slots": 1}}
STUDIO = {"/api/v0/models": {"data": [{"id": "m", "max_context_length": 131072, "loaded_context_length": 6144}]}}
STUDIO_IDLE = {"/api/v0/models": {"data": [{"id": "m", "state": "not-loaded", "max_context_length": 131072}]}}
TRAINED = {"meta": {"n_ctx_train": 2048}}

# Who the server says owns its models, what else its list and its other paths say; the kind and size to be found.
SERVERS: dict[str, tuple[str, Mapping[str, object], Mapping[str, object], str | None, int, bool]] = {
    "vLLM": ("vllm", {"max_model_len": 2048}, {}, "vLLM", 2048, True),
    "llama.cpp": ("llamacpp", TRAINED, PROPS, "llama.cpp", 3072, True),
    "llama.cpp without its properties": ("llamacpp", TRAINED, {}, "llama.cpp", 2048, False),
    "llama.cpp's Python server": ("me", {}, {}, "llama.cpp", 4096, False),
    "LM Studio, loaded": ("organization_owner", {}, STUDIO, "LM Studio", 6144, True),
    "LM Studio, not loaded": ("organization_owner", {}, STUDIO_IDLE, "LM Studio", 4096, False),
    "Ollama, loaded": ("library", {}, OLLAMA_LOADED, "Ollama", 8192, True),
    "Ollama, not loaded": ("library", {}, OLLAMA_IDLE, "Ollama", 4096, False),
    "Ollama with a size of its own": ("library", {}, OLLAMA_SET, "Ollama", 16384, False),
    "Ollama with a smaller model": ("library", {}, OLLAMA_TINY, "Ollama", 2048, False),
    "Ollama that names another owner": ("somebody", {}, OLLAMA_LOADED, "Ollama", 8192, True),
    "a hosted one": ("somebody", {"context_length": 32768}, {}, None, 32768, True),
    "one that tells nothing": ("somebody", {}, {}, None, 4096, False),
}


@pytest.mark.parametrize(
    ("owner", "about", "answers", "kind", "tokens", "certain"), SERVERS.values(), ids=SERVERS.keys()
)
def test_server_is_recognised_and_its_context_size_found(
    owner: str, about: Mapping[str, object], answers: Mapping[str, object], kind: str | None, tokens: int, certain: bool
) -> None:
    with ScriptedEndpoint(Script(models=["m"], about={"owned_by": owner, **about}, answers=answers)) as server:
        endpoint = Endpoint(EndpointChoice(server.address, "m"), UNSET)
        context = endpoint.context()
    assert (endpoint.kind, context.tokens, context.certain) == (kind, tokens, certain)
    assert endpoint.prompt_chars() == (tokens - 200 - 64) * 3


def test_context_size_is_asked_for_once() -> None:
    learned = Learned()
    with ScriptedEndpoint(Script(models=["m"])) as server:
        for _ in range(5):
            assert words(Endpoint(EndpointChoice(server.address, "m"), UNSET, learned))
    assert server.paths.count("/props") == server.paths.count("/v1/models") == 1


def test_server_that_loads_on_demand_is_asked_again_until_it_knows() -> None:
    learned = Learned()
    script = Script(models=["m"], about={"owned_by": "library"}, answers=dict(OLLAMA_IDLE))
    with ScriptedEndpoint(script) as server:
        endpoint = Endpoint(EndpointChoice(server.address, "m"), UNSET, learned)
        assert endpoint.context().tokens == 4096
        script.answers = OLLAMA_LOADED
        assert endpoint.context().tokens == 8192
        asked = len(server.paths)
        assert endpoint.context().tokens == 8192
        assert len(server.paths) == asked


def test_context_size_that_was_set_is_not_asked_for() -> None:
    with ScriptedEndpoint(Script(models=["m"], about={"max_model_len": 8192})) as server:
        assert connect(server.address, "m").context().tokens == 4096
    assert server.paths == []


def test_answer_takes_at_most_half_of_a_small_context() -> None:
    endpoint = Endpoint(EndpointChoice("http://127.0.0.1:9", "m"), replace(LIMITS, context_tokens=300))
    assert endpoint.reply_tokens() == 150


def test_running_servers_are_found_and_others_are_not() -> None:
    with (
        ScriptedEndpoint(Script(models=["a", "b"], about={"owned_by": "library"})) as ollama,
        ScriptedEndpoint(Script(page="<html>a web site</html>")) as site,
        socket.socket() as free,
    ):
        free.bind(("127.0.0.1", 0))
        found = find_running([site.port, free.getsockname()[1], ollama.port])
    assert found == [Running("Ollama", f"{ollama.address}/v1", ("a", "b"))]


@pytest.mark.parametrize("path", ["/api", "/v1/chat", "/api/v2/things"])
def test_wrong_path_is_told_with_the_right_one(path: str) -> None:
    with ScriptedEndpoint() as server, pytest.raises(EndpointRejected) as caught:
        words(connect(server.address + path))
    assert str(caught.value) == (f"{server.address}{path} is not where the API is; set {server.address}/v1 instead.")


def test_wrong_path_with_a_model_chosen_is_told_too() -> None:
    with ScriptedEndpoint() as server, pytest.raises(EndpointRejected, match="not where the API is; set .*/v1 instead"):
        words(connect(f"{server.address}/api", "scripted"))


def test_api_under_another_root_is_used_as_given() -> None:
    with ScriptedEndpoint(Script(root="/openai/v1")) as server:
        assert words(connect(f"{server.address}/openai/v1"))
        with pytest.raises(EndpointRejected, match="set .*/openai/v1 instead"):
            words(connect(f"{server.address}/openai"))


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
