"""What is asked of the program or of the collection as a whole, and what is said then.

Comes in: an understood question. Goes out: events; or, for a model, the same facts as a note. Which fact is asked for
is told by the nearest example, so that it may be put in other words than theirs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.answer.abstain import Answerability
from assistant.answer.citations import CitedText
from assistant.answer.digest import Digest
from assistant.retrieve.evidence import Evidence
from assistant.types import Event, Intent
from assistant.understand.intent import OF_PROGRAM
from assistant.understand.understand import SURE_OF_PROGRAM, Understood
from ingest.embedder import BundledEmbedder
from ingest.record_store import RecordStore

# From this chance on it is the program that is asked, where no record seems to tell what is asked.
LEAST_CHANCE = 0.3
GREETING = "Hello! Ask me about the talks in your own words, and I answer with citations."


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that people want to know of the program.

    Attributes:
        asked: The question, in words as different as people's.
    """

    says: str
    asked: tuple[str, ...]


FACTS = (
    Fact(
        says=(
            "Ask in your own words, in a whole question or a few key words: about a subject, a speaker, a talk or "
            "a paper; or for a list, such as “Which talks have chapters?”. A next question may lean on the answer "
            "before it. No knowledge of the field is needed. "
        ),
        asked=(
            "What can I ask you here?",
            "What kinds of questions can you answer?",
            "Suggest some questions that I might ask.",
            "Show me some example questions.",
            "How do I use this?",
            "I am new here, where should I start?",
            "What should I ask first?",
            "Give me some ideas what to ask next.",
            "What is this box for?",
            "Give me a quick tour.",
            "How should I phrase my questions?",
            "Are a few keywords enough for you?",
            "How do I get the best answers out of you?",
            "What would be interesting to ask?",
            "Who is this meant for?",
            "Is this for experts only, or can a layman use it too?",
            "Do I have to be a scientist to use this?",
            "How could my pupils make use of you?",
            "Can you help me find a talk?",
            "I have only a few minutes, what is the quickest way to use you?",
            "May I ask about what you said before?",
            "Help",
        ),
    ),
    Fact(
        says=(
            "I am Talks Assistant, a program, not a person. I look a question up in the records of this "
            "collection and answer in their own words; with a language model connected, that model writes the "
            "answer from the passages that I find. "
        ),
        asked=(
            "Who are you?",
            "What are you?",
            "What sort of thing am I talking to?",
            "Are you a person or a machine?",
            "Am I chatting with a human being?",
            "Are you ChatGPT?",
            "Are you an artificial intelligence?",
            "Which AI is behind you?",
            "Is this a search engine or a chatbot?",
            "What is your name?",
            "Who made you?",
            "Who runs this site?",
            "Who programmed this assistant?",
            "What is this website for?",
            "In a few words, what is this service for?",
            "Explain what you are for.",
            "How does this work?",
            "How do you find your answers?",
            "Do you have feelings or an opinion of your own?",
        ),
    ),
    Fact(
        says=(
            "Take nothing on trust: the number behind a statement leads to the passage that it rests on, with its "
            "words and the page they stood on. What a model writes is compared with that passage and marked where "
            "the passage does not carry it. Where the collection seems to hold no answer I say so; but I can "
            "overlook one, or quote a passage that does not fit. "
        ),
        asked=(
            "Can I trust what you tell me?",
            "How reliable is this?",
            "Why should I believe you?",
            "Do you make things up?",
            "Do you ever invent an answer?",
            "Do you sometimes say things that are false?",
            "Are your answers always right?",
            "Can you be wrong?",
            "What do you do if you do not know the answer?",
            "Will you admit it when you don't know something?",
            "How can I check what you say?",
            "How sure can I be that this is true and not made up?",
            "What do the numbers in square brackets mean?",
            "What are the references below your answers?",
            "Where do I see which source a sentence rests on?",
            "May I quote you in an article?",
            "How do I cite you in my thesis?",
            "Can you show me the source?",
            "Did you check that?",
        ),
    ),
    Fact(
        says=(
            "All that I know was read from the files of this collection: titles, speakers, descriptions and what "
            "else they tell, of papers their abstracts. I have neither watched the recordings nor read the papers "
            "themselves. "
        ),
        asked=(
            "Where do your answers come from?",
            "Where did you take that from?",
            "Where was all this material taken from?",
            "Which pages is this built from?",
            "What sources do you use?",
            "Who put this archive together?",
            "Who chose these talks?",
            "Are the recordings themselves in here, or only descriptions?",
            "Do you have the videos or transcripts?",
            "Can I watch the videos here?",
            "Have you watched the recordings?",
            "Did you listen to the talks?",
            "Do you read the full papers or only their abstracts?",
            "Have you read all these papers?",
            "What exactly have you read?",
            "Do you know everything that was said in a talk?",
        ),
    ),
    Fact(
        says=(
            "I look nothing up on the internet. What you type is searched for on this machine and goes nowhere "
            "but to the language model that is connected, if there is one; conversations are kept in files on "
            "this machine, so that you can open them again. Nothing is learned from them. "
        ),
        asked=(
            "Do you look things up on the internet?",
            "Do you search the web when you find nothing?",
            "Does this work offline?",
            "Is what I type kept anywhere?",
            "Who can see my questions?",
            "Are my questions sent to a company?",
            "Do you remember me?",
            "Do you remember our earlier conversations?",
            "Do you learn from what I write?",
            "Do I have to log in or pay for this?",
            "Does it cost anything to use you?",
        ),
    ),
    Fact(
        says=(
            "I answer questions about the talks and papers of this collection, with citations, and list and count "
            "them. Other things I cannot do: I send no messages, book nothing, play no recordings, and know "
            "nothing beyond the records. "
        ),
        asked=(
            "What can you do?",
            "What can you not do?",
            "What are the limits of what you can answer?",
            "Can you send an e-mail for me?",
            "Can you book a place for me?",
            "Can you translate or write a text for me?",
            "Could you do my homework?",
            "Do you only answer questions, or can you do other things as well?",
            "Can you put me in touch with a speaker?",
            "Can you show pictures or play a video?",
            "Can you talk aloud?",
        ),
    ),
    Fact(
        says=(
            "I find most for a question in the language of the talks, and in English best. Names are found in any "
            "language; with a language model connected, it may answer in yours. "
        ),
        asked=(
            "Do you speak other languages?",
            "Can I write to you in German?",
            "Does it have to be English?",
            "May I ask in French or Spanish?",
            "In which language do you answer?",
        ),
    ),
    Fact(
        says=(
            "The collection is as recent as the files that it was read from, and changes when others are read with "
            "`talks ingest`. A talk or paper has a date where its file gives one. "
        ),
        asked=(
            "How recent is the material?",
            "Is this archive kept up to date?",
            "When was this last updated?",
            "Are new talks added now and then?",
            "How often does the collection change?",
            "Can I add talks of my own?",
            "Can I upload a file of my own?",
        ),
    ),
)


class Program:
    """Answers for the program itself."""

    def __init__(self, store: RecordStore, bundled: BundledEmbedder) -> None:
        self._store = store
        self._bundled = bundled

    def answers(self, understood: Understood, evidence: Evidence, decision: Answerability) -> bool:
        """Whether the program, or the collection as a whole, is asked about, and nothing in particular in it."""
        if evidence.rows is not None or understood.named or understood.leans_on:
            return False
        # "What can they find out about me?" sounds like a question to the program, and a talk answers it.
        least = LEAST_CHANCE if decision.abstention is not None else SURE_OF_PROGRAM
        return understood.of_program >= least

    def tell(self, understood: Understood, answer: CitedText, digest: Digest) -> Iterator[Event]:
        """Say what was asked of the program, return a greeting, or tell what the collection is about."""
        match self._asked(understood):
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

    def _asked(self, understood: Understood) -> Intent:
        return max(OF_PROGRAM, key=lambda one: understood.intents[one])

    def _collection(self) -> str:
        """What the collection holds."""
        ((talks, papers),) = self._store.rows(
            "SELECT count(*) FILTER (WHERE kind = 'talk'), count(*) FILTER (WHERE kind = 'paper') FROM records"
        )
        beside = f", with {_count(papers, 'paper')} on the shelf beside them" if papers else ""
        ((heard,),) = self._store.rows("SELECT count(DISTINCT record_id) FROM passages WHERE start_s IS NOT NULL")
        said = f" Of {heard} of the talks I know what was said, word by word." if heard else ""
        return f"This is a collection of {_count(talks, 'recorded talk')}{beside}.{said}"

    def _nearest(self, understood: Understood) -> str:
        vector = self._bundled.embed_question(understood.question)
        return self._says[int(np.argmax(self._examples @ vector))]

    @cached_property
    def _says(self) -> list[str]:
        return [fact.says for fact in FACTS for _ in fact.asked]

    @cached_property
    def _examples(self) -> NDArray[np.float32]:
        """Shape (examples, d); embedded when first asked, in a tenth of a second."""
        return self._bundled.embed_passages([question for fact in FACTS for question in fact.asked])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
