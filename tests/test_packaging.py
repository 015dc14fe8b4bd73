"""What people install: the wheel, the locks, the declared dependencies."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.check import LARGEST_WHEEL_BYTES

CLONE = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((CLONE / "pyproject.toml").read_text("utf-8"))
# Modules whose distribution has another name.
DISTRIBUTIONS = {"stemmer": "pystemmer", "slugify": "python-slugify", "markdown-it": "markdown-it-py", "yaml": "pyyaml"}
LLAMA_INDEX = {
    "core": "llama-index-core",
    "vector_stores.chroma": "llama-index-vector-stores-chroma",
}
# Runs once, by hand, with torch; no part of the program imports it.
BY_HAND = CLONE / "ingest" / "models"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built as a release is, but offline."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, CLONE],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("talks_assistant-*-py3-none-any.whl")
    return built


@pytest.fixture(scope="module")
def wheel_names(wheel: Path) -> set[str]:
    """The files in it."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_below(folder: str) -> list[str]:
    """Paths from the clone's root, what Python and tools leave behind left out."""
    return [
        path.relative_to(CLONE).as_posix()
        for path in (CLONE / folder).rglob("*")
        if path.is_file() and not {"__pycache__", ".DS_Store"} & set(path.parts)
    ]


@pytest.mark.slow
def test_wheel_holds_code_prompts_seeds_model_and_nothing_else(wheel_names: set[str]) -> None:
    code = {*files_below("assistant"), *files_below("ingest")}
    data = {f"assistant/data/{name}" for folder in ("prompts", "seeds") for name in files_below(folder)}
    info = f"talks_assistant-{PROJECT['project']['version']}.dist-info"
    about = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    about |= {f"{info}/licenses/{name}" for name in ("LICENSE", "NOTICE")}
    assert wheel_names == code | data | about


@pytest.mark.slow
def test_wheel_is_as_small_as_a_release_must_be(wheel: Path) -> None:
    assert wheel.stat().st_size <= LARGEST_WHEEL_BYTES


def locked(name: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Each pinned requirement of a lock file with its hashes."""
    text = (CLONE / name).read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split(" --hash=")
            yield Requirement(requirement.strip()), [value.strip() for value in hashes]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_one_version_with_sha256_for_every_package(name: str) -> None:
    for requirement, hashes in locked(name):
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), requirement


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host_and_no_folder_of_a_machine(name: str) -> None:
    assert not re.search(
        r"https?:|file:|--(?:index|extra-index|find-links|trusted-host)| /", (CLONE / name).read_text("utf-8")
    )


def test_dev_lock_repeats_the_other_lock_exactly() -> None:
    dev = {str(requirement): hashes for requirement, hashes in locked("requirements-dev.lock")}
    assert {str(requirement): dev.get(str(requirement)) for requirement, _ in locked("requirements.lock")} == {
        str(requirement): hashes for requirement, hashes in locked("requirements.lock")
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.lock", [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]),
        (
            "requirements-dev.lock",
            [entry for entry in PROJECT["dependency-groups"]["dev"] if isinstance(entry, str)],
        ),
    ],
    ids=LOCKS,
)
def test_lock_satisfies_every_bound_of_pyproject(name: str, wanted: list[str]) -> None:
    pins = {canonicalize_name(pin.name): pin for pin, _ in locked(name) if not pin.marker or pin.marker.evaluate()}
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate():
            continue
        version = str(pins[canonicalize_name(requirement.name)].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), f"{requirement} but {version} is locked; run make lock"


def imported_distributions() -> dict[str, str]:
    """Distribution → one file that imports it, for all imports of the program outside the standard library."""
    found: dict[str, str] = {}
    for folder in ("assistant", "ingest"):
        for path in sorted((CLONE / folder).rglob("*.py")):
            if path.parent == BY_HAND:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    modules = [node.module]
                for module in modules:
                    top = module.partition(".")[0]
                    if top not in sys.stdlib_module_names | {"assistant", "ingest"}:
                        found[distribution_of(module)] = path.relative_to(CLONE).as_posix()
    return found


def distribution_of(module: str) -> str:
    """Which distribution a module comes from, by name alone, so that a missing one is named too."""
    top, _, rest = module.partition(".")
    if top == "llama_index":
        return next((name for part, name in LLAMA_INDEX.items() if f"{rest}.".startswith(f"{part}.")), module)
    name = canonicalize_name(top)
    return DISTRIBUTIONS.get(name, name)


def test_every_import_of_the_program_is_a_declared_dependency() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    entries = [*PROJECT["project"]["dependencies"], *(entry for extra in extras.values() for entry in extra)]
    declared = {canonicalize_name(Requirement(entry).name) for entry in entries}
    undeclared = {name: path for name, path in imported_distributions().items() if name not in declared}
    assert undeclared == {}
