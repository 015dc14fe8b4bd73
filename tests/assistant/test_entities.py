"""What a question names is linked to what the collection holds, whatever field it stands in."""

from collections.abc import Sequence

import pytest

from assistant.types import Mention
from assistant.understand.entities import Entities, split_words
from ingest.embedder import BundledEmbedder
from ingest.lexical import KeywordIndex
from ingest.passages import record_passages
from ingest.record_store import RecordStore, write_store
from ingest.records import Record, Speaker
from tests.made_up import paper, talk

RECORDS: Sequence[Record] = (
    talk(
        "Hunting the Hessian", (Speaker("Madeleine Udell", "Stanford University"),), id="hessian",
        event="PyData London 2017", tags=("keynote", "data science"), venue="Main Hall",
    ),
    talk("Maps of Maps", (Speaker("Ann Lee", "Caltech"), Speaker("Jason Lee", "UC Irvine")), id="maps",
         event="PyData London 2019", tags=("pandas",)),
    talk("On Sets", (Speaker("Michael W. Mahoney", "LBNL and UC Berkeley"),), id="sets", event="PyGotham 2016"),
    talk("Flat Minima", (Speaker("Surbhi Goel", "University of Pennsylvania"),), id="flat", language="en"),
    talk("Reverse Diffusion", (Speaker("Yian Ma", "University of Chicago"),), id="reverse", language="pt-BR"),
    talk("Spring", (Speaker("Ryan May", "Unidata"),), id="spring", language="it"),
    talk("Layout", (Speaker("Sung Kyu Lim", "Georgia Institute of Technology"),), id="layout"),
    talk("Phases", (Speaker("Bo Roth", "Massachusetts Institute of Technology"),), id="phases"),
    talk("Lecture 8: Going Deep", id="deep", series="Robotics"),
    paper("Learning with Boolean Thresholds: A Tale of Two Gates", id="boolean"),
)  # fmt: skip


@pytest.fixture(scope="module")
def entities(tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder) -> Entities:
    path = tmp_path_factory.mktemp("entities") / "records.sqlite"
    write_store(path, RECORDS, [passage for record in RECORDS for passage in record_passages(record)])
    keyword = KeywordIndex.build([record.title for record in RECORDS])
    return Entities(RecordStore(path), keyword, embedder.knows_word)


def found(entities: Entities, question: str, field: str) -> list[Mention]:
    return [one for one in entities.link(question).mentions if one.field == field]


LINKED = {
    "full name": ("What did Madeleine Udell say?", "speaker", ("Madeleine Udell",)),
    "surname": ("talks by Mahoney", "speaker", ("Michael W. Mahoney",)),
    "initials": ("talks by M. Mahoney", "speaker", ("Michael W. Mahoney",)),
    "surname of two": ("What did Lee show?", "speaker", ("Ann Lee", "Jason Lee")),
    "first name": ("talks by Surbhi", "speaker", ("Surbhi Goel",)),
    "a slip": ("Talks by Madeleine Udel", "speaker", ("Madeleine Udell",)),
    "whole value": ("talks at PyData London 2017", "event", ("PyData London 2017",)),
    "part of values": ("talks at PyData London", "event", ("PyData London 2017", "PyData London 2019")),
    "small letters": ("talks at pygotham", "event", ("PyGotham 2016",)),
    "tag": ("talks tagged keynote", "tags", ("keynote",)),
    "tag of two words": ("anything on data science", "tags", ("data science",)),
    "venue": ("What was given in the Main Hall?", "venue", ("Main Hall",)),
    "one of two places": ("Who is from UC Berkeley?", "affiliation", ("LBNL and UC Berkeley",)),
    "initials of a place": ("Anyone from MIT?", "affiliation", ("Massachusetts Institute of Technology",)),
    "beginnings": ("Anyone from UPenn?", "affiliation", ("University of Pennsylvania",)),
    "left-out beginning": ("Anyone from Penn?", "affiliation", ("University of Pennsylvania",)),
    "left-out middle": ("people at Georgia Tech", "affiliation", ("Georgia Institute of Technology",)),
    "long form of a short one": ("California Institute of Technology", "affiliation", ("Caltech",)),
    "system of places": ("University of California", "affiliation", ("UC Irvine", "LBNL and UC Berkeley")),
    "quotation": ('papers with "wild animals"', "quotation", ("wild animals",)),
    "title": ("Who gave Hunting the Hessian?", "title", ("Hunting the Hessian",)),
    "title with a number": ("Summarise Lecture 8", "title", ("Lecture 8",)),
    "field": ("Which venues are there?", "field", ("venue",)),
    "field by another word": ("Which conferences are there?", "field", ("event",)),
    "kind": ("Which lectures are there?", "kind", ("talk",)),
    "kind, as a feed has it": ("Which episodes are there?", "kind", ("talk",)),
    "misspelt kind": ("papres of 2023", "kind", ("paper",)),
    "date": ("talks of 7 May 2017", "date", ("2017-05-07",)),
    "length": ("talks over half an hour", "seconds", ("1800",)),
    "month that is a name too": ("talks recorded in May 2017", "date", ("2017-05",)),
    "day beside an event": ("Who spoke at PyGotham on 9 February 2016?", "date", ("2016-02-09",)),
    "event beside a day": ("Who spoke at PyGotham on 9 February 2016?", "event", ("PyGotham 2016",)),
    "language": ("Which talks are in Portuguese?", "language", ("pt-BR",)),
    "language of no record": ("keynotes in german", "language", ("de",)),
    "number": ("papers by three people", "number", ("3",)),
}  # fmt: skip


@pytest.mark.parametrize(("question", "field", "values"), LINKED.values(), ids=LINKED)
def test_name_in_any_form_is_linked_to_what_is_recorded(
    entities: Entities, question: str, field: str, values: tuple[str, ...]
) -> None:
    assert [one.values for one in found(entities, question, field)] == [values]


def test_name_that_nobody_has_is_unknown(entities: Entities) -> None:
    assert entities.link("Anything by Andrew Ng in there?").strangers == ("Andrew Ng",)


def test_mention_tells_its_records_and_its_place(entities: Entities) -> None:
    question = "Has Madeleine Udell a talk?"
    [one] = found(entities, question, "speaker")
    assert question[one.start : one.end] == one.text == "Madeleine Udell"
    assert one.record_ids == ("hessian",)


def test_part_of_a_name_in_small_letters_is_not_sure(entities: Entities) -> None:
    assert not found(entities, "who spoke in the main hall", "venue")[0].is_sure
    assert found(entities, "who spoke in the Main Hall", "venue")[0].is_sure


def test_value_beside_the_name_of_its_field_is_sure(entities: Entities) -> None:
    for question, is_sure in (("the robotics series", True), ("series robotics", True), ("series on robotics", False)):
        assert found(entities, question, "series")[0].is_sure is is_sure


def test_slips_in_names_and_fields_are_mended_and_no_other_word(entities: Entities) -> None:
    assert (
        entities.link("papres by Udel on cutting edge pancakes").corrected == "papers by Udell on cutting edge pancakes"
    )


def test_part_of_a_tag_in_small_letters_is_no_tag(entities: Entities) -> None:
    assert found(entities, "talks about data", "tags") == []


def test_name_goes_not_on_across_the_end_of_a_sentence(entities: Entities) -> None:
    assert all("." not in one.text for one in entities.link("I was at PyData. London, hello.").mentions)


@pytest.mark.parametrize("question", ["", "?", "'", '""', "A" * 10_000, "Ab " * 1300, "\ud800", "a-b/c,d;" * 500])
def test_odd_question_is_linked_without_a_fault(entities: Entities, question: str) -> None:
    assert isinstance(entities.link(question).corrected, str)


def test_words_of_a_question_keep_their_places() -> None:
    question = "Who's “Ann Lee”, e.g. at 2019-05-01?"
    words = split_words(question)
    assert [question[one.start : one.end] for one in words if one.is_quoted] == ["“Ann Lee”"]
    assert "2019-05-01" in [one.text for one in words]


def test_code_of_a_language_is_a_word_of_everyday(entities: Entities) -> None:
    assert not found(entities, "Is it said here, en passant?", "language")
