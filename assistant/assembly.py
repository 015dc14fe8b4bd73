"""Settings → the working parts, put together; used by the command line and the page alike.

Comes in: settings. Goes out: an `Assistant` that ranks and answers over the index of the settings' home, and follows
it when an ingest replaces the index.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import SecretStr

from assistant.answer.abstain import Abstainer
from assistant.answer.citations import DraftCiter
from assistant.answer.digest import Digest
from assistant.answer.extract import Extractor
from assistant.answer.generate import Writer
from assistant.answer.grounding import Grounder
from assistant.answer.program import Program
from assistant.chat import ChatEngine
from assistant.llm import Endpoint, EndpointChoice, Learned, Limits
from assistant.prompts import load_prompts
from assistant.retrieve.evidence import Gatherer
from assistant.retrieve.hybrid import HybridRanker
from assistant.retrieve.structured import Filters
from assistant.settings import Settings
from assistant.types import Answer, ChatModel, Event
from assistant.understand.by_model import ByModel
from assistant.understand.entities import Entities
from assistant.understand.parser import Parser
from assistant.understand.understand import Understander, Understood
from ingest.embedder import BundledEmbedder, Embedder, EndpointEmbedder
from ingest.errors import QuestionTooLong, SettingsError
from ingest.index import Generation, open_current, serving_names
from ingest.pipeline import IngestReport, Progress, ingest
from ingest.text import printable

NO_MODEL = "none"
ANY_MODEL = "auto"
# Each visitor of a shared page may bring one.
_ENDPOINTS_REMEMBERED = 64
# Two pages of text; what a turn costs grows with its question, and nobody waits for another's.
LONGEST_QUESTION_CHARS = 4000


class _Opened:
    """A generation and what works on it; each part is made when it is first used."""

    def __init__(self, ranker: HybridRanker, make_understander: Callable[[HybridRanker], Understander]) -> None:
        self.generation = ranker.generation
        self.ranker = ranker
        self._make_understander = make_understander

    @cached_property
    def understander(self) -> Understander:
        """Understands questions about it."""
        return self._make_understander(self.ranker)

    @cached_property
    def gatherer(self) -> Gatherer:
        """Gathers evidence from it."""
        return Gatherer(self.ranker)


class Assistant:
    """Everything that one process needs to answer."""

    def __init__(self, settings: Settings) -> None:
        """Check the settings and the prompts; the index is opened when it is first needed.

        Raises:
            SettingsError: The embedder's settings do not fit together.
            PromptError: A template is not usable.
        """
        self.settings = settings
        self.embedder = make_embedder(settings)
        self._prompts = load_prompts(settings.prompts)
        # How a question is put is told by this model, whichever makes the vectors of the passages.
        self._bundled = self.embedder if isinstance(self.embedder, BundledEmbedder) else BundledEmbedder()
        self._grounder = Grounder(self._bundled)
        self._by_model = ByModel(self._prompts)
        self._abstainer = Abstainer()
        self._opened: _Opened | None = None
        self._opening = threading.Lock()
        # What earlier turns found out about a server and model; kept without the key.
        self._learned_of = lru_cache(maxsize=_ENDPOINTS_REMEMBERED)(lambda *_: Learned())

    def ingest(self, progress: Progress = lambda *_: None, also: Sequence[Path] = ()) -> IngestReport:
        """Bring the index up to date with the corpus and more folders; raises what `ingest.pipeline.ingest` raises."""
        return ingest(self.settings.corpus, self.settings.home, self.embedder, progress, also)

    @property
    def has_index(self) -> bool:
        """Whether something has been ingested into the home."""
        return bool(serving_names(self.settings.home))

    def serves(self, corpus: Path) -> bool:
        """Whether the index was made from this corpus."""
        return self.generation.manifest.corpus == str(corpus.absolute())

    @property
    def generation(self) -> Generation:
        """The generation that serves; raises what `ingest.index.open_current` raises."""
        return self._current().generation

    @property
    def ranker(self) -> HybridRanker:
        """Ranks the talks and papers of the serving generation."""
        return self._current().ranker

    @property
    def gatherer(self) -> Gatherer:
        """Gathers evidence from the serving generation."""
        return self._current().gatherer

    def turn(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        endpoint: ChatModel | None,
        filters: Filters | None = None,
        retrieved: Sequence[str] | None = None,
    ) -> Generator[Event, None, None]:
        """One chat turn; see `ChatEngine.turn`.

        Raises:
            QuestionTooLong: At once, before anything is looked up.
        """
        question = readable_question(question)
        return self._engine().turn(question, history, endpoint=endpoint, filters=filters, retrieved=retrieved)

    def understand(self, question: str, history: Sequence[Answer] = ()) -> Understood:
        """What a question means after these answers, without a model."""
        return self._current().understander.understand(readable_question(question), history)

    def endpoint(self, model: str | None = None) -> Endpoint | None:
        """The endpoint of the settings, or None when there is none or `model` is "none".

        Args:
            model: "none", "auto" or a model's name; None leaves it to the settings.

        Raises:
            SettingsError: A model is named, but no endpoint is set.
        """
        choice = chosen_endpoint(self.settings, model)
        return self.connect(choice) if choice else None

    def connect(self, choice: EndpointChoice) -> Endpoint:
        """An endpoint of the user's choice under the settings' limits."""
        return Endpoint(choice, endpoint_limits(self.settings), self._learned_of(choice.base_url, choice.model))

    def _current(self) -> _Opened:
        """What serves now; opened anew when an ingest has switched. Turns that are under way keep the old one."""
        with self._opening:
            names = serving_names(self.settings.home)
            if self._opened is None or not names or self._opened.generation.folder.name != names[0]:
                self._opened = self._open()
            return self._opened

    def _open(self) -> _Opened:
        generation = open_current(self.settings.home, self.embedder.fingerprint)
        ranker = HybridRanker(generation, self.embedder, keyword_weight=self.settings.keyword_weight)
        return _Opened(ranker, self._make_understander)

    def _make_understander(self, ranker: HybridRanker) -> Understander:
        store, keyword = ranker.generation.store, ranker.generation.keyword
        return Understander(
            ranker,
            Entities(store, keyword, self._bundled.knows_word),
            Parser(self._bundled),
            self._bundled,
            self._by_model,
        )

    def _engine(self) -> ChatEngine:
        """What serves now, put together; cheap, for all that takes time is kept by `_Opened`."""
        opened = self._current()
        gatherer = opened.gatherer
        keyword = opened.generation.keyword
        return ChatEngine(
            opened.understander,
            gatherer,
            self._abstainer,
            Writer(
                self._prompts,
                lambda answer, sources: DraftCiter(answer, sources, keyword, self._grounder.matcher(sources, keyword)),
            ),
            Extractor(opened.ranker),
            Digest(opened.ranker, gatherer.source),
            Program(opened.generation.store, self._bundled),
            self._grounder,
        )


def readable_question(question: str) -> str:
    """A question as it can be worked on, whatever it was typed on.

    Raises:
        QuestionTooLong: It has more characters than are read.
    """
    if len(question) > LONGEST_QUESTION_CHARS:
        raise QuestionTooLong(
            f"The question has {len(question):,} characters; {LONGEST_QUESTION_CHARS:,} are read, so shorten it."
        )
    return printable(question)


def chosen_endpoint(settings: Settings, model: str | None = None) -> EndpointChoice | None:
    """What the settings and a model's name come to; see `Assistant.endpoint`."""
    address = settings.llm_base_url
    if model == NO_MODEL or (address is None and model in (None, ANY_MODEL)):
        return None
    if address is None:
        raise SettingsError(f'No endpoint is set for the model "{model}"; set TALKS_LLM_BASE_URL to its address.')
    name = settings.llm_model if model in (None, ANY_MODEL) else model
    return EndpointChoice(address, name, _secret(settings.llm_api_key))


def endpoint_limits(settings: Settings) -> Limits:
    """How much and how long, for any endpoint."""
    return Limits(
        context_tokens=settings.llm_context_tokens,
        answer_tokens=settings.llm_answer_tokens,
        connect_timeout_s=settings.llm_connect_timeout_s,
        first_token_timeout_s=settings.llm_first_token_timeout_s,
        idle_timeout_s=settings.llm_idle_timeout_s,
        thinking_tokens=settings.llm_thinking_tokens,
    )


def make_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings.

    Raises:
        SettingsError: An endpoint is to embed, but its address or model is not set.
    """
    if settings.embedder == "bundled":
        return BundledEmbedder()
    if not settings.embedding_base_url or not settings.embedding_model:
        raise SettingsError(
            'TALKS_EMBEDDER is "endpoint"; set TALKS_EMBEDDING_BASE_URL and TALKS_EMBEDDING_MODEL as well.'
        )
    return EndpointEmbedder(
        settings.embedding_base_url,
        settings.embedding_model,
        _secret(settings.embedding_api_key),
        timeout_s=settings.llm_first_token_timeout_s,
    )


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None
