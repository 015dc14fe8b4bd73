"""`talks eval`, readable top to bottom: ingest into a home of its own, rank, count.

Comes in: settings and what to measure. Goes out: reports. The user's own index is neither used nor touched.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.assembly import Assistant, make_embedder
from assistant.llm import Endpoint
from assistant.prompts import load_prompts
from assistant.resources import PACKAGE
from assistant.retrieve.hybrid import HybridRanker
from assistant.settings import Settings
from evals.beir import BeirFigures, evaluate_collection
from evals.catalogue import CatalogueScore, score_catalogue
from evals.dialogues import DialogueScore, false_refusals, score_dialogues
from evals.questions import Half, read_dialogues, read_lists, read_questions, read_unanswerable
from evals.retrieval import PRODUCT, RetrievalReport, evaluate
from evals.systems import baselines, product, tutorial, with_search_words
from ingest.embedder import Embedder
from ingest.index import open_current
from ingest.pipeline import Progress, ingest

# The labelled questions are in the clone only: they are about the five pages, and no part of the program.
EVALS = PACKAGE.parent / "evals"


@dataclass(frozen=True, slots=True)
class Measured:
    """What `talks eval` found out.

    Attributes:
        dialogues: By kind, without a model.
        false_refusals: Share of the answerable questions that a turn refuses.
        collections: By name of their folders.
    """

    retrieval: RetrievalReport
    dialogues: dict[str, DialogueScore]
    false_refusals: float
    catalogue: CatalogueScore
    collections: dict[str, BeirFigures]


def run(
    settings: Settings, half: Half, collections: Sequence[Path], progress: Progress, endpoint: Endpoint | None = None
) -> Measured:
    """Measure the labelled questions of one half, and public collections.

    Args:
        settings: Whose corpus is ingested, with whose embedder and weights.
        half: Of the labelled questions.
        collections: Folders in BEIR form.
        progress: Told of each ingest.
        endpoint: A model to ask for search words, as one more system; None leaves that out.

    Raises:
        CorpusMissing: The labelled questions, or a file of a collection, are not there.
        TalksError: Whatever `ingest.pipeline.ingest` raises.
    """
    questions = read_questions(EVALS / "questions.jsonl", half)
    unanswerable = read_unanswerable(EVALS / "dialogues.jsonl", half)
    embedder = make_embedder(settings)
    with tempfile.TemporaryDirectory(prefix="talks-eval-") as folder:
        home = Path(folder)
        with _ranker(settings, home / "pages", embedder, progress) as ranker:
            usual = {**baselines(ranker, embedder), "LlamaIndex tutorial": tutorial(ranker, embedder)}
            own = {PRODUCT: product(ranker)}
            if endpoint is not None:
                own["… with search words"] = with_search_words(ranker, endpoint, load_prompts(settings.prompts))
            report = evaluate(ranker, {**usual, **own}, questions, unanswerable)
        assistant = Assistant(settings.model_copy(update={"home": home / "pages", "llm_base_url": None}))
        dialogues = score_dialogues(assistant, read_dialogues(EVALS / "dialogues.jsonl", half))
        refused = false_refusals(assistant, [question.question for question in questions])
        catalogue = score_catalogue(assistant, read_lists(EVALS / "catalogue.jsonl", half))
        measured = {
            collection.name: evaluate_collection(
                collection,
                home / f"collection-{number}",
                embedder,
                keyword_weight=settings.keyword_weight,
                progress=progress,
            )
            for number, collection in enumerate(collections)
        }
    return Measured(report, dialogues, refused, catalogue, measured)


@contextmanager
def _ranker(settings: Settings, home: Path, embedder: Embedder, progress: Progress) -> Iterator[HybridRanker]:
    """A ranker over a fresh index of the settings' corpus."""
    ingest(settings.corpus, home, embedder, progress)
    generation = open_current(home, embedder.fingerprint)
    try:
        yield HybridRanker(generation, embedder, keyword_weight=settings.keyword_weight)
    finally:
        generation.close()
