"""What is asked of the program or of the collection as a whole, and what is said then.

Comes in: an understood question. Goes out: events; or, for a model, the same facts as a note. Which fact is asked for
is told by the nearest example of `program.toml`, so that it may be put in other words than theirs.
"""

import tomllib
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answer.citations import CitedText
from assistant.answer.digest import Digest
from assistant.retrieve.evidence import Evidence
from assistant.types import Abstention, Event
from assistant.understand.intent import OF_PROGRAM
from assistant.understand.understand import SURE_OF_PROGRAM, Understood
from ingest.embedder import BundledEmbedder
from ingest.record_store import RecordStore

# From this chance on it is the program that is asked, where no record seems to tell what is asked.
LEAST_CHANCE = 0.5
GREETING = "Hello! Ask me about the talks in your own words, and I answer with citations."


@cache
def facts() -> list[tuple[str, str]]:
    """Each example of a question about the program, and what is said then."""
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["fact"]
    return [(question, fact["says"]) for fact in told for question in fact["asked"]]


class Program:
    """Answers for the program itself."""

    def __init__(self, store: RecordStore, bundled: BundledEmbedder) -> None:
        self._store = store
        self._bundled = bundled

    def answers(self, understood: Understood, evidence: Evidence, abstention: Abstention | None) -> bool:
        """Whether the program, or the collection as a whole, is asked about, and nothing in particular in it."""
        if evidence.rows is not None or understood.named or understood.leans_on:
            return False
        # "What can they find out about me?" sounds like a question to the program, and a talk answers it.
        least = LEAST_CHANCE if abstention is not None else SURE_OF_PROGRAM
        return understood.of_program >= least

    def tell(self, understood: Understood, answer: CitedText, digest: Digest) -> Iterator[Event]:
        """Say what was asked of the program, return a greeting, or tell what the collection is about."""
        match max(OF_PROGRAM, key=lambda one: understood.intents[one]):
            case "smalltalk":
                yield from answer.say(f"{GREETING} {self._collection()}")
            case "overview":
                yield from answer.say(self._collection())
                yield from digest.overview(answer)
            case _:
                yield from answer.say(f"{self._nearest(understood)}\n\n{self._collection()}")

    def note(self, understood: Understood) -> str:
        """The same for a model; "" where something else is asked."""
        if understood.intent not in ("program", "overview"):
            return ""
        return f"{self._nearest(understood) if understood.intent == 'program' else ''} {self._collection()}".strip()

    def _collection(self) -> str:
        """What the collection holds."""
        ((talks, papers),) = self._store.rows(
            "SELECT count(*) FILTER (WHERE kind = 'talk'), count(*) FILTER (WHERE kind = 'paper') FROM records"
        )
        beside = f", with {_count(papers, 'paper')} on the shelf beside them" if papers else ""
        ((heard,),) = self._store.rows("SELECT count(DISTINCT record) FROM passages WHERE start_s IS NOT NULL")
        said = f" Of {heard} of the talks I know what was said, word by word." if heard else ""
        return f"This is a collection of {_count(talks, 'recorded talk')}{beside}.{said}"

    def _nearest(self, understood: Understood) -> str:
        vector = self._bundled.embed_question(understood.question)
        return facts()[int(np.argmax(self._examples @ vector))][1]

    @cached_property
    def _examples(self) -> NDArray[np.float32]:
        """Shape (examples, d); embedded when first asked, in a tenth of a second."""
        return self._bundled.embed_passages([question for question, _ in facts()])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
