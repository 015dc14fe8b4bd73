"""What is told: complete, counted, every item cited; what is not recorded is said to be so."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from assistant.answer.citations import CitedText
from assistant.catalogue import Catalogue, parse_query, query_text
from assistant.catalogue.parser import Parser
from assistant.catalogue.query import Condition, Query
from assistant.prompts import load_prompts
from assistant.resources import prompts_dir
from ingest.embedder import BundledEmbedder
from ingest.readers import read_file
from ingest.records import Record
from tests.assistant.catalogue.conftest import store_of

MANY = 21_715


def told(catalogue: Catalogue, *questions: str) -> CitedText:
    query, text = None, CitedText()
    for question in questions:
        answer = catalogue.answer(question, query)
        assert answer is not None, question
        query, text = answer.query, CitedText()
        for _ in answer.tell(text):
            pass
    return text


def test_list_is_counted_and_each_item_cited(catalogue: Catalogue) -> None:
    text = told(catalogue, "Who is here from Stanford, Princeton or Yale?")
    assert "3 of 3" in text.text
    assert [citation.speakers[0] for citation in text.citations] == [
        "Yuejie Chi, Yale University",
        "Madeleine Udell, Stanford University",
        "Jason Lee, Princeton University",
    ]
    assert all(citation.quote for citation in text.citations)


def test_chapters_are_told_as_written_with_what_cannot_be_right(catalogue: Catalogue) -> None:
    text = told(catalogue, "How many talks have chapters, and what are they?")
    assert "3 of 3" in text.text
    assert "59:54:00" in text.text
    assert text.text.count("longer than a recording lasts") == 2
    assert {citation.section for citation in text.citations} == {"chapters"}


def test_mention_is_quoted(catalogue: Catalogue) -> None:
    text = told(catalogue, "Which papers mention GSM8K?")
    assert all("GSM8K" in citation.quote for citation in text.citations)


def test_long_list_is_a_table_with_a_row_for_each(catalogue: Catalogue) -> None:
    text = told(catalogue, "List all papers.")
    assert "106 of 106" in text.text
    assert len({citation.id for citation in text.citations}) == 106
    assert sum(line.startswith("| ") for line in text.text.splitlines()) == 107


@pytest.mark.parametrize(
    "question",
    [
        "How long is Yi Wu's talk?",
        "Which talks were given in California?",
        "Who are the authors of the SOAP paper?",
        "Which talk has the best rating?",
        "When was Hunting the Hessian given?",
        "How old is John Doyle?",
        "What is Cevher's e-mail?",
        "Who organised it?",
        "When did he hold it?",
        "Which talks are longer than an hour?",
        "Was any talk given in Spanish?",
        "How many women speak?",
        "How often was the SOAP paper cited?",
        "In which journal did SOAP appear?",
        "Which papers did Jason Lee write?",
        "Where was the talk on the Hessian given?",
        "Are there transcripts?",
        "talks from 2022",
        "How many authors has the paper on the Riemann hypothesis?",
        "Give the names of the seven authors of SOAP.",
        "Who set up the IEEE Seasonal School?",
        "Which institution do the SOAP authors belong to?",
        "Are the authors of SOAP from industry?",
    ],
)
def test_what_no_source_records_is_said_to_be_unrecorded(question: str, catalogue: Catalogue) -> None:
    answer = catalogue.answer(question)
    assert answer is not None
    assert answer.refused
    assert "not recorded" in answer.notice


@pytest.mark.parametrize(
    ("question", "is_told"),
    [
        ("How many GPUs did it take?", False),
        ("Who paid for that?", False),
        ("The first author's name?", False),
        ("From which agency comes the money?", False),
        ("How large was the grant for it?", False),
        ("Was there a prize for it?", False),
        ("What learning rate did they set?", False),
        ("Which journal took it?", False),
        ("Where do its authors work?", False),
        ("Do they have children?", False),
        ("How does it treat reasoning paths?", True),
    ],
)
def test_detail_that_a_record_does_not_tell_is_said_to_be_unrecorded(
    question: str, is_told: bool, catalogue: Catalogue
) -> None:
    answer = catalogue.lacks(question, f"{question} (“ReFT: Reasoning with Reinforced Fine-Tuning”)")
    assert (answer is None) is is_told


@pytest.mark.parametrize("question", ["How many people wrote {}?", "When was {} published?", "Which page is {} on?"])
def test_record_spoken_of_is_told_with_what_is_recorded_of_it(question: str, catalogue: Catalogue) -> None:
    answer = catalogue.of_one(question.format("“ReFT: Reasoning with Reinforced Fine-Tuning”"))
    assert answer is not None
    assert not answer.refused
    assert len(answer.sources()) == 1


def test_nobody_is_told_where_somebody_is_asked_about(catalogue: Catalogue) -> None:
    assert catalogue.answer("Which professor is Xiang Cheng a postdoc with?") is None


def test_detail_that_the_record_tells_is_left_to_retrieval(catalogue: Catalogue) -> None:
    zo2 = "“ZO2: Scalable Zeroth-Order Fine-Tuning for Extremely Large Language Models with Limited GPU Memory”"
    assert catalogue.lacks("How many GPUs did it take?", f"How many GPUs did it take? ({zo2})") is None
    assert catalogue.lacks("Who advised Surbhi Goel?", "Who advised Surbhi Goel?") is None


def test_what_is_recorded_of_a_person_is_said_where_the_question_is_mistaken(catalogue: Catalogue) -> None:
    text = told(catalogue, "Which talks does John Doyle of Cornell give?")
    assert text.text.startswith("None")
    assert "Caltech" in text.text
    assert {one.id for one in text.citations} == {"the-architecture-of-intelligence"}


@pytest.mark.parametrize(
    ("questions", "names"),
    [
        (("Which talks does Hamed Hassani give?", "Who else takes part in them?"), {"Ahmad Beirami"}),
        (("Which talks does Hamed Hassani give?", "Does he have a partner?"), {"Ahmad Beirami"}),
        (("Which talk is John Doyle's?", "Who else is from Caltech?"), {"Quanquan Gu", "Babak Hassibi"}),
        (("List recordings with chapters", "In the one with Bei Yu, who are the others?"), {"Li-C. Wang"}),
        (("Who is from McGill?", "What's her talk called?"), {"High-dimensional Optimization"}),
        (("Which talk has the most speakers?", "Where do they come from?"), {"IBM"}),
        (("Give me the three newest papers", "When was the second one released?"), {"Sparse Linear Regression"}),
        (("The five papers with most comments", "Which of those is the newest?"), {"1 paper", "among the 5"}),
    ],
)
def test_follow_up_points_at_what_was_told(questions: Sequence[str], names: set[str], catalogue: Catalogue) -> None:
    text = told(catalogue, *questions).text
    assert {name for name in names if name in text} == names


def test_nothing_found_is_none_of_none(catalogue: Catalogue) -> None:
    assert told(catalogue, "Are there papers from 2021?").text.startswith("None")


QUERIES = (
    Query(),
    Query(
        kind="paper",
        conditions=(Condition("date", ("2023..",)), Condition("authors", ("..3", "7"), negated=True)),
        order="date", descending=True, limit=3,
    ),
    Query(listed="people", conditions=(Condition("affiliation", ("MIT", "UC Berkeley")),), counted=True),
    Query(conditions=(Condition("title", ('say "hi": now', "x")), Condition("date", ("--05",)))),
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_plain_text_is_read_back(query: Query) -> None:
    assert parse_query(query_text(query)) == query


@pytest.mark.parametrize(
    "reply",
    [
        "", "content", "listed: everything", "listed: records\nkind: film", "listed: records\ndate: soon",
        "kind: talk",         "listed: records\nlimit: 0", "listed: records\nlimit: -1", "listed: records\ndate: --13",
        "listed: records\ndrop: table", "listed: records\nkind: talk\nkind: paper", "listed: records\nbest: perhaps",
        "listed: records\nauthors: 99999999999999999999", "listed: records\nnot has: charm",
        "Sure! Here it is:\nlisted: records", "x" * 10_000,
    ],
    ids=lambda reply: repr(reply[:40]),
)  # fmt: skip
def test_reply_that_is_no_query_is_refused(reply: str, catalogue: Catalogue) -> None:
    assert parse_query(reply) is None
    answer = catalogue.answer("How many talks are there?", reply=reply)
    assert answer is not None
    assert answer.query == Query(kind="talk", counted=True)


def test_reply_of_a_model_is_read_and_its_names_mended(catalogue: Catalogue) -> None:
    answer = catalogue.answer("Any of these?", reply="listed: records\nperson: Courtny Pacquette")
    assert answer is not None
    assert answer.query == Query(conditions=(Condition("person", ("Courtney Paquette",)),))
    assert answer.result is not None
    assert len(answer.result.ids) == 1


def test_prompt_takes_what_the_catalogue_gives(catalogue: Catalogue) -> None:
    values = catalogue.prompt_values("And {braces}?", Query(kind="paper"))
    filled = load_prompts(prompts_dir()).fill("catalogue", **values)
    assert "kind: paper" in filled
    assert "Daily Papers, Jun 8" in filled
    assert "And {braces}?" in filled


@pytest.mark.alone
@pytest.mark.slow
def test_large_collection_is_answered_at_once(tmp_path: Path) -> None:
    page = tmp_path / "many.jsonl"
    page.write_text(
        "\n".join(
            json.dumps(
                {
                    "kind": "talk",
                    "title": f"Talk {number} on learning to test",
                    "speakers": [{"name": f"Ana{number % 15_000} Berg{number % 9_000}", "affiliation": "MIT"}],
                    "abstract": f"Words of talk {number} on gradients. " * 20,
                    "pages": [f"Conference {number % 300}"],
                    "date": f"{2000 + number % 25}-05-02",
                }
            )
            for number in range(MANY)
        )
    )
    catalogue = Catalogue(store_of(tmp_path / "many.sqlite", _named(page)), Parser(BundledEmbedder()))
    catalogue.answer("How many talks are there?")
    spent = []
    for question in (
        "How many talks are from 2014?",
        "Talks by Ana77 Berg77",
        "Which speaker has most talks?",
        "List the newest 5 talks",
    ):
        began = time.perf_counter()
        assert told(catalogue, question).citations
        spent.append((time.perf_counter() - began) * 1000)
    assert median(spent) <= 50 * 4, "a slow machine may take a few times the 50 ms of a laptop"


def _named(page: Path) -> list[Record]:
    records = read_file(page, name=page.name).records
    return [replace(record, id=f"talk-{number}") for number, record in enumerate(records)]
