"""What a person's name looks like, and which word of it to compare.

Comes in: a few words. Goes out: whether they can be a name; its surname in plain letters.
"""

import re
import unicodedata

from ingest.readers.affiliations import OPENS_INSTITUTION, is_organisation, is_suffix

PARTICLES = re.compile(r"al|bin|da|de|del|della|den|der|di|dos|du|el|ibn|la|le|ten|ter|van|von|y|zu|zur")
HONORIFICS = re.compile(r"^(?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Mx|Sir|Dame)\b\.?\s+)+", re.IGNORECASE)
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_.]*(?:[.'’‐‑-]+[^\W\d_]+)*\.?")
_NICKNAME = re.compile(r"\s*(?:\([^()]*\)|[\"“][^\"“”]*[\"”])\s+(?=\S)")
# Words that open a heading and never a name.
_NOT_NAMES = re.compile(
    r"a|and|are|at|beyond|by|does|for|from|how|in|introduction|is|not|of|on|or|part|session|should|the|to|toward|towards"
    r"|tutorial|what|when|where|which|why|with"
    r"|adjunct|assistant|associate|deputy|distinguished|principal|research|senior|staff|vice|visiting",
    re.IGNORECASE,
)
# Words for a role that are surnames as well.
_ALSO_SURNAMES = re.compile(r"\b(?:dean|head|host|lead|partner|provost|chair|curator)s?$", re.IGNORECASE)


def is_name(text: str, *, strict: bool = False) -> bool:
    """Whether a text has the shape of a person's full name, two to five words.

    Args:
        text: Such as "Sicun (Sean) Gao", "Li-C. Wang", "Ana de la Cruz".
        strict: In the middle of a line, where an affiliation is as likely: no abbreviation, no organisation, no place.
    """
    bare = HONORIFICS.sub("", text.strip())
    words = _NICKNAME.sub(" ", bare).split()
    while words and is_suffix(words[-1].strip(",")):
        words.pop()
    if not 2 <= len(words) <= 5 or PARTICLES.fullmatch(words[-1]):
        return False
    if any(_NOT_NAMES.fullmatch(word) for word in words) or words[0] in OPENS_INSTITUTION:
        return False
    if not all(_NAME_WORD.fullmatch(word) and (PARTICLES.fullmatch(word) or not word[0].islower()) for word in words):
        return False
    return not (strict and is_organisation(text))


def surname(name: str) -> str:
    """The last word of a name in plain small letters, for comparing: "Sicun (Sean) Gao" gives "gao"."""
    words = [word for word in re.sub(r"\([^()]*\)", " ", name).replace(",", " ").split() if not is_suffix(word)]
    return plain_word(words[-1]) if words else ""


def plain_word(word: str) -> str:
    """A word without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", word).casefold()
    return "".join(letter for letter in letters if letter.isalnum())
