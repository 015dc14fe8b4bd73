"""Verdicts on single statements, with the bundled embedder; passages are invented."""

import time
from collections.abc import Sequence

import numpy as np
import pytest

from assistant.answer.grounding import QUOTED, Grounder, Verdict, is_quote
from ingest.embedder import BundledEmbedder, WordsInContext

TRAINING = (
    "The speaker trained 12 language models with up to 7 billion parameters on public data. Training became unstable "
    "above 3 billion parameters, and lowering the learning rate by half made it stable again. Gradient clipping alone "
    "did not help. See [27] for the proof."
)
BIO = (
    "Mara Lindqvist is an assistant professor of statistics at Uppsala University. She received her PhD from ETH "
    "Zurich in 2016, and was a postdoctoral fellow at Microsoft Research from 2016 to 2018. She won the Cramér Prize "
    "in 2021."
)
CHIPS = (
    "Spiking networks exchange short pulses instead of continuous values, which lets chips stay idle most of the time. "
    "On the Loihi chip, the keyword task used ten times less energy than on a GPU. Accuracy was the same on both. "
    "Unlike earlier work, no conversion from a trained network was needed."
)
SURVEY = (
    "We asked 1,250 teachers in 40 schools how they use chatbots. 62% use one every week, mostly to prepare exercises. "
    "Only a quarter have ever been trained for it. Confidence increased with age, and schools in the countryside were "
    "slower to allow the tools."
)

CASES = [
    # To the letter.
    ("quote", TRAINING, "Gradient clipping alone did not help.", "supported"),
    ("part of a sentence", TRAINING, "lowering the learning rate by half made it stable again", "supported"),
    ("quote in quotation marks", BIO, "“She won the Cramér Prize in 2021.”", "supported"),
    ("quote with its reference defused", TRAINING, "See (27) for the proof.", "supported"),
    ("quote over a line break", "Clipping\nalone did not help.", "Clipping alone did not help.", "supported"),
    # The same in other words.
    ("first sentence shortened", TRAINING, "The speaker trained twelve language models.", "supported"),
    ("number spelled out", TRAINING, "The largest language models had seven billion parameters.", "supported"),
    ("number in digits", TRAINING, "Models had up to 7,000,000,000 parameters.", "supported"),
    ("order changed", TRAINING, "Above 3 billion parameters, training was unstable.", "supported"),
    ("negation kept in other words", TRAINING, "Clipping the gradients alone was no help.", "supported"),
    ("two sentences summed up", BIO, "Lindqvist got her PhD from ETH Zurich and won the Cramér Prize.", "supported"),
    ("year kept", BIO, "Mara Lindqvist received her PhD in 2016.", "supported"),
    ("name without its accent", BIO, "She won the Cramer Prize.", "supported"),
    ("active turned passive", CHIPS, "Short pulses are exchanged by spiking networks.", "supported"),
    ("same side of the scale", CHIPS, "The keyword task used less energy on Loihi than on a GPU.", "supported"),
    ("percentage", SURVEY, "62 percent of the teachers use a chatbot every week.", "supported"),
    ("grouped digits", SURVEY, "The survey asked 1250 teachers.", "supported"),
    ("reason kept", SURVEY, "Teachers use chatbots mostly to prepare exercises.", "supported"),
    # Numbers.
    ("wrong number", TRAINING, "The speaker trained 15 language models on public data.", "unsupported"),
    ("wrong number spelled out", TRAINING, "The speaker trained fifteen language models.", "unsupported"),
    ("wrong scale of a number", TRAINING, "The language models had up to 7 million parameters.", "unsupported"),
    ("wrong year", BIO, "Mara Lindqvist received her PhD in 2014.", "unsupported"),
    ("wrong percentage", SURVEY, "26% of the teachers use a chatbot every week.", "unsupported"),
    ("wrong decimal", SURVEY, "62.5% of the teachers use a chatbot every week.", "unsupported"),
    ("invented number", SURVEY, "Teachers save 3 hours by preparing exercises with chatbots.", "unsupported"),
    ("wrong factor", CHIPS, "On the Loihi chip, the keyword task used five times less energy.", "unsupported"),
    # Names.
    ("other person", BIO, "David Okafor is an assistant professor of statistics at Uppsala University.", "unsupported"),
    ("other prize", BIO, "She won the Turing Award in 2021.", "not supported"),
    ("other product", CHIPS, "On the TrueNorth chip, the task used less energy than on a GPU.", "not supported"),
    # Polarity.
    ("negated", TRAINING, "Training did not become unstable above 3 billion parameters.", "not supported"),
    ("negated with never", SURVEY, "Teachers never use chatbots to prepare exercises.", "unsupported"),
    ("negated with without", CHIPS, "Spiking networks work without exchanging short pulses.", "not supported"),
    ("opposite comparison", CHIPS, "On the Loihi chip, the task used more energy than on a GPU.", "unsupported"),
    ("same negated", CHIPS, "Accuracy was not the same on both.", "unsupported"),
    ("opposite direction", SURVEY, "Confidence decreased with age.", "not supported"),
    ("opposite speed", SURVEY, "Schools in the countryside were faster to allow the tools.", "not supported"),
    # In part, or not at all.
    ("invented end", TRAINING, "Training became unstable, so the team moved to Norway.", "not supported"),
    ("invented detail", BIO, "She grew up on a farm with many horses and loves to sail.", "unsupported"),
    ("another subject", TRAINING, "Whales sing in the ocean during winter.", "unsupported"),
    ("a word in common", SURVEY, "The school bus broke down on the way to the museum.", "not supported"),
    ("same field, other claim", CHIPS, "Quantum computers factor integers by interference.", "not supported"),
    ("nothing to compare", "", "Training became unstable.", "unsupported"),
]


@pytest.fixture(scope="module")
def checker(embedder: BundledEmbedder) -> Grounder:
    return Grounder(embedder)


@pytest.mark.parametrize(
    ("passage", "claim", "expected"), [case[1:] for case in CASES], ids=[case[0].replace(" ", "-") for case in CASES]
)
def test_verdict_of(checker: Grounder, passage: str, claim: str, expected: str) -> None:
    found = checker.check(claim, [passage])
    if expected.startswith("not "):
        assert found.verdict != expected.removeprefix("not "), found
    else:
        assert found.verdict == expected, found
    assert found.reason
    assert 0 <= found.score <= 1


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The speaker trained 15 language models on public data.", "“15” is not in what it cites."),
        ("The speaker trained 15 language models in 2020.", "“15”, “2020” are not in what it cites."),
        (
            "She grew up on a farm with many horses.",
            "Nothing that it cites says “horses”; the nearest is “The speaker trained 12 language models with up to 7 "
            "billion parameters on public data.”",
        ),
        ("Gradient clipping alone did not help.", QUOTED.reason),
    ],
)
def test_reason_names_what_is_wrong(checker: Grounder, claim: str, reason: str) -> None:
    assert checker.check(claim, [TRAINING]).reason == reason


def test_statement_may_rest_on_two_passages_together(checker: Grounder) -> None:
    claim = "Lindqvist of Uppsala University reports that training became unstable above 3 billion parameters."
    assert checker.check(claim, [TRAINING]).verdict != "supported"
    assert checker.check(claim, [TRAINING, BIO]).verdict == "supported"


def test_score_orders_paraphrase_before_unrelated(checker: Grounder) -> None:
    near, far = (checker.check(claim, [SURVEY]).score for claim in ("Most teachers use one weekly.", "Whales sing."))
    assert near > far


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        ("the proof", TRAINING, True),
        ("the pro", TRAINING, False),
        ("he proof", TRAINING, False),
        ("", TRAINING, False),
        ("“…”", TRAINING, False),
        ("Gradient  clipping\nalone did not help", TRAINING, True),
        ("Gradient clipping alone did help", TRAINING, False),
    ],
)
def test_quote_is_whole_words_to_the_letter(claim: str, passage: str, expected: bool) -> None:
    assert is_quote(claim, [passage]) is expected


class CountingEmbedder(BundledEmbedder):
    """The bundled embedder, and what it was asked to read."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []

    def embed_in_context(self, texts: Sequence[str]) -> list[WordsInContext]:
        self.calls.append(list(texts))
        return super().embed_in_context(texts)


def test_quote_needs_no_embedding() -> None:
    counting = CountingEmbedder()
    assert Grounder(counting).check("Gradient clipping alone did not help.", [TRAINING]) == QUOTED
    assert not any(counting.calls)


def test_statements_are_embedded_in_one_call_and_passages_once() -> None:
    counting = CountingEmbedder()
    checker = Grounder(counting)
    pairs = [
        ("Models were trained.", [TRAINING]),
        ("She has a PhD.", [BIO]),
        ("She won the Cramér Prize in 2021.", [BIO]),
    ]
    first = checker.check_all(pairs)
    assert len(counting.calls) == 3
    assert counting.calls[0] == ["Models were trained.", "She has a PhD."]
    assert first[2] == QUOTED
    alone = [checker.check(claim, passages) for claim, passages in pairs]
    assert [one.verdict for one in alone] == [one.verdict for one in first]
    assert np.allclose([one.score for one in alone], [one.score for one in first], atol=1e-3)


def test_passage_with_odd_digits_is_read(checker: Grounder) -> None:
    assert checker.check("It takes ½ of ٣ cups and 1/2 of ² more.", ["Take ½ a cup, ٣ times, or ² of it."]).reason


def test_six_statements_are_checked_in_a_moment(checker: Grounder) -> None:
    claims = [case[2] for case in CASES[5:11]]
    checker.check(claims[0], [TRAINING])
    times: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        verdicts: list[Verdict] = checker.check_all([(claim, [TRAINING]) for claim in claims])
        times.append(time.perf_counter() - began)
    assert len(verdicts) == 6
    # 12 to 16 ms on two cores; the bound leaves room for a machine that is busy with other things.
    assert min(times) < 0.1


def test_another_order_of_words_is_doubted_and_no_more(checker: Grounder) -> None:
    passage = "Long footbridges begin to sway when the wind sheds whirls of air behind their deck."
    verdict = checker.check("Whirls of air that the wind sheds behind the deck make it sway.", [passage])
    assert verdict.verdict != "unsupported"


def test_count_of_what_is_cited_is_no_number_that_stands_nowhere(checker: Grounder) -> None:
    passages = [TRAINING.replace("12", "50"), SURVEY, BIO]
    assert checker.check("Three talks are about models.", passages).reason != "“Three” is not in what it cites."
    assert checker.check("Five talks are about models.", passages).reason == "“Five” is not in what it cites."
