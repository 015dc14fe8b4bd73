"""Which talks and papers a text names by their titles."""

import pytest

from assistant.assembly import Assistant
from assistant.named import Titles


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("How does SOAP compare with MKOR?", ["SOAP: Improving", "MKOR: Momentum"]),
        ("Is soap good for the hands?", []),
        ("who gives hunting the hessian", ["Hunting the Hessian"]),
        ("I read Wisdom of the Body Revisited.", ["The Wisdom of the Body Revisited"]),
        ("What is in the IEEE Seasonal School?", []),
        ("ZO2 and its rivals", ["ZO2: Scalable"]),
        ("", []),
    ],
)
def test_titles_are_known_whole_or_by_what_stands_before_the_colon(
    assistant: Assistant, text: str, named: list[str]
) -> None:
    found = Titles(assistant.generation.store.records()).named(text)
    assert len(found) == len(named)
    assert all(one.title.startswith(title) for one, title in zip(found, named, strict=True))
