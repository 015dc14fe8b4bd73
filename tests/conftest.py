"""Fixtures for every test: real parts, in folders of the test's own; no test touches the user's home."""

import atexit
import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.assembly import Assistant
from assistant.settings import load_settings
from ingest.embedder import BundledEmbedder
from ingest.pipeline import IngestReport

SEEDS = Path(__file__).parent.parent / "seeds"
MEMORY = Path("/dev/shm")
ROOM_BYTES = 6_000_000_000


def pytest_configure() -> None:
    """Keep what the tests write in memory where there is room: the hundreds of indexes wait for a disk else.

    TMPDIR names another place.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return
    for left in MEMORY.glob("talks-tests-*-*"):  # by one that was killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"talks-tests-{os.getpid()}-", dir=MEMORY))
    folder.chmod(0o755)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after what others remove in there at the end


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("TALKS_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TALKS_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def embedder() -> BundledEmbedder:
    return BundledEmbedder()


@pytest.fixture(scope="session")
def seeds_ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, IngestReport]:
    """A home whose index holds the seeds, which take ten seconds to read, and the report of its ingest.

    Made once for all processes that run tests; nobody may change it.
    """
    place = tmp_path_factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    home, report = place / "seeds-ingested", place / "seeds-report"
    with FileLock(place / "seeds-lock"):
        if not report.exists():
            told = Assistant(load_settings(home=home, corpus=SEEDS)).ingest()
            report.write_bytes(pickle.dumps(told))
        return home, pickle.loads(report.read_bytes())


@pytest.fixture(scope="session")
def seeds_home(tmp_path_factory: pytest.TempPathFactory, seeds_ingested: tuple[Path, IngestReport]) -> Path:
    """A home with an index of the seeds for the tests of one process; tests must not change the index."""
    return shutil.copytree(seeds_ingested[0], tmp_path_factory.mktemp("seeds") / "home")


@pytest.fixture(scope="session")
def seeds_report(seeds_ingested: tuple[Path, IngestReport]) -> IngestReport:
    """The report of the ingest that filled `seeds_home`."""
    return seeds_ingested[1]


@pytest.fixture
def assistant(seeds_home: Path, seeds_report: IngestReport) -> Assistant:
    """An assistant over the seeds, without a model."""
    return Assistant(load_settings(home=seeds_home, corpus=SEEDS))


@pytest.fixture(scope="session")
def assistant_of_seeds(seeds_home: Path, seeds_report: IngestReport) -> Assistant:
    """The same, one for all tests that change nothing."""
    return Assistant(load_settings(home=seeds_home, corpus=SEEDS))


@pytest.fixture(scope="module")
def module_assistant(seeds_home: Path, seeds_report: IngestReport) -> Assistant:
    """One for a whole module, since asking changes nothing."""
    return Assistant(load_settings(home=seeds_home, corpus=SEEDS))


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`chroma run` on loopback."""
    from evals.bench_scale import chroma_server  # here, because few tests need it

    with chroma_server(tmp_path_factory.mktemp("server")) as url:
        yield url
