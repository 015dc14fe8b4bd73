"""A session of OpenAI's own client, whole and streamed: every link that it gets opens what it cites, in a browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openai import OpenAI
from playwright.sync_api import expect

from assistant.assembly import Assistant
from tests.assistant.serving import served
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SESSION = (
    "What goes wrong in training when models get bigger?",
    "Who gives that talk?",
    "Who is here from Stanford, Princeton or Yale?",
    "How does Maryam Fazel hunt the Hessian?",
)
LINK = re.compile(r"\[\[(\d+)\]\]\(([^)]+)\)")


def whole(client: OpenAI, messages: Any) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """Text, annotations, and the answer in the contract's shape."""
    reply = client.chat.completions.create(model="talks", messages=messages)
    message = reply.choices[0].message
    notes = [note.url_citation.model_dump() for note in message.annotations or []]
    return message.content or "", notes, (reply.model_extra or {})["talks"]


def streamed(client: OpenAI, messages: Any) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """The same, put together from a stream."""
    chunks = list(client.chat.completions.create(model="talks", messages=messages, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    notes = (chunks[-1].choices[0].delta.model_extra or {})["annotations"]
    return text, [note["url_citation"] for note in notes], (chunks[-1].model_extra or {})["talks"]


@pytest.fixture
def address(assistant_of_seeds: Assistant) -> Iterator[str]:
    """Served for longer than a visitor stays, who would else miss it."""
    with served(assistant_of_seeds) as there:
        yield there


def test_every_link_of_a_session_opens_the_talk_that_it_cites(address: str, visit: Visit) -> None:
    client = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
    messages: list[dict[str, str]] = []
    opened: dict[str, str] = {}
    for question in SESSION:
        messages.append({"role": "user", "content": question})
        said, notes, answer = whole(client, messages)
        assert (said, notes) == streamed(client, messages)[:2]
        messages.append({"role": "assistant", "content": said})
        cited = {citation["n"]: citation for citation in answer["citations"]}
        links = [(int(number), url) for number, url in LINK.findall(said)]
        assert links
        assert [(cited[n]["title"], url) for n, url in links] == [(note["title"], note["url"]) for note in notes]
        opened |= {url: cited[n]["title"] for n, url in links}
    assert len(opened) >= 4
    for url, title in opened.items():
        page = visit(url)
        expect(page.locator(".record h2")).to_contain_text(title)
        page.close()
