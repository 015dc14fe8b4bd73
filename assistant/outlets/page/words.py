"""Every word that the page says itself, in each language that it speaks.

Comes in: `words.json`, one sentence a key and language. Goes out: `Words` for what is made on the server, `LABELS` for
Gradio's own labels, which the browser puts into its language. What talks, models and the engine say stays as it is.
"""

import json
from importlib.resources import files

import gradio as gr

_ALL: dict[str, dict[str, str]] = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))

LABELS = gr.I18n(**_ALL)
"""`LABELS("send")` stands for a word until the browser knows its language."""


class Words:
    """The page's words in one language."""

    def __init__(self, language: str) -> None:
        self._said = _ALL[language]

    def __call__(self, key: str, *, default: str | None = None, **values: object) -> str:
        """What is said under a key, with its values filled in; `default` where nothing is said under it."""
        said = self._said[key] if default is None else self._said.get(key, default)
        return said.format(**values) if values else said

    def count(self, number: int, key: str) -> str:
        """A number and what is counted: "1 talk", "34 talks"."""
        return self(f"{key}_one" if number == 1 else f"{key}_many", n=f"{number:,}")


_SPOKEN = {language: Words(language) for language in _ALL}
ENGLISH = _SPOKEN["en"]


def words_for(request: gr.Request) -> Words:
    """The first of a browser's languages that the page speaks, else English."""
    accepted = str(request.headers.get("accept-language", ""))[:200]
    wanted = (part.strip()[:2].lower() for part in accepted.split(","))
    return next((_SPOKEN[language] for language in wanted if language in _SPOKEN), ENGLISH)
