"""Numbers, names and polarity, read off a text without any model."""

import pytest

from assistant.answer.claims import facets, is_plain_name, missing_names, missing_numbers
from assistant.answer.opposites import prefixed


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("in 2018", {2018}),
        ("12 models", {12}),
        ("twelve models", {12}),
        ("forty-two talks", {42}),
        ("three hundred people", {300}),
        ("1,250 teachers", {1250}),
        ("2.5 million", {2_500_000}),
        ("7B", {7_000_000_000}),
        ("62%", {62}),
        ("the 1990s", {1990}),
        ("the 21st time", {21}),
        ("from 5-10", {5, 10}),
        ("GPT-4 and 4D", set()),
        ("CIFAR10", set()),
        ("one of them", set()),
        ("version 3.11.", {3.11}),
    ],
)
def test_numbers_of(text: str, numbers: set[float]) -> None:
    assert set(facets(text).numbers) == numbers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Training with Adam at EPFL", {"Adam", "EPFL"}),
        ("Rosen proposes a test", {"Rosen"}),
        ("Volkan Cevher's talk", {"Volkan", "Cevher"}),
        ("Scale brings instability", set()),
        ("It ended. Nothing remained", set()),
        ("They met in May", set()),
        ("using GPT-4 and iPhones", {"GPT-4", "iPhones"}),
    ],
)
def test_names_of(text: str, names: set[str]) -> None:
    assert set(facets(text).names.values()) == names


@pytest.mark.parametrize(
    ("claim", "passage", "missing"),
    [
        ("He met Cevher", "Volkan Cevher, EPFL", []),
        ("He met Cevher", "Volkan Çevher's group", []),
        ("He met Rosen", "Volkan Cevher, EPFL", ["Rosen"]),
        ("the Canadian coast of Iceland", "off Canada", ["Iceland"]),
        ("in the U.S. army", "the US army", []),
        ("about LLM safety", "large language models", []),
        ("about RL", "robots", ["RL"]),
        ("used GPT-4 daily", "GPT4 was used", []),
    ],
)
def test_missing_names(claim: str, passage: str, missing: list[str]) -> None:
    assert missing_names(facets(claim), [facets(passage)]) == missing


@pytest.mark.parametrize(
    ("claim", "passage", "missing"),
    [
        ("five of 30", "30 in all, 5 of them", []),
        ("2 million", "2 groups", ["2 million"]),
        ("2 million", "2,000,000 people", []),
        ("in 2019 and 2020", "in 2020", ["2019"]),
    ],
)
def test_missing_numbers(claim: str, passage: str, missing: list[str]) -> None:
    assert missing_numbers(facets(claim), [facets(passage)]) == missing


@pytest.mark.parametrize(
    ("text", "is_negative"),
    [
        ("It increased the cost", False),
        ("It did not increase the cost", True),
        ("It reduced the cost", True),
        ("It didn't reduce the cost", False),
        ("It worked", False),
        ("It never worked", True),
    ],
)
def test_polarity_of(text: str, is_negative: bool) -> None:
    assert facets(text).is_negative is is_negative


def test_prefix_turns_a_word_round_only_when_the_rest_is_the_word() -> None:
    assert prefixed("stabl", "unstabl")
    assert prefixed("nonlinear", "linear")
    assert not prefixed("cover", "discov")
    assert not prefixed("it", "unit")


def test_plain_names_have_no_other_forms() -> None:
    assert [name for name in ("Uppsala", "PyTorch", "EPFL", "LLMs", "IL-1b", "iPhone") if is_plain_name(name)] == [
        "Uppsala",
        "PyTorch",
    ]
