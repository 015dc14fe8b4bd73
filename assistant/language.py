"""Which language a text is in; asked only where that decides something, since its model takes a second to load.

Comes in: a text. Goes out: a language's code and its name. Of 24,000 short English questions two dozen are taken for
another language, none of which holds as many unknown words as one that is looked at for it; of a few words in a close
relative of others, such as Spanish, it stays unsure.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import langcodes

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Of 24,886 questions two English ones with so many unknown words are another language's at .6 ("Anybody from
# Tsinghua?"), at .7 none. "¿Hay algo sobre puentes?" comes to .77.
_SURE_FROM = 0.7
# Enough to tell by, of a long text.
_CHARS_READ = 1000


def language_of(text: str) -> str | None:
    """ISO 639-1; None where it is not sure."""
    code, chance = _identifier().classify(text[:_CHARS_READ])
    return str(code) if chance >= _SURE_FROM else None


def differ(one: str, other: str) -> bool:
    """Whether two texts are surely in two languages."""
    first = language_of(one)
    second = language_of(other) if first else None
    return first is not None and second is not None and first != second


def language_named(word: str) -> str | None:
    """The ISO 639-1 code of the language that is called so in English or by its speakers; None for other words."""
    try:
        found = langcodes.find(word)
    except LookupError:
        return None
    is_name = word.casefold() in (found.display_name().casefold(), found.autonym().casefold())
    # Seldom spoken ones are called like words of everyday: "are", "even", "the".
    return found.language if is_name and len(found.language or "") == 2 else None


def language_name(code: str) -> str:
    """In English, such as "German"; what is no code as it is."""
    return langcodes.Language.get(code).display_name() if langcodes.tag_is_valid(code) else code


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
