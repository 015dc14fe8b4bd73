"""Rows are told complete, counted, cited, with the conditions that were applied and what they leave out."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.answer.citations import CitedText
from assistant.answer.tabulate import shown_ids, tell
from assistant.query import Condition, Query
from assistant.retrieve.structured import evaluate
from ingest.passages import record_passages
from ingest.record_store import RecordStore, write_store
from ingest.records import Chapter, Record, Speaker
from tests import made_up

ANN, BO = Speaker("Ann Lee", "MIT", "Professor"), Speaker("Bo Roth", "Rice University")
RECORDS = [
    made_up.talk("On Sets", (ANN,), abstract="Sets hold. Maps do not.", id="a", event="Days", duration_s=90),
    made_up.talk("On [Maps] | Walks", (BO,), id="b", event="Days", venue="Hall 1", duration_s=150, tags=("x", "y")),
    made_up.talk("On Salt", (ANN, BO), id="c"),
    made_up.talk("A Session", chapters=(Chapter("00:09", 9, "Opening", (BO,)), Chapter("9:99", None, "End")), id="d"),
    made_up.paper("On Sand", id="e", author_count=3, organisation="Rice University", links=("https://a.org",)),
]


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    return store_of(tmp_path / "s", RECORDS)


def store_of(path: Path, records: Sequence[Record]) -> RecordStore:
    write_store(path, records, [passage for record in records for passage in record_passages(record)])
    return RecordStore(path)


def told(query: Query, store: RecordStore) -> CitedText:
    answer = CitedText()
    result = evaluate(query, store)
    for _ in tell(result, store, answer):
        pass
    assert tuple(dict.fromkeys(citation.id for citation in answer.citations)) == shown_ids(result)
    return answer


def test_list_names_what_it_could_not_keep_to(store: RecordStore) -> None:
    answer = CitedText()
    for _ in tell(evaluate(Query(kind="paper"), store), store, answer, ["Tromsø"]):
        pass
    said = "There is **1 paper** (1 of 1). “Tromsø” stands nowhere in the collection and is not kept to."
    assert answer.text.splitlines()[0] == said


def test_list_says_its_conditions_its_count_and_whom_it_leaves_out(store: RecordStore) -> None:
    text = told(Query(kind="talk", conditions=(Condition("event", ("days",)),)), store).text
    assert text.splitlines()[0] == "There are **2 talks** at days (2 of 2). 2 talks give no event; they are left out."
    assert "\n1. **On Sets** — Ann Lee, Professor, MIT, Days [1]" in text
    assert "\n2. **On \\[Maps\\] \\| Walks** — Bo Roth, Rice University, Days [2]" in text


@pytest.mark.parametrize(
    ("query", "lead"),
    [
        (Query(kind="talk", limit=2), "The first **2** of **4 talks** (2 of 4):"),
        (Query(kind="paper"), "There is **1 paper** (1 of 1):"),
        (
            Query(kind="talk", conditions=(Condition("venue", ("Nowhere",)),)),
            "None: the collection holds no talk with the venue “Nowhere” (0 of 0). "
            "3 talks give no venue; they are left out.",
        ),
        (
            Query(kind="talk", conditions=(Condition("language", ("de", "Platt (von hier)")),)),
            "None: the collection holds no talk in German or Platt (von hier) (0 of 0). "
            "4 talks give no language; they are left out.",
        ),
        (
            Query(kind="talk", order="duration_s", descending=True, best=True),
            "There is **1 talk** with the longest duration (1 of 1):",
        ),
        (
            Query(kind="talk", conditions=(Condition("duration_s", ("100..",)),)),
            "There is **1 talk** lasting at least 0:01:40 (1 of 1). 2 talks give no duration; they are left out.",
        ),
        (
            Query(conditions=(Condition("#speaker", ("2..",)), Condition("has", ("bio",), negated=True))),
            "There is **1 record** with at least 2 speakers without a biography (1 of 1):",
        ),
        (Query(conditions=(Condition("author_count", ("3",)),)), "There is **1 record** with 3 authors (1 of 1):"),
        (
            Query("speaker", conditions=(Condition("affiliation", ("rice",)),), order="size"),
            "There is **1 speaker** from rice, fewest records first (1 of 1):",
        ),
        (Query("tags"), "There are **2 tags** (2 of 2):"),
        (Query("event"), "There is **1 event** (1 of 1):"),
    ],
    ids=lambda value: None if isinstance(value, Query) else value[:40],
)
def test_lead_says_in_words_what_was_listed(query: Query, lead: str, store: RecordStore) -> None:
    assert told(query, store).text.splitlines()[0] == lead


def test_groups_tell_each_name_with_its_records(store: RecordStore) -> None:
    text = told(Query("speaker", kind="talk"), store).text
    assert "\n1. **Ann Lee**, MIT — 2: On Sets [1]" in text
    assert "\n2. **Bo Roth**, Rice University — 3: " in text


def test_count_of_both_kinds_tells_each(store: RecordStore) -> None:
    assert "Talks: 4; papers: 1." in told(Query(counted=True), store).text


def test_chapters_are_told_as_written(store: RecordStore) -> None:
    text = told(Query("chapters"), store).text
    assert "**2 chapters** in all." in text
    assert "\n   - 00:09 – Opening – Bo Roth, Rice University" in text


def test_words_asked_for_are_the_quote(store: RecordStore) -> None:
    answer = told(Query(conditions=(Condition("text", ("maps do",)),)), store)
    assert [citation.quote for citation in answer.citations] == ["Maps do not."]


def test_long_list_is_a_table_with_the_columns_that_are_told(tmp_path: Path) -> None:
    values = [{"event": "Days"} if n > 3 else {} for n in range(20)]
    records = [made_up.talk(f"Talk {n}", (ANN,), id=f"t{n}", values=told) for n, told in enumerate(values)]
    asked = Query(conditions=(Condition("event", ("days",)),))
    text = told(asked, store_of(tmp_path / "s", records)).text
    assert "| # | Title | Speakers | Event | Source |" in text
    assert "| 1 | Talk 4 | Ann Lee, Professor, MIT | Days | [1]" in text
    assert sum(line.startswith("| ") for line in text.splitlines()) == 17
