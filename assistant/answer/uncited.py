"""A statement of a draft that names no source: the passage that carries it, where that is clear.

Comes in: one sentence as a model wrote it, and the passages that it wrote from. Goes out: the words to cite for it, or
None. Only what the support check is sure of is cited, so that our own marker is worth more than a model's.
"""

from collections.abc import Callable, Sequence

from assistant.answer.claims import facets
from assistant.answer.extract import best_quote
from assistant.answer.grounding import SupportChecker, checked_texts
from assistant.answer.statements import statements
from assistant.types import SourcePassage
from ingest.lexical import KeywordIndex

# Of a small model's sentences, those that said what the passage says reached .73, those that went beyond it .65.
_CLEAR_FROM = 0.7
# "Waves roll." says too little to tell where it is from.
_FEWEST_WORDS = 4
# A sentence → its source and the span to quote, as offsets in the source's text.
Matcher = Callable[[str], tuple[SourcePassage, int, int] | None]


def matcher(sources: Sequence[SourcePassage], checker: SupportChecker, keyword: KeywordIndex) -> Matcher:
    """Match sentences to these passages; about 5 ms each, where the checker has read the passages."""
    texts = checked_texts(sources)

    def match(sentence: str) -> tuple[SourcePassage, int, int] | None:
        checkable = statements(sentence, [])
        if len(checkable) != 1 or len(facets(checkable[0].text).words) < _FEWEST_WORDS:
            return None
        statement = checkable[0].text
        verdicts = checker.check_all([(statement, [text]) for text in texts])
        best = max(range(len(sources)), key=lambda place: verdicts[place].score)
        if verdicts[best].score < _CLEAR_FROM:
            return None
        return sources[best], *best_quote(statement, sources[best].text, keyword)

    return match
