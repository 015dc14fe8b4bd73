"""What a question leaves to the conversation is found by its ordinal, its intent, or by how well it fits."""

from collections.abc import Sequence

import pytest

from assistant.types import Mention
from assistant.understand.coreference import Nearness, Spoken, leaned_on
from ingest.embedder import BundledEmbedder

SPOKEN = [Spoken("sets", "On Sets", ("Ann Lee",), 0, 0), Spoken("maps", "On Maps", ("Bo Roth",), 0, 1)]
SECOND = Mention(8, 14, "second", "ordinal", ("2",))
NEAR = Nearness(best=0.2, lead=0.0, words=1, of={"sets": 0.2, "maps": 0.15})


@pytest.mark.parametrize(
    ("question", "mentions", "compares", "meant"),
    [
        ("And what does she say there?", (), False, ["sets"]),
        ("And the second, what does it say?", (SECOND,), False, ["maps"]),
        ("How do they differ from each other?", (), True, ["sets", "maps"]),
    ],
    ids=["nearest", "ordinal", "comparison"],
)
def test_leaning_question_means_what_was_spoken_of(
    question: str, mentions: Sequence[Mention], compares: bool, meant: list[str], embedder: BundledEmbedder
) -> None:
    found = leaned_on(question, embedder.embed_phrasing(question), mentions, SPOKEN, NEAR, compares=compares)
    assert [one.record_id for one in found] == meant
