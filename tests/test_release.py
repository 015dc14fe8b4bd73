"""What a release promises about itself: its version, licences, parts, workflows and promises of security."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from release import check
from release.check import Failed, version_is_one, wheel_is_small
from release.licences import TARGET, licences
from tests.published_schemas import assert_keeps_to

CLONE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((CLONE / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = sorted((CLONE / ".github" / "workflows").glob("*.yml"))


def test_version_is_the_same_in_every_file() -> None:
    assert version_is_one() == PROJECT["version"]


@pytest.mark.parametrize("name", ["CHANGELOG.md", "CITATION.cff", "compose.yaml", "compose.scale.yaml"])
def test_file_with_another_version_is_named(tmp_path: Path, name: str) -> None:
    for file in ("pyproject.toml", "CHANGELOG.md", "CITATION.cff", "compose.yaml", "compose.scale.yaml"):
        shutil.copy(CLONE / file, tmp_path)
    text = (tmp_path / name).read_text("utf-8")
    (tmp_path / name).write_text(text.replace(PROJECT["version"], "9.9.9"), "utf-8")
    with pytest.raises(Failed, match=f"{name} does not say {PROJECT['version']}"):
        version_is_one(tmp_path)


def test_wheel_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.whl").write_bytes(b"x" * 1001)
    assert wheel_is_small(tmp_path) == "0.0 MB"
    monkeypatch.setattr(check, "LARGEST_WHEEL_BYTES", 1000)
    with pytest.raises(Failed, match="`unzip -lv` shows of what"):
        wheel_is_small(tmp_path)


def test_licences_name_every_package_and_none_that_must_be_shared_alike() -> None:
    listed = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", TARGET.read_text("utf-8"), re.MULTILINE))
    listed.pop("package", None)
    assert sorted(listed) == sorted(licences()), "run make licences"
    strict = {name: licence for name, licence in listed.items() if re.search(r"\bA?GPL", licence)}
    assert all("OR" in licence for licence in strict.values()), strict


def test_sbom_names_what_the_lock_pins(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    tool = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.lock", "--pyproject", "pyproject.toml"]
    subprocess.run(
        [*tool, "--output-reproducible", "--output-file", target], cwd=CLONE, check=True, capture_output=True
    )
    sbom = json.loads(target.read_text("utf-8"))
    assert sbom["metadata"]["component"]["name"] == PROJECT["name"]
    pinned = re.findall(r"^([a-z0-9-]+)==([^ ]+)", (CLONE / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert {(part["name"], part["version"]) for part in sbom["components"]} == set(pinned)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflow_keeps_to_its_schema_and_may_do_no_more_than_it_needs(file: Path) -> None:
    assert_keeps_to("github-workflows", file)
    workflow = yaml.safe_load(file.read_text("utf-8"))
    assert workflow["permissions"] == {}
    granted = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    wanted = {name: {"id-token": "write"} if name == "publish" else {"contents": "read"} for name in granted}
    assert granted == wanted


def test_citation_keeps_to_its_schema() -> None:
    assert_keeps_to("citation-file-format", CLONE / "CITATION.cff")


def test_every_python_that_is_promised_is_tested() -> None:
    (tests,) = (yaml.safe_load(file.read_text("utf-8")) for file in WORKFLOWS if file.name == "tests.yml")
    promised = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if "Python :: 3." in name]
    assert tests["jobs"]["systems"]["strategy"]["matrix"]["python"] == promised
    assert Requirement(f"x{PROJECT['requires-python']}").specifier.contains(promised[0])


def test_every_promise_of_security_names_a_test_that_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", (CLONE / "SECURITY.md").read_text("utf-8"))
    assert len(named) >= 10
    missing = [test for file, test in named if f"def {test}(" not in (CLONE / file).read_text("utf-8")]
    assert missing == []
