"""Words, numbers and names, read off a text without any model."""

import pytest

from assistant.answer.claims import split_words, written


def keys(text: str, *, numbers: bool = False) -> set[int]:
    return {word.key for word in split_words(text) if word.is_number or not numbers}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 models", "twelve models"),
        ("forty-two talks", "42 talks"),
        ("three hundred people", "300 people"),
        ("1,250 teachers", "1250 teachers"),
        ("2.5 million", "2,500,000"),
        ("7B", "7 billion"),
        ("62%", "62 percent"),
        ("the 1990s", "the 1990"),
        ("the 21st time", "the 21 time"),
        ("GPT-4", "GPT4"),
        ("improves", "improved"),
        ("Çevher's", "Cevher"),
        ("isn't", "is not"),
    ],
)
def test_words_written_otherwise_are_the_same(one: str, other: str) -> None:
    contents = [{w.key for w in split_words(text) if not w.is_stop or w.text == "not"} for text in (one, other)]
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("7 million", "7 billion"), ("62%", "62.5%"), ("in 2014", "in 2016"), ("5 m", "5,000,000"), ("can", "cannot")],
)
def test_other_numbers_are_not_the_same(one: str, other: str) -> None:
    assert keys(one) != keys(other)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Training with Adam at EPFL", ["Adam", "EPFL"]),
        ("Scale brings instability", []),
        ("It ended. Nothing remained", []),
        ("They used GPT-4 and iPhones", ["GPT", "iPhones"]),
    ],
)
def test_names_of(text: str, names: list[str]) -> None:
    assert [text[word.start : word.end] for word in split_words(text) if word.is_name] == names


def test_neighbours_are_written_as_one() -> None:
    text = "by Mara Lindqvist with GPT-4"
    words = split_words(text)
    assert written(text, [words[4], words[5]]) == ["GPT-4"]
    assert written(text, [words[0], words[4]]) == ["by", "GPT"]
