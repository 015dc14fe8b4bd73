"""The record store of the seeds, written once."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.catalogue import Catalogue
from assistant.catalogue.parser import Parser
from ingest.embedder import BundledEmbedder
from ingest.merge import merge
from ingest.passages import record_passages
from ingest.readers import read_file
from ingest.record_store import RecordStore, write_store
from ingest.records import Record

ROOT = Path(__file__).parents[3]


def store_of(path: Path, records: Sequence[Record]) -> RecordStore:
    write_store(path, records, [passage for record in records for passage in record_passages(record)])
    return RecordStore(path)


@pytest.fixture(scope="session")
def records() -> Sequence[Record]:
    pages = sorted((ROOT / "seeds").glob("*.txt"))
    return merge([record for page in pages for record in read_file(page, name=page.name).records]).records


@pytest.fixture(scope="session")
def store(records: Sequence[Record], tmp_path_factory: pytest.TempPathFactory) -> RecordStore:
    return store_of(tmp_path_factory.mktemp("catalogue") / "records.sqlite", records)


@pytest.fixture(scope="session")
def catalogue(store: RecordStore) -> Catalogue:
    return Catalogue(store, Parser(BundledEmbedder()))
