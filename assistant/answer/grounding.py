"""Is this sentence carried by the passages that it cites?

Comes in: statements and passages, or a whole answer. Goes out: a verdict for each statement, with its reason. A
statement is taken apart into words, numbers, names and polarity (`claims`), set beside the sentences of its passages
(`signals`) and judged (`verdicts`, which also says what it cannot catch). No language model is needed; one can be asked
on top (`second_opinion`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.answer.markers import defuse_references
from assistant.answer.signals import compare
from assistant.answer.statements import Statement, statements
from assistant.answer.verdicts import Support, Verdict, judge
from assistant.types import Citation, SourcePassage
from ingest.embedder import Embedder
from ingest.passages import split_sentences

__all__ = ["QUOTED", "UNCITED", "Checked", "Support", "SupportChecker", "Verdict", "is_quote", "with_support"]

# 1,000 passages' sentences are 10 MB.
_PASSAGES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement of an answer and its verdict."""

    statement: Statement
    verdict: Verdict


QUOTED = Verdict("supported", "The cited passage says it to the letter.", 1.0)
UNCITED = Verdict("unsupported", "It cites nothing.", 0.0)
_EMPTY = Verdict("unsupported", "The cited passage is empty.", 0.0)


class SupportChecker:
    """Compares statements with the passages that they cite; may be shared by threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._sentences = lru_cache(maxsize=_PASSAGES_KEPT)(self._read)

    def prepare(self, passages: Sequence[str]) -> None:
        """Read passages ahead of a check, such as before a model writes; about 3 ms a sentence, once."""
        for passage in passages:
            self._sentences(passage)

    def check(self, sentence: str, passages: Sequence[str]) -> Verdict:
        """One statement against all that it cites, together."""
        return self.check_all([(sentence, passages)])[0]

    def check_all(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[Verdict]:
        """Statements, each against its own passages; embedded in one go, and quotes to the letter not at all."""
        quoted = [is_quote(claim, passages) for claim, passages in pairs]
        open_claims = [claim for (claim, _), is_quoted in zip(pairs, quoted, strict=True) if not is_quoted]
        vectors = iter(self._embedder.embed_passages(open_claims) if open_claims else ())
        return [
            QUOTED if is_quoted else self._judge(claim, next(vectors), passages)
            for (claim, passages), is_quoted in zip(pairs, quoted, strict=True)
        ]

    def check_answer(self, text: str, citations: Sequence[Citation], passage_texts: Mapping[str, str]) -> list[Checked]:
        """Every statement of an answer that can be checked, in order.

        Args:
            text: The answer, with one marker for each citation.
            citations: In the order of their markers.
            passage_texts: Passage id → its text; of a passage that is not there, the quote is taken. Title and
                speakers, on which statements rest too, come from the citations.
        """
        found = statements(text, citations)
        cited = [one for one in found if one.citations]
        passages = [_cited_texts([citations[index] for index in one.citations], passage_texts) for one in cited]
        verdicts = iter(self.check_all([(one.text, texts) for one, texts in zip(cited, passages, strict=True)]))
        return [Checked(one, next(verdicts) if one.citations else UNCITED) for one in found]

    def _judge(self, claim: str, vector: NDArray[np.float32], passages: Sequence[str]) -> Verdict:
        read = [self._sentences(passage) for passage in passages]
        sentences = [sentence for some, _ in read for sentence in some]
        if not sentences:
            return _EMPTY
        return judge(compare(claim, vector, sentences, np.concatenate([rows for _, rows in read])))

    def _read(self, passage: str) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        sentences = tuple(passage[start:end] for start, end in split_sentences(passage))
        return sentences, self._embedder.embed_passages(sentences)


def is_quote(claim: str, passages: Sequence[str]) -> bool:
    """Whether a passage holds the claim to the letter, but for white space and quotation marks around it."""
    words = _plain(claim).strip(" \"“”'‘’.…")
    return bool(words) and any(_holds(_plain(passage), words) for passage in passages)


def with_support(citations: Sequence[Citation], checked: Sequence[Checked]) -> tuple[Citation, ...]:
    """The citations of an answer, each with the verdict on the statement that it stands behind."""
    verdicts = {index: one.verdict.verdict for one in checked for index in one.statement.citations}
    return tuple(replace(citation, support=verdicts.get(index)) for index, citation in enumerate(citations))


def checked_texts(sources: Sequence[SourcePassage]) -> list[str]:
    """The texts that statements citing these passages are compared with, for `SupportChecker.prepare`."""
    return [_with_heading(source.title, source.speakers, source.text) for source in sources]


def _with_heading(title: str, speakers: Sequence[str], text: str) -> str:
    """Statements rest on title and speakers too."""
    return "\n".join((title, *speakers, text))


def _cited_texts(citations: Sequence[Citation], passage_texts: Mapping[str, str]) -> list[str]:
    return [
        _with_heading(one.title, one.speakers, passage_texts.get(one.passage_id, one.quote))
        for one in {citation.passage_id: citation for citation in citations}.values()
    ]


def _plain(text: str) -> str:
    return " ".join(defuse_references(text).split())


def _holds(text: str, words: str) -> bool:
    """Whether the words stand in the text as whole words."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        if not (at and text[at - 1].isalnum() and words[0].isalnum()) and not text[end : end + 1].isalnum():
            return True
        at = text.find(words, at + 1)
    return False
