"""Every package that an install brings, with its licence; one that gives none is an error.

Comes in: the declared dependencies and what is installed here. Goes out: `docs/licences.md`, by
`python -m release.licences`.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "licences.md"
# Where an install may be; a package that only another system needs is not installed here.
_SYSTEMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
)
# From their own files, where the metadata says nothing that can be read, or the package is not for every system.
_BY_HAND = {
    "appnope": "BSD-2-Clause",
    "colorama": "BSD-3-Clause",
    "pyreadline3": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "text-unidecode": "Artistic-1.0 OR GPL-2.0-or-later",
}
_HEAD = """# Licences

What an install brings besides the program itself (Apache-2.0) and the embedding model inside it (Apache-2.0; see
`NOTICE`). Made by `make licences` from the packages' own metadata.

| package | licence |
|---|---|
"""


def licences() -> dict[str, str]:
    """Package → licence, for all that the declared dependencies need, on any system.

    Raises:
        LookupError: A package gives no licence, and none is known by hand.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = [Requirement(entry) for entry in project["dependencies"]]
    found: dict[str, str] = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if not _is_needed(requirement) or (name in found and not requirement.extras):
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            if name not in _BY_HAND:
                raise LookupError(
                    f"{name} is needed somewhere but not installed here; add its licence by hand."
                ) from None
            found[name] = _BY_HAND[name]
            continue
        if name not in found:
            found[name] = _licence(name, package)
            waiting += _needs(package, "")
        for extra in requirement.extras:
            waiting += _needs(package, extra)
    return dict(sorted(found.items()))


def table() -> str:
    """The document."""
    return _HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in licences().items())


def _is_needed(requirement: Requirement) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**system, "extra": ""}) for system in _SYSTEMS)


def _needs(package: Distribution, extra: str) -> Iterator[Requirement]:
    """What a package needs, or one of its extras besides."""
    for requirement in map(Requirement, package.requires or ()):
        marker = requirement.marker
        for system in _SYSTEMS:
            if marker is None or marker.evaluate({**system, "extra": extra}):
                requirement.marker = None
                if not extra or "extra" in str(marker):
                    yield requirement
                break


def _licence(name: str, package: Distribution) -> str:
    about = package.metadata
    classifiers = [
        entry.rpartition(" :: ")[2]
        for entry in about.get_all("Classifier") or ()
        if entry.startswith("License ::") and entry != "License :: OSI Approved"
    ]
    said = " ".join(about.get_all("License-Expression") or ()) or " and ".join(classifiers)
    said = said or " ".join(about.get_all("License") or ())
    line = re.sub(r"\s+", " ", said.strip().partition("\n")[0])[:80]
    if name in _BY_HAND or not line or line.upper() in ("UNKNOWN", "DUAL LICENSE"):
        line = _BY_HAND.get(name, "")
    if not line:
        raise LookupError(f"{name} gives no licence; read its files and add it by hand.")
    return line.replace("|", "/")


if __name__ == "__main__":
    try:
        TARGET.write_text(table(), encoding="utf-8")
    except LookupError as error:
        sys.exit(f"release: {error}")
