"""One assistant for a whole module: ranking changes nothing."""

from pathlib import Path

import pytest

from assistant.assembly import Assistant
from assistant.settings import load_settings
from ingest.pipeline import IngestReport
from tests.conftest import SEEDS


@pytest.fixture(scope="module")
def module_assistant(seeds_home: Path, seeds_report: IngestReport) -> Assistant:
    return Assistant(load_settings(home=seeds_home, corpus=SEEDS))
