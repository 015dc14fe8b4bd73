"""Which way a question goes: small talk, about the collection as a whole, or into the talks.

Comes in: a standalone question. Goes out: its route. A greeting is known by its words; a question about the collection
by being close in meaning to one of the examples below, so that it may be put in other words than theirs.
"""

import re
from functools import cached_property
from typing import Literal

from ingest.embedder import Embedder, Vectors

# "perhaps about": only if it asks for nothing that the records answer exactly, as "How many talks are here?" does.
Route = Literal["content", "perhaps about", "about", "smalltalk"]

_GREETINGS = frozenset(
    "bye cheers cool good goodbye great hello hey hi nice ok okay perfect please right sorry super sure thank thanks "
    "thx welcome wonderful yes yo".split()
)
# They make a greeting longer ("how are you today?") and are one only beside a greeting or in "how are you".
_POLITE = frozenset(
    "a afternoon again all and are day evening everyone for help how i is it i'm later lot lovely morning much my "
    "night no now one see so that that's the there this to today tonight too very was well what's up you your".split()
)
_ABOUT = (
    "What is this collection about?",
    "What is this?",
    "What is in here?",
    "What do you know?",
    "What can I ask you here?",
    "What kinds of things do you know about?",
    "What kinds of things are in here?",
    "Suggest some questions that I might ask.",
    "Show me some example questions.",
    "Give me an overview of what is in here.",
    "Summarise the whole collection for me.",
    "How big is the collection?",
    "Which topics are covered?",
    "What subjects do the talks deal with in general?",
    "What are the main themes of these talks and papers?",
    "Are there only talks in here, or other things too?",
    "What sort of material does the library hold?",
    "Are the recordings themselves in here, or only descriptions?",
    "Do you have the videos or transcripts?",
    "Which pages is this built from?",
    "Where was all this material taken from?",
    "Where do your answers come from?",
    "What sources do you use?",
    "Can I trust what you tell me?",
    "What are the limits of what you can answer?",
    "Who are you?",
    "What can you do?",
    "Is this a search engine or a chatbot?",
    "What is this website for?",
    "How does this work?",
    "How do I use this?",
    "I am new here, where should I start?",
    "Can you help me find a talk?",
    "What would be interesting to ask?",
    "What should I ask first?",
    "Give me a quick tour.",
    "What data do you have?",
    "Which areas of research does this cover?",
    "How reliable is this?",
    "Why should I believe you?",
    "Do you make things up?",
    "Do you look things up on the internet?",
    "Is what I type kept anywhere?",
    "Do you speak other languages?",
    "Are you ChatGPT?",
    "Who made you?",
    "How recent is the material?",
    "Does this work offline?",
    "Can I watch the videos here?",
    "Explain what you are for.",
    "Tell me about this project.",
    "Help",
)
# In cosine. Of 480 labelled content questions none comes closer to an example than .54.
_CLOSE = 0.55
# It is one of the examples, in other words.
_THE_SAME = 0.8
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


class Router:
    """Chooses the way of a question."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def route(self, question: str) -> Route:
        """The way of a question; "content" whenever it asks for anything in particular."""
        if not question.strip():
            return "content"
        if is_smalltalk(question):
            return "smalltalk"
        closest = float((self._examples @ self._embedder.embed_question(question)).max())
        if closest < _CLOSE:
            return "content"
        return "about" if closest >= _THE_SAME else "perhaps about"

    @cached_property
    def _examples(self) -> Vectors:
        """Shape (examples, dimensions); embedded when the first question comes, in a twentieth of a second."""
        return self._embedder.embed_passages(_ABOUT)


def is_smalltalk(message: str) -> bool:
    """Whether a message is a greeting, thanks, or nothing but signs."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(message)]
    return all(word in _GREETINGS | _POLITE for word in words) and (
        not words or any(word in _GREETINGS for word in words) or words[:3] == ["how", "are", "you"]
    )
