"""Loads the templates of `prompts/` and checks every variable before the first question is asked.

Comes in: a folder of Markdown templates with variables in braces. Goes out: functions from values to text; and the
conversation as every prompt tells it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from assistant.answer.markers import defuse
from assistant.types import Answer
from ingest.errors import PromptError

# The sources are never cut for the history's sake: of that, the last turns are enough, and their beginnings.
TURNS_KEPT = 3
ANSWER_CHARS = 300
MARKER = re.compile(r"\s?\[\d+\]")

# Template → the variables that it must use, all of them and no other; prompts/README.md explains each.
VARIABLES: dict[str, frozenset[str]] = {
    "system": frozenset(),
    "short": frozenset(),
    "detailed": frozenset(),
    "answer": frozenset({"sources", "titles", "history", "note", "question"}),
    "source": frozenset({"number", "heading", "code", "text"}),
    "understand": frozenset({"history", "question"}),
    "opinion": frozenset({"items"}),
    "gist": frozenset({"kind", "title", "text"}),
}


@dataclass(frozen=True, slots=True)
class Prompts:
    """The checked templates, by name."""

    templates: dict[str, str]

    def fill(self, name: str, **values: str) -> str:
        """A template with its variables replaced; braces inside the values stay as they are."""
        return self.templates[name].format(**values)


def load_prompts(folder: Path) -> Prompts:
    """Read and check every template of a folder.

    Raises:
        PromptError: Some are missing or use the wrong variables; names all of them at once.
    """
    templates: dict[str, str] = {}
    faults: list[str] = []
    for name, variables in VARIABLES.items():
        path = folder / f"{name}.md"
        try:
            template = path.read_text(encoding="utf-8").strip()
            used = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
        except (OSError, ValueError) as error:
            faults.append(f"{path} cannot be used ({error})")
            continue
        faults += [f"{path} lacks {{{variable}}}" for variable in sorted(variables - used)]
        faults += [f"{path} asks for {{{variable}}}, which does not exist" for variable in sorted(used - variables)]
        templates[name] = template
    if faults:
        raise PromptError("; ".join(faults) + ". See the README in prompts/ for the variables of each template.")
    return Prompts(templates)


def told(history: Sequence[Answer]) -> str:
    """The last turns, each on two lines; their numbers were those of other sources."""
    said = [(one.question, MARKER.sub("", one.text)[:ANSWER_CHARS]) for one in history[-TURNS_KEPT:]]
    lines = (
        f"User: {defuse(asked, is_line=True)}\nAssistant: {defuse(answered, is_line=True)}" for asked, answered in said
    )
    return "\n".join(lines) or "(nothing yet)"
