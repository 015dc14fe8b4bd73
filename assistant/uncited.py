"""A draft that cites nothing: its statements matched to the sources that carry them, where that is clear.

Comes in: an answer without citations, the passages that it was written from. Goes out: a list behind the answer, each
matched statement with its citation. The words of the answer are already on the screen, so none can be put in between.
"""

from collections.abc import Iterator, Sequence

from assistant.citations import CitedText
from assistant.events import Event, SourcePassage
from assistant.extract import best_quote
from assistant.statements import statements
from assistant.support import SupportChecker, checked_texts
from ingest.keyword import KeywordIndex

INTRODUCTION = "The model named no sources; these of its statements rest on:"


def match_statements(
    answer: CitedText, sources: Sequence[SourcePassage], checker: SupportChecker, keyword: KeywordIndex
) -> Iterator[Event]:
    """Say which source carries which statement; says nothing when none is carried."""
    texts = checked_texts(sources)
    introduced = False
    for statement in statements(answer.text, []):
        verdicts = checker.check_all([(statement.text, [text]) for text in texts])
        best = max(range(len(sources)), key=lambda place: verdicts[place].score)
        if verdicts[best].verdict != "supported":
            continue
        if not introduced:
            introduced = True
            yield from answer.say(f"\n\n{INTRODUCTION}\n")
        yield from answer.say(f"\n- “{statement.text}” ")
        yield from answer.cite(sources[best], *best_quote(statement.text, sources[best].text, keyword))
