"""Writing gists with a model: every layout is read, a stopped run goes on, nothing is written twice."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.assembly import Assistant
from assistant.llm import EndpointChoice
from assistant.outlets.cli import app
from assistant.outlets.gist import parse_gist, write_gists
from assistant.prompts import load_prompts
from assistant.settings import load_settings, packaged
from ingest.errors import EndpointUnreachable
from ingest.gists import Gist, gist_files, machine_gists_file
from ingest.records import Record
from tests.scripted_endpoint import Script, ScriptedEndpoint

REPLY = "It tells why counting twice helps. Nobody did it before.\nWhy count twice?\nIs once enough?\nWho counts?"


@pytest.fixture
def corpus(tmp_path: Path) -> Assistant:
    lines = [{"title": f"Talk {name}", "abstract": f"It is about {name}."} for name in ("one", "two", "three")]
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "talks.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "corpus" / "gists.jsonl").write_text('{"title": "Talk two", "gist": "By hand."}')
    assistant = Assistant(load_settings(corpus=tmp_path / "corpus", home=tmp_path / "home"))
    assistant.ingest()
    return assistant


def write(assistant: Assistant, server: ScriptedEndpoint) -> int:
    records: list[Record] = list(assistant.snapshot.store.records())
    files = gist_files(assistant.settings.corpus, assistant.collection)
    endpoint = assistant.connect(EndpointChoice(server.address))
    return write_gists(records, files, endpoint, load_prompts(packaged("prompts")), lambda *_: None)


@pytest.mark.parametrize(
    ("reply", "text", "questions"),
    [
        pytest.param("A. B.\n\nWhy?\nHow?", "A. B.", ("Why?", "How?"), id="as asked"),
        pytest.param("**Gist:**\nA.\n\nQuestions:\n1. Why?\n- *How?*", "A.", ("Why?", "How?"), id="with headings"),
        pytest.param("A.", "A.", (), id="no questions"),
        pytest.param("A.\n1?\n2?\n3?\n4?\n5?", "A.", ("?", "?", "?"), id="too many questions"),
        pytest.param("“A.”", "A.", (), id="in quotation marks"),
    ],
)
def test_reply_in_any_layout_is_read(reply: str, text: str, questions: tuple[str, ...]) -> None:
    assert parse_gist(reply, "m") == Gist(text, questions, "m")


@pytest.mark.parametrize("reply", ["", "\n\n", "Here it is:", "Why?"])
def test_reply_without_a_sentence_is_no_gist(reply: str) -> None:
    assert parse_gist(reply, "m") is None


def test_missing_gists_are_written_once_and_those_by_hand_kept(corpus: Assistant) -> None:
    with ScriptedEndpoint(Script(pieces=[REPLY])) as server:
        assert write(corpus, server) == 2
        assert write(corpus, server) == 0
        assert "Talk one" in server.prompts[0]
        assert "It is about one." in server.prompts[0]
    assert corpus.ingest().gists == 3
    store = corpus.snapshot.store
    assert store.gist("talk-two") == Gist("By hand.")
    written = store.gist("talk-one")
    assert written is not None
    assert (written.written_by, written.questions[0]) == ("scripted", "Why count twice?")


def test_run_that_was_stopped_goes_on_where_it_was(corpus: Assistant) -> None:
    with ScriptedEndpoint(Script(pieces=[REPLY])) as server:
        write(corpus, server)
        path = machine_gists_file(corpus.collection)
        kept = path.read_text().splitlines(keepends=True)
        path.write_text(kept[0] + kept[1][:20])
        assert write(corpus, server) == 1
    # The line that was cut off is told at the next ingest, and the gist is there all the same.
    assert corpus.ingest().gists == 3


def test_endpoint_that_is_not_there_is_told(corpus: Assistant) -> None:
    with ScriptedEndpoint() as server:
        pass
    with pytest.raises(EndpointUnreachable):
        write(corpus, server)


def test_command_writes_and_indexes_them(corpus: Assistant) -> None:
    folders = ["--corpus", str(corpus.settings.corpus), "--home", str(corpus.settings.home)]
    without = CliRunner().invoke(app, ["gist", *folders])
    assert (without.exit_code, "TALKS_LLM_BASE_URL" in without.stderr) == (1, True)
    with ScriptedEndpoint(Script(pieces=[REPLY])) as server:
        run = CliRunner().invoke(app, ["gist", *folders], env={"TALKS_LLM_BASE_URL": server.address})
    assert run.stdout == "2 gists written by scripted; 3 of 3 records have one now.\n"
