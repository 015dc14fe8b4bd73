"""What a question is about, without the words that ask for it."""

import pytest

from assistant.understand.intent import subject_of
from ingest.embedder import BundledEmbedder


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        pytest.param("Where does he define finite automata?", "finite automata", id="where"),
        pytest.param("What did he say about gradient descent?", "gradient descent", id="what was said"),
        pytest.param("At what minute does the lecturer mention the pumping lemma?", "pumping lemma", id="minute"),
        pytest.param("When do they discuss off-policy evaluation?", "off-policy evaluation", id="hyphen"),
        pytest.param("negative weight cycles", "negative weight cycles", id="nothing else"),
        pytest.param("Machine Learning for Mammography", "Machine Learning for Mammography", id="a title"),
        pytest.param("when?", "when?", id="no subject"),
        pytest.param("…", "…", id="no word"),
    ],
)
def test_subject_of_a_question_is_what_is_left_without_its_frame(
    embedder: BundledEmbedder, question: str, subject: str
) -> None:
    assert subject_of(question, embedder.embed_pieces(question))[0] == subject
