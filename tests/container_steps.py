"""The Dockerfile's steps without a container engine: each COPY and RUN, in order, under a fresh prefix.

`python -m tests.container_steps PREFIX` builds: `/opt/talks` becomes `PREFIX/opt/talks`, and so on. What this cannot
show: that the base images exist, and steps that make users.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CLONE = Path(__file__).resolve().parents[1]
_OWN = re.compile(r"(?<![\w./])/(src|opt/talks|data)(?![\w-])")


@dataclass
class Image:
    """What has been built.

    Attributes:
        skipped: Steps that only a container engine can carry out.
    """

    prefix: Path
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    user: str = ""
    skipped: list[str] = field(default_factory=list)

    @property
    def command(self) -> list[str]:
        """What a container starts."""
        return [*self.entrypoint, *self.arguments]

    def inside(self, text: str) -> str:
        """A text of the Dockerfile with its own folders under the prefix."""
        return _OWN.sub(lambda match: f"{self.prefix}/{match[1]}", text)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        yield word, " ".join(rest.split())


def build(prefix: Path, python: str = sys.executable) -> Image:
    """Carry out the Dockerfile, with this Python for the base image's, under a folder that is empty or does not exist.

    Raises:
        subprocess.CalledProcessError: A step failed.
    """
    image = Image(prefix)
    here = prefix
    (prefix / "data").mkdir(parents=True)
    for word, rest in instructions((CLONE / "Dockerfile").read_text("utf-8")):
        if word == "WORKDIR":
            here = Path(image.inside(rest))
            here.mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in sources:
                _copy(CLONE / source, here / target)
        elif word == "RUN" and not rest.startswith("useradd"):
            step = image.inside(re.sub(r"^python ", f"{shlex.quote(python)} ", rest))
            subprocess.run(["bash", "-ec", step], cwd=here, check=True)
        elif word == "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(rest))
            image.environment |= {name: image.inside(value) for name, _, value in pairs}
        elif word == "USER":
            image.user = rest
        elif word == "ENTRYPOINT":
            image.entrypoint = json.loads(rest)
        elif word == "CMD":
            image.arguments = json.loads(rest)
        elif word == "HEALTHCHECK":
            image.health = json.loads(rest.partition("CMD ")[2])
        elif word not in ("FROM", "VOLUME", "EXPOSE"):
            image.skipped.append(f"{word} {rest}")
    return image


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target / source.name if target.is_dir() else target)


if __name__ == "__main__":
    built = build(Path(sys.argv[1]).absolute())
    print(f"starts: {' '.join(built.command)}")
