"""Dates, numbers and lengths of time are read as conditions hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understand.dates import date_in, measured_at
from assistant.understand.entities import split_words

READ = {
    "a year": ("2023", "date", "2023"),
    "a short year": ("'23", "date", "2023"),
    "a decade": ("2010s", "date", "2010..2019"),
    "a month": ("october", "date", "--10"),
    "a month of a year": ("oct 2023", "date", "2023-10"),
    "a day": ("may 2", "date", "--05-02"),
    "a day, day first": ("7 may 2017", "date", "2017-05-07"),
    "a day with commas": ("may 7, 2017", "date", "2017-05-07"),
    "an ordinal day": ("the", None, None),
    "a day in words": ("eighth of june", "date", "--06-08"),
    "as computers write it": ("2019-07-13", "date", "2019-07-13"),
    "a quarter": ("q1 2024", "date", "2024-01..2024-03"),
    "a half": ("first half of 2024", "date", "2024-01..2024-06"),
    "a season": ("spring 2023", "date", "2023-03..2023-05"),
    "a number": ("12", "number", "12"),
    "a number in words": ("twelve", "number", "12"),
    "an ordinal": ("third", "ordinal", "3"),
    "an ordinal in figures": ("3rd", "ordinal", "3"),
    "minutes": ("30 minutes", "seconds", "1800"),
    "half an hour": ("half an hour", "seconds", "1800"),
    "an hour and a half": ("an hour and a half", "seconds", "5400"),
    "no month": ("may", None, None),
    "no such day": ("99 june", "number", "99"),
}


@pytest.mark.parametrize(("text", "sort", "value"), READ.values(), ids=READ)
def test_written_date_number_or_length_is_read(text: str, sort: str | None, value: str | None) -> None:
    found = measured_at([word.key for word in split_words(text)], 0)
    assert (found and found.sort, found and found.value) == (sort, value)


def test_month_with_a_capital_or_behind_in_is_one() -> None:
    assert measured_at(["may"], 0, capital=True) is not None
    assert measured_at(["in", "march"], 1, before="in") is not None


def test_date_in_a_name_is_its_month_or_day() -> None:
    assert date_in(["daily", "papers", "sep", "8"]) == "--09-08"
    assert date_in(["pydata", "london", "2017"]) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    keys = [word.key for word in split_words(text)]
    for place in range(len(keys)):
        found = measured_at(keys, place)
        assert found is None or 0 < found.words <= len(keys) - place
