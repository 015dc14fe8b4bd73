"""Settings → the working parts, put together; used by the command line and the page alike.

Comes in: settings. Goes out: an `Assistant` that ranks and answers over the index of the settings' home, and follows
it when an ingest replaces the index.
"""

import threading
from collections.abc import Generator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import SecretStr

from assistant.answer.abstain import Abstainer
from assistant.answer.digest import Digest
from assistant.answer.extract import Extractor
from assistant.answer.generate import Writer
from assistant.answer.grounding import Grounder
from assistant.answer.program import Program
from assistant.chat import ChatEngine
from assistant.llm import Endpoint, EndpointChoice, Learned
from assistant.prompts import load_prompts
from assistant.query import EVERYTHING, Query
from assistant.retrieve.evidence import Gatherer
from assistant.retrieve.hybrid import HybridRanker
from assistant.settings import Settings
from assistant.types import Answer, ChatModel, Done, Event, Style
from assistant.understand.entities import Entities
from assistant.understand.parser import Parser
from assistant.understand.understand import Understander, Understood
from ingest import snapshots
from ingest.embedder import BundledEmbedder, Embedder
from ingest.endpoint_embedder import EndpointEmbedder
from ingest.errors import IndexDamaged, IndexMissing, QuestionTooLong, SettingsError
from ingest.pipeline import IngestReport, Progress, ingest
from ingest.stores import StoreChoice
from ingest.text import printable

NO_MODEL = "none"
ANY_MODEL = "auto"
# Each visitor of a shared page may bring one.
_ENDPOINTS_REMEMBERED = 64
# Two pages of text; what a turn costs grows with its question, and nobody waits for another's.
LONGEST_QUESTION_CHARS = 4000


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
        self._store = store_choice(settings)
        self._prompts = load_prompts(settings.prompts)
        # How a question is put is told by this model, whichever makes the vectors of the passages.
        self._bundled = self.embedder if isinstance(self.embedder, BundledEmbedder) else BundledEmbedder()
        self._grounder = Grounder(self._bundled)
        self._abstainer = Abstainer()
        # What serves, opened anew when an ingest has switched; turns that are under way keep the old one.
        self._opened = lru_cache(maxsize=1)(self._open)
        self._engine_over = lru_cache(maxsize=1)(self._make_engine)
        self._opening = threading.Lock()
        # What earlier turns found out about a server and model; kept without the key.
        self._learned_of = lru_cache(maxsize=_ENDPOINTS_REMEMBERED)(lambda *_: Learned())

    @cached_property
    def collection(self) -> Path:
        """The folder of the collection; stays what it was when first asked for."""
        return collection_folder(self.settings)

    @property
    def corpus(self) -> Path:
        """What the collection is made from: as the settings say, else as it was."""
        if "corpus" not in self.settings.model_fields_set:
            made = next(snapshots.readable_snapshots(self.collection), None)
            if made is not None:
                return Path(made.manifest.corpus)
            if self.settings.collection and self.collection.name != self.settings.corpus.name:
                raise IndexMissing(
                    f'There is no collection "{self.collection.name}" yet; '
                    f"make it with `talks ingest DIR --as {self.collection.name}`."
                )
        return self.settings.corpus

    def ingest(self, progress: Progress = lambda *_: None, also: Sequence[Path] = ()) -> IngestReport:
        """Bring the index up to date with the corpus and more folders; raises what `ingest.pipeline.ingest` raises."""
        return ingest(self.corpus, self.collection, self.embedder, progress, also, store=self._store)

    @property
    def has_index(self) -> bool:
        """Whether something has been ingested into the collection."""
        return snapshots.serving_name(self.collection) is not None

    @property
    def damage(self) -> str | None:
        """What is wrong with the index, so that an ingest would mend it; None where it is sound."""
        try:
            return self.snapshot.problem
        except IndexDamaged as error:
            return str(error)

    @property
    def snapshot(self) -> snapshots.Snapshot:
        """The snapshot that serves; raises what `ingest.snapshots.open_current` raises."""
        return self.ranker.snapshot

    @property
    def ranker(self) -> HybridRanker:
        """Ranks the talks and papers of the serving snapshot."""
        with self._opening:
            return self._opened(snapshots.serving_name(self.collection))

    @property
    def gatherer(self) -> Gatherer:
        """Gathers evidence from the serving snapshot."""
        return self._engine.gatherer

    def turn(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        endpoint: ChatModel | None,
        filters: Query = EVERYTHING,
        retrieved: Sequence[str] | None = None,
        style: Style = "normal",
    ) -> Generator[Event, None, None]:
        """One chat turn; see `ChatEngine.turn`.

        Raises:
            QuestionTooLong: At once, before anything is looked up.
        """
        question = readable_question(question)
        return self._engine.turn(
            question, history, endpoint=endpoint, filters=filters, retrieved=retrieved, style=style
        )

    def converse(
        self,
        questions: Sequence[str],
        *,
        endpoint: ChatModel | None = None,
        filters: Query = EVERYTHING,
        history: Sequence[Answer] = (),
    ) -> list[Answer]:
        """Put questions one after the other, as one conversation; `history` and their answers, in order."""
        answers = list(history)
        for question in questions:
            turn = self.turn(question, answers, endpoint=endpoint, filters=filters)
            answers += [event.answer for event in turn if isinstance(event, Done)]
        return answers

    def understand(self, question: str, history: Sequence[Answer] = ()) -> Understood:
        """What a question means after these answers, without a model."""
        return self._engine.understander.understand(readable_question(question), history)

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
        """An endpoint of the user's choice, within the limits of the settings."""
        return Endpoint(choice, self.settings, self._learned_of(choice.base_url, choice.model))

    @property
    def _engine(self) -> ChatEngine:
        ranker = self.ranker
        with self._opening:
            return self._engine_over(ranker)

    def _open(self, _: str | None) -> HybridRanker:
        snapshot = snapshots.open_current(self.collection, self.embedder.fingerprint, self._store)
        return HybridRanker(snapshot, self.embedder, keyword_weight=self.settings.keyword_weight)

    def _make_engine(self, ranker: HybridRanker) -> ChatEngine:
        store, keyword, bundled = ranker.snapshot.store, ranker.snapshot.keyword, self._bundled
        entities = Entities(store, keyword, bundled.knows_word)
        gatherer = Gatherer(ranker)

        return ChatEngine(
            Understander(ranker, entities, Parser(bundled), bundled, self._prompts),
            gatherer,
            self._abstainer,
            Writer(self._prompts, keyword, self._grounder),
            Extractor(gatherer),
            Digest(gatherer),
            Program(store, bundled),
            self._grounder,
            asks_again=self.settings.llm_second_opinion,
        )


def store_choice(settings: Settings) -> StoreChoice:
    """Where vectors are searched."""
    return StoreChoice(settings.store, _secret(settings.store_token))


def collection_folder(settings: Settings) -> Path:
    """The folder of the collection: the one that is named, that of the corpus, or the one ingested last."""
    if settings.collection:
        return snapshots.collection_named(settings.home, settings.collection)
    last = None if "corpus" in settings.model_fields_set else snapshots.latest_collection(settings.home)
    return last or snapshots.collection_of(settings.home, settings.corpus)


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
