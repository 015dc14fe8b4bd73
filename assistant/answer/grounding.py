"""Is each sentence of an answer carried by what it cites?

Comes in: an answer with its citations, or single claims and passages. Goes out: a verdict for each statement, with its
reason. Sentences that claim nothing, such as "Two talks deal with this:", and the program's own get none. A claim is
compared with the sentences of all that it cites, titles and speakers included (`alignment`, `counterparts`), and what
was learned from claims by hand, planted errors and public pairs weighs the differences (`weights`). A number or a name
that stands nowhere in what is cited is never carried, nor is what hardly shares a meaning with it. No language model is
needed.

What it catches, by kind, is measured by `python -m evals grounding`. It mostly misses names, causes and effects that
are exchanged, the fact of a neighbouring sentence, arithmetic, and what takes knowledge from elsewhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from assistant.answer.citations import Matcher, Quote, best_quote
from assistant.answer.claims import Reading, Word, number_key, read, written
from assistant.answer.counterparts import pair_words
from assistant.answer.markers import Marker, MarkerParser, defuse_references
from assistant.answer.weights import Judged, Weights
from assistant.language import differ
from assistant.types import Citation, SourcePassage
from ingest.embedder import BundledEmbedder
from ingest.lexical import KeywordIndex
from ingest.passages import split_sentences

Support = Literal["supported", "weak", "unsupported"]

# 1,000 passages' sentences are 100 MB at most, of the usual length 20.
_PASSAGES_KEPT = 500
# Longer sentences are none; what is cut off is not compared.
_LONGEST_CLAIM_CHARS = 600
# "Waves roll." says too little to tell where it is from.
_FEWEST_WORDS = 4
_LIKELY_WRONG = 0.5


class Verdict(NamedTuple):
    """How well a statement is carried by what it cites; `score` in [0, 1], higher is better.

    `nearest` are the nearest sentences of what it cites, in their order; "" where nothing was compared.
    """

    verdict: Support
    reason: str
    score: float
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer.

    Attributes:
        text: Without markers and markup.
        start: Offset of its first character in the answer.
        end: Offset after its last one; a marker after the full stop is not included.
        citations: Which of the answer's citations stand behind it, by their place in the list.
    """

    text: str
    start: int
    end: int
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement of an answer and its verdict."""

    statement: Statement
    verdict: Verdict


QUOTED = Verdict("supported", "The cited passage says it to the letter.", 1.0)
UNCITED = Verdict("unsupported", "It cites nothing.", 0.0)
FOREIGN = Verdict("weak", "It is in another language than what it cites, so their words cannot be compared.", 0.5)
_EMPTY = Verdict("unsupported", "The cited passage is empty.", 0.0)


class Grounder:
    """Compares statements with the passages that they cite; may be shared by threads."""

    def __init__(self, embedder: BundledEmbedder, weights: Weights | None = None) -> None:
        """Use the bundled embedder, whatever embeds the passages for search: the check was taught on its words."""
        self._embedder = embedder
        self._weights = weights or Weights.load()
        self._passage = lru_cache(maxsize=_PASSAGES_KEPT)(self._read_passage)

    def check(self, sentence: str, passages: Sequence[str]) -> Verdict:
        """One statement against all that it cites, together."""
        return self.check_all([(sentence, passages)])[0]

    def check_all(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[Verdict]:
        """Statements, each against its own passages; embedded in one go, and quotes to the letter not at all."""
        quoted = [is_quote(claim, passages) for claim, passages in pairs]
        open_claims = [claim for (claim, _), is_quoted in zip(pairs, quoted, strict=True) if not is_quoted]
        readings = iter(self._read(open_claims))
        return [
            QUOTED if is_quoted else self._judge(next(readings), passages)
            for (_, passages), is_quoted in zip(pairs, quoted, strict=True)
        ]

    def check_answer(self, text: str, citations: Sequence[Citation], told: Mapping[str, str]) -> list[Checked]:
        """Every statement of an answer that claims something, in order.

        Args:
            text: The answer, with one marker for each citation.
            citations: In the order of their markers.
            told: Record id → all that the writer was told of it, such as its passages and its date; of a record that is
                not there, the quote is taken. Title and speakers come from the citations.
        """
        found = statements(text, citations)
        cited = [_cited_texts([citations[index] for index in one.citations], told) for one in found]
        quoted = [is_quote(one.text, texts) for one, texts in zip(found, cited, strict=True)]
        readings = self._read([one.text for one in found])
        checked: list[Checked] = []
        for one, reading, texts, is_quoted in zip(found, readings, cited, quoted, strict=True):
            if is_quoted:
                checked.append(Checked(one, QUOTED))
            elif self._weights.claims(reading, is_cited=bool(one.citations)):
                checked.append(Checked(one, self._judge(reading, texts) if one.citations else UNCITED))
        if any(one.verdict.verdict != "supported" and one.statement.citations for one in checked):
            read_of = "\n".join(told.get(one.id, one.quote) for one in citations)
            if differ(text, read_of):
                return [replace(one, verdict=FOREIGN) if one.statement.citations else one for one in checked]
        return checked

    def matcher(self, sources: Sequence[Sequence[SourcePassage]], keyword: KeywordIndex) -> Matcher:
        """Match sentences that name no source to the one that carries them, where that is exactly one.

        Args:
            sources: The passages of each record, as `DraftCiter` takes them.
            keyword: Finds the words to quote.
        """
        texts = checked_texts(sources)

        def match(sentence: str) -> Quote | None:
            found = statements(sentence, [])
            if len(found) != 1:
                return None
            claim = self._read([found[0].text])[0]
            if sum(not word.is_stop for word in claim.words) < _FEWEST_WORDS:
                return None
            if not self._weights.claims(claim, is_cited=False):
                return None
            scores = [1.0 if is_quote(claim.text, [text]) else self._judge(claim, [text]).score for text in texts]
            best = int(np.argmax(scores))
            others = max((score for place, score in enumerate(scores) if place != best), default=0.0)
            if scores[best] < self._weights.clear_from or others >= self._weights.clear_from:
                return None
            return best_quote(claim.text, sources[best], keyword)

        return match

    def _judge(self, claim: Reading, passages: Sequence[str]) -> Verdict:
        sentences = [sentence for passage in passages for sentence in self._passage(passage)]
        if not sentences or not claim.words:
            return _EMPTY
        pairs = pair_words(claim, sentences)
        aligned = pairs.aligned
        judged = self._weights.judge(pairs)
        # "Three talks" counts what it cites; of other claims by hand that say such a number or name 1 of 50 is carried,
        # and the networks believe a sixth of them.
        counted = number_key(len(passages)) if len(passages) > 1 else None
        missing = [claim.words[place] for place in aligned.missing if claim.words[place].key != counted]
        score = 0.0 if missing or aligned.is_strange else judged.score
        nearest = sentences[aligned.nearest].text
        beside = " ".join(one.text for one in sentences[max(aligned.nearest - 1, 0) : aligned.nearest + 2])
        if score >= self._weights.supported_from:
            return Verdict("supported", f"It cites {_short(nearest)}", score, beside)
        verdict: Support = "weak" if score >= self._weights.unsupported_below else "unsupported"
        return Verdict(verdict, _reason(claim, missing, judged, nearest), score, beside)

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        texts = [text[:_LONGEST_CLAIM_CHARS] for text in texts]
        seen = self._embedder.embed_in_context(texts)
        return [read(text, one, self._weights.project) for text, one in zip(texts, seen, strict=True)]

    def _read_passage(self, passage: str) -> tuple[Reading, ...]:
        sentences = [passage[start:end] for start, end in split_sentences(passage)]
        return tuple(one for one in self._read(sentences) if one.words)


def is_quote(claim: str, passages: Sequence[str]) -> bool:
    """Whether a passage holds the claim to the letter, but for white space and quotation marks around it."""
    words = _plain(claim).strip(" \"“”'‘’.…")
    return bool(words) and any(_holds(_plain(passage), words) for passage in passages)


def with_support(citations: Sequence[Citation], checked: Sequence[Checked]) -> tuple[Citation, ...]:
    """The citations of an answer, each with the verdict on the statement that it stands behind."""
    verdicts = {index: one.verdict.verdict for one in checked for index in one.statement.citations}
    return tuple(replace(citation, support=verdicts.get(index)) for index, citation in enumerate(citations))


def checked_texts(sources: Sequence[Sequence[SourcePassage]]) -> list[str]:
    """The texts that statements citing these records are compared with."""
    return [
        _with_heading(passages[0].title, passages[0].speakers, "\n".join(one.text for one in passages))
        for passages in sources
    ]


_LINE = re.compile(r"[^\n]+")
# Marks at the beginning of a line: quote, bullet, number.
_LEAD = re.compile(r"\s*(?:(?:>|[-*+•]|\d{1,3}[.)])\s+)*")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|(?:\*\*|__)[^*_]+(?:\*\*|__)\s*(?:\([^)]*\))?\s*$|[-*_=\s|:]+$)")
_MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")


def statements(text: str, citations: Sequence[Citation]) -> list[Statement]:
    """The sentences of an answer, in order, but for headings, code, questions and introductions ("…:")."""
    markers = _markers(text, citations)
    found: list[Statement] = []
    is_code = False
    for line in _LINE.finditer(text):
        is_fence = line.group().lstrip().startswith("```")
        is_code ^= is_fence
        if is_code or is_fence:
            continue
        own = [marker for marker in markers if line.start() <= marker[0] < line.end()]
        if own or _HEADING.match(line.group()) is None:
            found += _line_statements(text, line.start(), line.end(), own)
    return found


def _line_statements(text: str, start: int, end: int, markers: list[tuple[int, int, int]]) -> Iterator[Statement]:
    """The statements of one line; `markers` are (start, end, place of the citation)."""
    lead = _LEAD.match(text, start, end)
    at = lead.end() if lead else start
    kept: list[int] = []  # offsets in the answer of the characters that are no marker
    begins: list[tuple[int, int]] = []  # for each marker how many characters were kept before it, and its citation
    for first, last, index in markers:
        kept += range(at, max(at, first))
        while kept and text[kept[-1]].isspace():
            kept.pop()
        begins.append((len(kept), index))
        at = last
    kept += range(at, end)
    plain = "".join(text[place] for place in kept)
    spans = split_sentences(plain)
    owners = [max((n for n, span in enumerate(spans) if span[0] < place), default=0) for place, _ in begins]
    for number, (first, last) in enumerate(spans):
        own = tuple(index for owner, (_, index) in zip(owners, begins, strict=True) if owner == number)
        words = _MARKUP.sub("", plain[first:last]).strip()
        if own or not words.endswith(("?", ":")):
            yield Statement(words, kept[first], kept[last - 1] + 1, own)


def _markers(text: str, citations: Sequence[Citation]) -> list[tuple[int, int, int]]:
    """Where the markers stand, as (start, end, place of the citation); code and maths hold none."""
    parser = MarkerParser()
    found: list[tuple[int, int, int]] = []
    at = 0
    for token in (*parser.feed(text), *parser.finish()):
        if not isinstance(token, Marker):
            at = text.index(token, at) + len(token)
            continue
        for number in token.numbers:
            shown = f"[{number}]"
            start = text.find(shown, at)
            if start == at and len(found) < len(citations) and citations[len(found)].n == number:
                found.append((start, start + len(shown), len(found)))
                at = start + len(shown)
    return found


def _reason(claim: Reading, missing: Sequence[Word], judged: Judged, nearest: str) -> str:
    """What is wrong, for whoever wonders: numbers and names that nothing holds, else what is likely wrong."""
    if missing:
        shown = _quoted(claim, missing)
        return f"{', '.join(shown)} {'is' if len(shown) == 1 else 'are'} not in what it cites."
    wrong = [word for word, chance in zip(claim.words, judged.wrong, strict=False) if chance >= _LIKELY_WRONG]
    if wrong:
        return f"Nothing that it cites says {', '.join(_quoted(claim, wrong))}; the nearest is {_short(nearest)}"
    return f"Only in part in what it cites, if at all; the nearest is {_short(nearest)}"


def _quoted(claim: Reading, words: Sequence[Word]) -> list[str]:
    return [f"“{word}”" for word in written(claim.text, words)]


def _with_heading(title: str, speakers: Sequence[str], text: str) -> str:
    """Statements rest on title and speakers too."""
    return "\n".join((title, *speakers, text))


def _cited_texts(citations: Sequence[Citation], told: Mapping[str, str]) -> list[str]:
    return [
        _with_heading(one.title, one.speakers, told.get(one.id, one.quote))
        for one in {citation.id: citation for citation in citations}.values()
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


def _short(sentence: str, *, most_chars: int = 160) -> str:
    """A sentence in quotation marks, cut after a word when it is long."""
    return f"“{sentence if len(sentence) <= most_chars else sentence[: most_chars - 1].rsplit(' ', 1)[0] + '…'}”"
