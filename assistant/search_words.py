"""A question in everyday words → search words in the field's terms, by one short request to the model.

Comes in: a question and an endpoint. Goes out: at most twelve words or phrases, none when the model does not answer in
time or at all. For questions whose retrieval is unsure (`confidence.UNSURE_BELOW_SCORE`), never for others: it
costs seconds. `HybridRanker.search` takes the words.
"""

import re
import threading
from collections import OrderedDict
from dataclasses import replace

from assistant.confidence import UNSURE_BELOW_SCORE
from assistant.llm import Endpoint
from assistant.prompts import Prompts
from assistant.retrieve.filters import Filters
from assistant.retrieve.hybrid import HybridRanker, Ranking
from assistant.short_reply import TIMEOUT_S, short_reply
from ingest.errors import EndpointError

MOST_WORDS = 12
# Twelve phrases are shorter; a model that goes on is explaining itself.
LONGEST_REPLY_CHARS = 600
# Longer between two commas is a sentence.
LONGEST_WORD_CHARS = 50
_QUESTIONS_KEPT = 500
_SEPARATOR = re.compile(r"[,;|\n]+|(?<=\w)\.\s")
# Bullets, numbers, quotation marks and emphasis, and an introduction: "Here are some search words:".
_AROUND = re.compile(r"^(?:[^:]*:)?[\W\d_]*(?=\w)|[^\w)]+$")


class SearchWords:
    """Asks for search words, once for each question."""

    def __init__(self, prompts: Prompts, *, timeout_s: float = TIMEOUT_S) -> None:
        self._prompts = prompts
        self._timeout_s = timeout_s
        self._known: OrderedDict[tuple[str, str], list[str]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, question: str, endpoint: Endpoint) -> list[str]:
        """The search words; what came within the time limit, and [] when the endpoint fails."""
        try:
            key = (f"{endpoint.base_url} {endpoint.model()}", question)
            with self._lock:
                if key in self._known:
                    return self._known[key]
            prompt = self._prompts.fill("search-words", question=question)
            reply = short_reply(prompt, endpoint, most_chars=LONGEST_REPLY_CHARS, timeout_s=self._timeout_s)
        except EndpointError:
            return []  # the answer itself is asked for next and tells what is wrong
        words = parse_words(reply.text if reply.is_whole else reply.text.rpartition(",")[0])
        if words:  # a model that was still loading may know them next time
            with self._lock:
                self._known[key] = words
                if len(self._known) > _QUESTIONS_KEPT:
                    self._known.popitem(last=False)
        return words


def parse_words(reply: str) -> list[str]:
    """The words of a reply in any form: a line, a list, with an introduction or without."""
    words = (_AROUND.sub("", piece.strip()) for piece in _SEPARATOR.split(reply))
    kept = {word.lower(): word for word in words if 1 < len(word) <= LONGEST_WORD_CHARS}
    return list(kept.values())[:MOST_WORDS]


def search_with_words(
    ranker: HybridRanker,
    question: str,
    endpoint: Endpoint,
    search_words: SearchWords,
    *,
    limit: int = 10,
    filters: Filters | None = None,
) -> Ranking:
    """Search, and where that is unsure search again with a model's words."""
    ranking = ranker.search(question, limit=limit, filters=filters)
    if ranking.signs.best_score >= UNSURE_BELOW_SCORE or not ranking.records:
        return ranking
    words = search_words(question, endpoint)
    if not words:
        return ranking
    guessed = ranker.search(question, limit=limit, filters=filters, search_words=words)
    # A bad guess may change the order; it says nothing against what the question itself has found.
    return replace(guessed, confidence=max(guessed.confidence, ranking.confidence))
