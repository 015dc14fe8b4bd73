"""Where the files that travel with the code are: the prompt templates and the saved pages.

Comes in: nothing. Goes out: folders. In an installed wheel they lie inside the package, under `assistant/data/`;
in a clone, also one installed as editable, they are the clone's own top-level folders. What to do when one is
missing is left to those who read it, who can say what it was for.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def prompts_dir() -> Path:
    """The folder of prompt templates."""
    return _find("prompts", package=PACKAGE)


def seeds_dir() -> Path:
    """The folder of saved pages that the program reads unless it is given another."""
    return _find("seeds", package=PACKAGE)


def _find(name: str, *, package: Path) -> Path:
    """The folder called `name`, packaged if it is, else in the clone around the package.

    The packaged one comes first: beside an installed package lies site-packages, where a folder called "prompts"
    may be anyone's, whereas a clone never has `assistant/data/`.
    """
    packaged = package / "data" / name
    return packaged if packaged.is_dir() else package.parent / name
