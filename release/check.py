"""Whether a release is whole: one version everywhere, the wheel small and complete, and it answers where no clone is.

Comes in: the clone and a folder with a built wheel and sdist. Goes out: a line for each check, exit code 1 when one
fails. `make release` builds and runs it; publishing itself is `.github/workflows/release.yml`'s, on a tag.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST_WHEEL_BYTES = 30_000_000
_QUESTION, _ANSWER = "Where did Volkan Cevher study?", "Bilkent"


class Failed(Exception):
    """A check that did not hold; its text says what to do."""


def version_is_one(root: Path = ROOT) -> str:
    """The version, where every file says the same."""
    version: str = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    said = {
        "CHANGELOG.md": rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$",
        "CITATION.cff": rf"^version: {re.escape(version)}$",
        "compose.yaml": rf"image: talks-assistant:{re.escape(version)}$",
        "compose.scale.yaml": rf"image: talks-assistant:{re.escape(version)}$",
    }
    for name, line in said.items():
        if not re.search(line, (root / name).read_text("utf-8"), re.MULTILINE):
            raise Failed(f"{name} does not say {version} as pyproject.toml does; correct the one or the other.")
    return version


def wheel_is_small(dist: Path) -> str:
    """The wheel's size."""
    size = _only(dist, "*.whl").stat().st_size
    if size > LARGEST_WHEEL_BYTES:
        raise Failed(
            f"It has {size / 1e6:.1f} MB, {LARGEST_WHEEL_BYTES / 1e6:.0f} are allowed; `unzip -lv` shows of what."
        )
    return f"{size / 1e6:.1f} MB"


def locked_environment(folder: Path) -> Path:
    """The Python of a new environment that holds the locked packages and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = next(path for name in ("bin/python", "Scripts/python.exe") if (path := folder / name).exists())
    subprocess.run([*_pip(python), "--require-hashes", "--requirement", str(ROOT / "requirements.lock")], check=True)
    return python


def installs_and_answers(package: Path, python: Path) -> str:
    """What an install into such an environment, in place of one before, says to a question outside the clone."""
    # The lock holds what builds an sdist, too.
    options = ["--no-deps", "--no-build-isolation", "--force-reinstall"]
    subprocess.run([*_pip(python), *options, str(package)], check=True)
    talks = python.with_name("talks.exe" if os.name == "nt" else "talks")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TALKS_", "PYTHON"))}
    # What one package has read the next need not embed again.
    environment |= {"TALKS_HOME": str(python.parents[1] / "home")}
    run = subprocess.run(
        [talks, "ask", _QUESTION, "--json"],
        cwd=python.parents[1],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode or _ANSWER not in json.loads(run.stdout)["answer"]:
        raise Failed(f"{package.name} does not answer once it is installed: {run.stderr.strip()[-300:]}")
    return f'{package.name} answers "{_QUESTION}"'


def main(dist: Path) -> int:
    """Run every check; returns the exit code."""
    good = True
    with tempfile.TemporaryDirectory(prefix="talks-release-") as folder:
        python = cache(lambda: locked_environment(Path(folder) / "venv"))
        checks: dict[str, Callable[[], str]] = {
            "version": version_is_one,
            "wheel": lambda: wheel_is_small(dist),
            "install of the wheel": lambda: installs_and_answers(_only(dist, "*.whl"), python()),
            "install of the sdist": lambda: installs_and_answers(_only(dist, "*.tar.gz"), python()),
        }
        for name, check in checks.items():
            try:
                print(f"ok    {name}: {check()}", flush=True)
            except (Failed, subprocess.CalledProcessError) as error:
                print(f"FAIL  {name}: {error}", flush=True)
                good = False
    return 0 if good else 1


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]


def _only(dist: Path, pattern: str) -> Path:
    found = sorted(dist.glob(pattern))
    if len(found) != 1:
        raise Failed(f"{dist} holds {len(found)} of {pattern}; empty it and build anew.")
    return found[0]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
