"""Words that contradict each other: two sides of one scale.

Comes in: a word's stem. Goes out: its scale and its side there. General English, read off no corpus of ours; a word
that stands for both sides ("active", "control") is left out.
"""

from functools import lru_cache

import Stemmer

stem = lru_cache(maxsize=20_000)(Stemmer.Stemmer("english").stemWord)

# More and less come first: results are mostly told in these words, and their missing counterpart counts (`support`).
_SCALES = (
    (
        """increase raise rise grow growth improve improvement enhance enhancement promote accelerate acceleration
        strengthen boost gain elevate elevation upregulate induce induction stimulate encourage more higher high greater
        larger large longer expand expansion majority many overexpress facilitate enrich stabilize amplify trigger
        drive exacerbate aggravate enable overestimate abundant prevalent susceptible vulnerable sensitive prone""",
        """decrease reduce reduction decline drop lower fall shrink impair impairment inhibit inhibition inhibitor
        weaken cut loss lose downregulate suppress suppression repress attenuate prevent block abolish less low fewer
        smaller small shorter contract minority few deplete depletion diminish discourage deficiency deficient disrupt
        hinder hamper impede ameliorate alleviate mitigate eliminate silence destabilize abrogate underestimate rare
        protect protective resistant resistance immune avoid limit restrict""",
    ),
    ("essential require necessary important critical crucial need", "dispensable unnecessary unimportant optional"),
    ("associate link correlate relate depend cause lead", "unrelated independent unassociated uncorrelated"),
    ("similar same equal identical", "different differ distinct differential"),
    ("benefit beneficial rescue restore effective", "worsen deteriorate harm harmful adverse ineffective"),
    ("always all every everyone", "sometimes some partly never none"),
    ("before earlier first", "after later last"),
    ("positive advantage", "negative disadvantage"),
    ("better best outperform superior exceed", "worse worst underperform inferior"),
    ("fast faster quick speed", "slow slower"),
    ("cheap inexpensive", "expensive"),
    ("easy simple easier simpler", "hard difficult harder complex"),
    ("accept confirm agree support allow", "reject refute disagree oppose forbid deny"),
    ("strong stronger", "weak weaker"),
    ("success succeed win", "failure fail"),
    ("hot warm warming", "cold cool cooling"),
    ("include add", "exclude remove"),
    ("open public", "closed private"),
    ("theoretical", "empirical"),
)
SCALES = len(_SCALES)
# Stem → (scale, +1 or -1).
SIDES: dict[str, tuple[int, int]] = {
    stem(word): (scale, side)
    for scale, sides in reversed(list(enumerate(_SCALES)))  # a stem on two scales belongs to the first
    for side, words in zip((1, -1), sides, strict=True)
    for word in words.split()
}
# "unstable" and "nonlinear" are the opposites of what follows; "in-" and "dis-" mislead ("inform", "discover").
_OPPOSING_PREFIXES = ("un", "non")
_SHORTEST_PREFIXED_CHARS = 5


def prefixed(one: str, other: str) -> bool:
    """Whether one stem is the other with an opposing prefix."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST_PREFIXED_CHARS and any(long == prefix + short for prefix in _OPPOSING_PREFIXES)
