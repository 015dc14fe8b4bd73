"""`talks eval`, readable top to bottom: ingest into a home of its own, rank, count.

Comes in: settings and what to measure. Goes out: reports. The user's own index is neither used nor touched.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.assembly import Assistant, make_embedder
from assistant.settings import Settings
from evals.beir import BeirFigures, evaluate_collection
from evals.catalogue import CatalogueScore, score_catalogue
from evals.dialogues import DialogueScore, false_refusals, score_dialogues
from evals.questions import EVALS, Half, read_dialogues, read_lists, read_questions
from evals.retrieval import PRODUCT, RetrievalReport, evaluate
from evals.systems import baselines, product, tutorial
from ingest.pipeline import Progress


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


def run(settings: Settings, half: Half, collections: Sequence[Path], progress: Progress) -> Measured:
    """Measure the labelled questions of one half, and public collections.

    Args:
        settings: Whose corpus is ingested, with whose embedder and weights.
        half: Of the labelled questions.
        collections: Folders in BEIR form.
        progress: Told of each ingest.

    Raises:
        CorpusMissing: The labelled questions, or a file of a collection, are not there.
        TalksError: Whatever `ingest.pipeline.ingest` raises.
    """
    questions = read_questions(EVALS / "questions.jsonl", half)
    embedder = make_embedder(settings)
    with tempfile.TemporaryDirectory(prefix="talks-eval-") as folder:
        home = Path(folder)
        assistant = Assistant(settings.model_copy(update={"home": home / "pages", "llm_base_url": None}))
        assistant.ingest(progress)
        usual = {
            **baselines(assistant.ranker, embedder),
            "LlamaIndex tutorial": tutorial(assistant.ranker, embedder),
        }
        report = evaluate({**usual, PRODUCT: product(assistant)}, questions)
        dialogues = score_dialogues(assistant, read_dialogues(EVALS / "dialogues.jsonl", half))
        refused = false_refusals(assistant, [question.question for question in questions])
        catalogue = score_catalogue(assistant, read_lists(EVALS / "catalogue.jsonl", half))
        measured = {
            collection.name: evaluate_collection(
                collection,
                settings.model_copy(update={"home": home / f"collection-{number}", "llm_base_url": None}),
                progress,
            )
            for number, collection in enumerate(collections)
        }
    return Measured(report, dialogues, refused, catalogue, measured)
