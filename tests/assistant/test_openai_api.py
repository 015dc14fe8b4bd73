"""The API, by the clients that people have: OpenAI's own, LlamaIndex's, and plain HTTP for what they would not send."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike
from openai import APIStatusError, NotFoundError, OpenAI

from assistant.assembly import Assistant
from assistant.outlets import openai_api
from assistant.outlets.openai_api import LinkedText
from assistant.settings import Settings, load_settings
from assistant.types import Citation, Cited, Delta, Done, Event
from ingest.pipeline import IngestReport
from tests.assistant.serving import served
from tests.conftest import SEEDS
from tests.scripted_endpoint import Script, ScriptedEndpoint

QUESTION = "What goes wrong in training when models get bigger?"
CEVHER = "training-neural-networks-at-any-scale"
LINK = re.compile(r"\[\[(\d+)\]\]\(([^)]*)\)")


@pytest.fixture(scope="module")
def settings(seeds_home: Path, seeds_report: IngestReport) -> Settings:
    return load_settings(home=seeds_home, corpus=SEEDS)


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    """The application over the seeds, without a model."""
    with served(Assistant(settings)) as there:
        yield there


@pytest.fixture(scope="module")
def client(address: str) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


def user(*questions: str) -> list[Any]:
    """A conversation of these questions."""
    turns: list[Any] = []
    for question in questions:
        turns += [{"role": "user", "content": question}, {"role": "assistant", "content": "So it is. [[1]](x)"}]
    return turns[:-1]


def with_endpoint(settings: Settings, endpoint: ScriptedEndpoint) -> Assistant:
    return Assistant(settings.model_copy(update={"llm_base_url": endpoint.address}))


def check_links(text: str, annotations: list[dict[str, Any]]) -> list[str]:
    """Each annotation covers its link to the letter, in order; the links' addresses."""
    spans = [(match.start(), match.end(), match[2]) for match in LINK.finditer(text)]
    assert spans == [(note["start_index"], note["end_index"], note["url"]) for note in annotations]
    return [url for _, _, url in spans]


def test_models_are_listed_and_told_one_by_one(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["talks", "talks-quotes"]
    assert client.models.retrieve("talks").owned_by == "talks-assistant"
    with pytest.raises(NotFoundError, match='no model "gpt" here; ask talks or talks-quotes'):
        client.models.retrieve("gpt")


def test_whole_answer_links_every_marker_to_the_cited_talk(client: OpenAI, address: str, settings: Settings) -> None:
    reply = client.chat.completions.create(model="talks", messages=user(QUESTION))
    message = reply.choices[0].message
    assert message.content is not None
    notes = [note.url_citation.model_dump() for note in message.annotations or []]
    urls = check_links(message.content, notes)
    assert urls == [f"{address}/?talk={CEVHER}"] * len(urls)
    assert {note["title"] for note in notes} == {"Training Neural Networks at Any Scale"}
    assert "[1]" not in LINK.sub("", message.content)
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens > 0
    assert httpx.get(urls[0]).status_code == 200
    whole = (reply.model_extra or {})["talks"]
    assert [citation["id"] for citation in whole["citations"]] == [CEVHER] * len(urls)
    assert whole["mode"] == "extract"


def test_stream_says_the_same_with_annotations_last(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="talks-quotes", messages=user(QUESTION)).choices[0].message
    chunks = list(
        client.chat.completions.create(
            model="talks-quotes", messages=user(QUESTION), stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    assert deltas[0].role == "assistant"
    last = deltas[-1].model_extra or {}
    assert last["annotations"] == [note.model_dump() for note in whole.annotations or []]
    (told,) = [chunk.model_extra["talks"] for chunk in chunks if chunk.model_extra]
    assert told["question"] == QUESTION
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert len({chunk.id for chunk in chunks}) == 1


def test_earlier_questions_are_understood_without_asking_a_model_for_them(settings: Settings) -> None:
    with ScriptedEndpoint(Script(pieces=["He studied in Ankara [1]."])) as endpoint:
        with served(with_endpoint(settings, endpoint)) as there:
            client = OpenAI(base_url=f"{there}/v1", api_key="none", max_retries=0)
            messages = user("What does Volkan Cevher speak about?", "Where did he study?")
            said = client.chat.completions.create(model="talks", messages=messages).choices[0].message
        assert said.content == f"He studied in Ankara [[1]]({there}/?talk={CEVHER})."
        # One for the answer, and at most a short one for who "he" is.
        assert len(endpoint.asked) <= 2
        assert all("Where did he study?" in prompt for prompt in endpoint.prompts[:-1])
        assert "Bilkent" in endpoint.prompts[-1]


def test_quotes_are_given_though_an_endpoint_is_set(settings: Settings) -> None:
    with ScriptedEndpoint() as endpoint, served(with_endpoint(settings, endpoint)) as there:
        client = OpenAI(base_url=f"{there}/v1", api_key="none", max_retries=0)
        said = client.chat.completions.create(model="talks-quotes", messages=user(QUESTION)).choices[0].message.content
        assert endpoint.asked == []
    assert "\n> " in (said or "")
    assert f"/?talk={CEVHER})" in (said or "")


def test_dead_endpoint_is_told_in_the_answer(settings: Settings) -> None:
    with ScriptedEndpoint() as endpoint:
        gone = with_endpoint(settings, endpoint)
    with served(gone) as there:
        client = OpenAI(base_url=f"{there}/v1", api_key="none", max_retries=0)
        said = client.chat.completions.create(model="talks", messages=user(QUESTION)).choices[0].message.content
    assert f"/?talk={CEVHER})" in (said or "")
    assert re.search(r"\n\n_Nothing answers at .*_$", said or "")


def test_llamaindex_client_chats_and_streams(address: str) -> None:
    llm = OpenAILike(model="talks", api_base=f"{address}/v1", api_key="none", is_chat_model=True, max_retries=0)
    whole = llm.chat([ChatMessage(role="user", content=QUESTION)]).message.content
    assert whole is not None
    assert f"[[1]]({address}/?talk={CEVHER})" in whole
    *_, last = llm.stream_chat([ChatMessage(role="user", content=QUESTION)])
    assert last.message.content == whole


def test_parameters_that_mean_nothing_here_are_passed_over(address: str) -> None:
    asked = {
        "model": "talks", "temperature": 0.1, "n": 3, "seed": 1, "max_tokens": 5, "user": "me", "metadata": {"a": 1},
        "tools": [{"type": "function", "function": {"name": "f"}}], "response_format": {"type": "json_object"},
        "messages": [
            {"role": "system", "content": "Speak like a pirate."},
            {"role": "user", "name": "ada", "content": [{"type": "text", "text": QUESTION}, {"type": "image_url"}]},
        ],
    }  # fmt: skip
    reply = httpx.post(f"{address}/v1/chat/completions", json=asked, timeout=60)
    assert reply.status_code == 200
    assert len(reply.json()["choices"]) == 1
    assert CEVHER in reply.json()["choices"][0]["message"]["content"]


def test_half_a_sign_in_a_question_is_no_fault(address: str) -> None:
    body = json.dumps({"model": "talks-quotes", "messages": user(f"{QUESTION} \ud83c")})
    assert httpx.post(f"{address}/v1/chat/completions", content=body, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        pytest.param("", 400, "The body: Invalid JSON", id="empty"),
        pytest.param("[" * 10_000, 400, "The body: Invalid JSON", id="deep"),
        pytest.param("[]", 400, "The body: Input should be an object; correct it.", id="no-object"),
        pytest.param('{"model": "talks"}', 400, "messages: Field required; correct it.", id="no-messages"),
        pytest.param({"messages": []}, 400, "The last message must be a user's, with text", id="no-question"),
        pytest.param({"messages": [{"role": "system", "content": "Hi"}]}, 400, "The last message must", id="no-user"),
        pytest.param({"messages": [{"content": "Hi"}]}, 400, "messages.0.role: Field required", id="no-role"),
        pytest.param({"messages": user("a", "b")[:2]}, 400, "The last message must be a user's", id="answered"),
        pytest.param({"messages": [{"role": "user", "content": 7}]}, 400, "messages.0.content: ", id="number"),
        pytest.param({"messages": user("x" * 4_001)}, 400, "4,001 characters; 4,000 are read", id="long"),
        pytest.param({"messages": user("x" * 1_000_000)}, 413, "longer than 1,000,000 bytes", id="huge"),
        pytest.param({"model": "gpt-5", "messages": user("a")}, 404, 'no model "gpt-5" here', id="model"),
    ],
)
def test_bad_request_gets_one_sentence_in_openai_s_form(address: str, body: Any, status: int, said: str) -> None:
    text = body if isinstance(body, str) else json.dumps({"model": "talks"} | body)
    reply = httpx.post(f"{address}/v1/chat/completions", content=text)
    assert reply.status_code == status
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert said in error["message"]
    assert "\n" not in error["message"]
    assert "Traceback" not in error["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/chat/completions"), ("POST", "/v1/embeddings"), ("GET", "/v1/")]
)
def test_what_is_not_offered_is_told_in_openai_s_form(address: str, method: str, path: str) -> None:
    reply = httpx.request(method, f"{address}{path}", follow_redirects=True)
    assert reply.status_code in (404, 405)
    assert reply.json()["error"]["message"] == "Nothing answers here; ask /v1/models or /v1/chat/completions."


def test_question_before_there_is_an_index_is_told_to_come_back(tmp_path: Path) -> None:
    with served(Assistant(load_settings(home=tmp_path / "none", corpus=SEEDS))) as there:
        assert httpx.get(f"{there}/health").status_code == 503
        for stream in (False, True):
            asked = {"model": "talks", "stream": stream, "messages": user(QUESTION)}
            reply = httpx.post(f"{there}/v1/chat/completions", json=asked)
            assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
            assert reply.json()["error"]["type"] == "server_error"
            assert "run `talks ingest`" in reply.json()["error"]["message"]


def test_client_that_leaves_frees_its_place(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_api, "RUNNING", 1)
    endless = Script(pieces=["All is well. "], is_endless=True, delay_s=0.01)
    asked: dict[str, Any] = {"model": "talks", "messages": user(QUESTION)}
    with ScriptedEndpoint(endless) as endpoint, served(with_endpoint(settings, endpoint)) as there:
        url = f"{there}/v1/chat/completions"
        with httpx.stream("POST", url, json=asked | {"stream": True}, timeout=30) as reply:
            next(reply.iter_lines())
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, json=asked, timeout=httpx.Timeout(30, read=1))
        quotes = httpx.post(url, json=asked | {"model": "talks-quotes"}, timeout=20)
        assert quotes.status_code == 200


def test_more_than_may_wait_are_told_so(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_api, "WAITING", -openai_api.RUNNING)
    reply = httpx.post(f"{address}/v1/chat/completions", json={"model": "talks", "messages": user(QUESTION)})
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "overloaded")


@pytest.mark.slow
def test_200_calls_at_once_are_all_answered(address: str) -> None:
    async def ask(client: httpx.AsyncClient, number: int) -> tuple[int, str]:
        asked = {"model": "talks", "stream": number % 2 == 0, "messages": user(QUESTION)}
        reply = await client.post(f"{address}/v1/chat/completions", json=asked)
        return reply.status_code, reply.text

    async def all_at_once() -> list[tuple[int, str]]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=300) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(200)))

    replies = asyncio.run(all_at_once())
    assert {status for status, _ in replies} == {200}
    assert all(f"/?talk={CEVHER}" in text for _, text in replies)
    assert all(text.endswith("data: [DONE]\n\n") for _, text in replies[::2])


@pytest.mark.alone
def test_first_word_comes_within_20_ms_of_the_engine_s(settings: Settings) -> None:
    with ScriptedEndpoint(Script(pieces=["Scale ", "brings ", "instability [1]."])) as endpoint:
        assistant = with_endpoint(settings, endpoint)
        with served(assistant) as there:
            client = OpenAI(base_url=f"{there}/v1", api_key="none", max_retries=0)

            def by_engine() -> float:
                began = time.perf_counter()
                turn = assistant.turn(QUESTION, endpoint=assistant.endpoint())
                first = next(time.perf_counter() - began for event in turn if isinstance(event, Delta))
                turn.close()
                return first

            def by_api() -> float:
                began = time.perf_counter()
                stream = client.chat.completions.create(model="talks", messages=user(QUESTION), stream=True)
                first = next(time.perf_counter() - began for chunk in stream if chunk.choices[0].delta.content)
                stream.close()
                return first

            by_engine(), by_api()  # both warm
            pairs = [(by_engine(), by_api()) for _ in range(9)]
    over_ms = sorted((api - engine) * 1000 for engine, api in pairs)[len(pairs) // 2]
    assert over_ms <= 20


CITED = Citation(
    n=1, id="a", kind="talk", title="A", speakers=(), passage_id="a#abstract-1", section="abstract", quote="q",
    quote_start=0, source={"file": "f", "line": 1},
)  # fmt: skip


def linked(*events: Event) -> tuple[str, list[dict[str, Any]]]:
    text = LinkedText("http://here/")
    said = "".join(text.take(event) for event in events)
    assert said == text.text
    check_links(said, [note["url_citation"] for note in text.annotations])
    return said, text.annotations


@pytest.mark.parametrize(
    ("citation", "url"),
    [
        pytest.param(CITED, "http://here/?talk=a", id="page"),
        pytest.param(replace(CITED, url="http://a.org/t"), "http://a.org/t", id="url"),
        pytest.param(
            replace(CITED, url="http://a.org/t", deep_link="http://v.org/w?t=61s"), "http://v.org/w?t=61s", id="second"
        ),
        pytest.param(replace(CITED, url="http://a.org/(x) [y]"), "http://a.org/%28x%29%20%5By%5D", id="escaped"),
    ],
)
def test_marker_links_to_the_second_else_the_record_else_the_page(citation: Citation, url: str) -> None:
    said, notes = linked(Delta("So it is "), Delta("[1]"), Cited(citation), Delta("."))
    assert said == f"So it is [[1]]({url})."
    assert [note["url_citation"]["title"] for note in notes] == ["A"]


def test_markers_side_by_side_are_linked_each_by_its_own_citation() -> None:
    second = replace(CITED, n=2, id="b")
    said, _ = linked(Delta("x "), Delta("[1]"), Cited(CITED), Delta("[2]"), Cited(second), Delta(" z"))
    assert said == "x [[1]](http://here/?talk=a)[[2]](http://here/?talk=b) z"


def test_number_in_brackets_that_cites_nothing_stays_as_it_is() -> None:
    said, notes = linked(Delta("as in "), Delta("[7]"), Delta(" and "), Delta("[1]"), Cited(CITED))
    assert said == "as in [7] and [[1]](http://here/?talk=a)"
    assert [(note["type"], note["url_citation"]["start_index"]) for note in notes] == [("url_citation", 14)]


def test_nothing_held_is_lost_at_the_end(assistant: Assistant) -> None:
    *_, done = assistant.turn("Hello!", endpoint=None)
    assert isinstance(done, Done)
    assert linked(Delta("as in "), Delta("[7]"), done)[0] == "as in [7]"


def test_wrong_model_is_an_error_of_the_client_s_own_kind(client: OpenAI) -> None:
    with pytest.raises(APIStatusError) as caught:
        client.chat.completions.create(model="gpt-5", messages=user("a"))
    assert (caught.value.status_code, caught.value.code) == (404, "model_not_found")
