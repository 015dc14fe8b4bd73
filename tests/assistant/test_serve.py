"""The one application: page, API and tools behind the guard, the key and the rule of passwords."""

import httpx
import pytest
from openai import AuthenticationError, OpenAI
from pydantic import SecretStr

from assistant.assembly import Assistant
from assistant.outlets.page_backend import PageBackend
from assistant.outlets.serve import application
from ingest.errors import SettingsError
from tests.assistant.serving import served


def changed(assistant: Assistant, **settings: object) -> Assistant:
    return Assistant(assistant.settings.model_copy(update=settings))


def test_page_api_tools_and_health_share_one_port(assistant: Assistant) -> None:
    with served(assistant) as there:
        assert httpx.get(f"{there}/health").json() == {"status": "ok"}
        assert "gradio" in httpx.get(f"{there}/").text
        assert [model["id"] for model in httpx.get(f"{there}/v1/models").json()["data"]] == ["talks", "talks-quotes"]
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        assert httpx.post(f"{there}/mcp", json=ping, headers={"accept": "application/json"}).json()["result"] == {}


def test_somebody_else_s_page_is_not_answered(assistant: Assistant) -> None:
    with served(assistant) as there:
        for path in ("/", "/v1/models", "/mcp", "/health"):
            for foreign in ({"Host": "elsewhere.example"}, {"Origin": "https://elsewhere.example"}):
                assert httpx.get(f"{there}{path}", headers=foreign).status_code == 403


def test_page_api_and_tools_answer_by_their_public_name(assistant: Assistant) -> None:
    headers = {"Host": "talks.example.org", "accept": "application/json"}
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with served(changed(assistant, public_name="talks.example.org")) as there:
        assert httpx.get(f"{there}/v1/models", headers=headers).status_code == 200
        assert httpx.post(f"{there}/mcp", json=ping, headers=headers).json()["result"] == {}


@pytest.mark.parametrize(
    ("secrets", "key"),
    [
        pytest.param({"api_key": SecretStr("k1")}, "k1", id="key"),
        pytest.param({"password": SecretStr("p1")}, "p1", id="password"),
        pytest.param({"api_key": SecretStr("k1"), "password": SecretStr("p1")}, "k1", id="key-before-password"),
    ],
)
def test_key_is_asked_for_where_one_is_set(assistant: Assistant, secrets: dict[str, SecretStr], key: str) -> None:
    with served(changed(assistant, **secrets)) as there:
        with pytest.raises(AuthenticationError, match="send the value of TALKS_API_KEY"):
            OpenAI(base_url=f"{there}/v1", api_key="wrong", max_retries=0).models.list()
        for path in ("/v1/models", "/mcp"):
            reply = httpx.post(f"{there}{path}", json={})
            assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
            assert key not in reply.text
        assert [m.id for m in OpenAI(base_url=f"{there}/v1", api_key=key).models.list()] == ["talks", "talks-quotes"]
        assert httpx.get(f"{there}/health").status_code == 200


def test_other_addresses_need_a_password_or_the_word_that_none_is_needed(assistant: Assistant) -> None:
    for_all = changed(assistant, host="0.0.0.0")
    with pytest.raises(SettingsError, match="no password is set; set TALKS_PASSWORD"):
        application(for_all, PageBackend(for_all))
    inside = changed(assistant, host="0.0.0.0", no_password=True)
    assert application(inside, PageBackend(inside)) is not None
