"""What a text costs by its length and by what it is made of, as question, passage and reply: part of `make bench`.

Comes in: an assistant. Goes out: a table in milliseconds, and which rows grow faster than their length. Texts are one
sign or phrase over and over, since that is what brings a backtracking pattern or a nested loop to light.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from assistant.answer.grounding import statements
from assistant.answer.markers import Marker, MarkerParser, defuse
from assistant.assembly import Assistant
from assistant.llm.marks import ReasoningFold
from assistant.outlets.page.markdown import answer_html, text_html
from assistant.outlets.references import answer_markdown
from assistant.types import Answer
from ingest.errors import QuestionTooLong
from ingest.passages import record_passages
from ingest.readers.json_records import read_objects
from ingest.text import searchable

SIZES_CHARS = (1_000, 4_000, 10_000, 100_000, 1_000_000)
UNITS = {
    "words": "The wind sheds whirls of air. ",
    "“": "“",
    '"': '"',
    "[": "[",
    "[1]": "[1]",
    "<think>": "word <think> ",
    "spaces": " ",
    "line ends": "\n",
    "letters": "a",
    "list": "- x\n",
    "$": "$",
    "_a": "_a",
}
# How much more than by its length a time may grow, since two runs on a busy machine differ by half.
LINEAR = 2.0
# Shorter times are the clock's, and those are taken again.
LEAST_MS = 10.0
RUNS = 3
PIECE_CHARS = 7


def print_cost(assistant: Assistant) -> bool:
    """Print the table; tells whether every row grows with its length at most."""

    def question(text: str) -> None:
        try:
            for _ in assistant.turn(text, endpoint=None):
                pass
        except QuestionTooLong:
            return

    def reply(text: str) -> None:
        said: list[str | Marker] = []
        parser = MarkerParser(sources=5)
        fold = ReasoningFold()
        for at in range(0, len(text), PIECE_CHARS):
            said += parser.feed(fold.feed(text[at : at + PIECE_CHARS]))
        said += parser.feed(fold.finish())
        shown = "".join(one for one in (*said, *parser.finish()) if not isinstance(one, Marker))
        statements(shown, ())
        answer_html(shown, (), lambda *_: "")
        answer_markdown(Answer("", "", shown, (), refused=False, mode="model"), ())

    print(f"\n{'cost in ms':<22}" + "".join(f"{f'{size // 1000:,} kB':>10}" for size in SIZES_CHARS))
    is_linear = True
    for name, work in {"question": question, "passage": passage, "reply": reply}.items():
        for unit, times_ms in measured(work):
            remark = "" if is_in_line(times_ms) else "   grows faster than its length"
            is_linear = is_linear and not remark
            print(f"{name:<10}{unit:<12}" + "".join(f"{one:>10.1f}" for one in times_ms) + remark, flush=True)
    return is_linear


def passage(text: str) -> None:
    """Read as an abstract, cut, told to the lexical index, written into a prompt and shown."""
    part = read_objects([(1, 1, {"kind": "talk", "title": "T", "abstract": text})], "t.jsonl")
    for one in part.records:
        for each in record_passages(one):
            searchable(each.text)
        defuse(one.abstract)
        text_html(one.abstract)


def measured(work: Callable[[str], object], units: Mapping[str, str] = UNITS) -> Iterator[tuple[str, list[float]]]:
    """What each kind of text costs at each size; a kind that takes seconds is not tried longer."""
    for name, unit in units.items():
        times_ms: list[float] = []
        for size in SIZES_CHARS:
            text = (unit * (size // len(unit) + 1))[:size]
            times_ms.append(best_ms(partial(work, text)))
            if times_ms[-1] > 10_000:  # noqa: PLR2004
                break
        yield name, times_ms


def best_ms(work: Callable[[], object]) -> float:
    """The shortest of a few times, or the first where it is long: of this process, whatever else runs."""
    times_ms: list[float] = []
    while len(times_ms) < RUNS and sum(times_ms) < LEAST_MS * RUNS:
        began = time.process_time()
        work()
        times_ms.append((time.process_time() - began) * 1000)
    return min(times_ms)


def is_in_line(times_ms: Sequence[float]) -> bool:
    """Whether a time never grows much more than the length of the text does."""
    steps = zip(
        zip(SIZES_CHARS, times_ms, strict=False), zip(SIZES_CHARS[1:], times_ms[1:], strict=False), strict=False
    )
    return all(after < before * LINEAR * (b / a) for (a, before), (b, after) in steps if before > LEAST_MS)
