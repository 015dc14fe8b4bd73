"""What all tests of the assistant share."""

import pytest


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is busy is tried again at once."""
    monkeypatch.setattr("assistant.llm.client.RETRY_WAITS_S", (0.02, 0.05))
