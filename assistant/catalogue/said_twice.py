"""Words inside a clause that say no more: verbs of intention, examples, campuses in brackets behind their system.

Comes in: a marking whose words all have tags. Goes out: the same with such words marked as filler.
"""

from assistant.catalogue import aside_patterns as patterns
from assistant.catalogue.marking import Marking

_WILL = frozenset("need want have like love plan wish hope try trying going order has needs wants able".split())
_VERBS = frozenset("UNKNOWN MENTION SAYS USE AUTHORED PUBLISHED STARTS UNRECORDED ADD WITH OCCUR".split())


def drop_inside(marking: Marking) -> None:
    """Mark such words wherever they stand."""
    _drop_intentions(marking)
    _drop_examples(marking)
    _spell_out_system(marking)


def _spell_out_system(marking: Marking) -> None:
    """Read "the UC campuses (Berkeley, San Diego)" as these campuses."""
    found = patterns.SYSTEM.search(marking.question)
    if not found:
        return
    places = [place for place, word in enumerate(marking.words) if found.start(2) <= word.start < found.end(2)]
    named = [place for place in places if marking.tag(place) in ("INST", "CITY")]
    if not named or any(marking.tag(place) not in ("INST", "CITY", "AND", "OR", "COMMA", "FILLER") for place in places):
        return
    for place, word in enumerate(marking.words):
        if found.start(1) <= word.start < found.end(1):
            marking.mark(place, place + 1, "FILLER")
    for token in dict.fromkeys(marking.token(place) for place in named):
        if token is not None:
            spot = [place for place in named if marking.token(place) == token]
            marking.mark(spot[0], spot[-1] + 1, "INST", f"UC {token.text}")


def _drop_intentions(marking: Marking) -> None:
    """Count the verb of "I need to cite …", "we have to report on …" as how it is asked."""
    for place in range(2, len(marking.words)):
        if marking.key(place - 1) == "to" and marking.key(place - 2) in _WILL and marking.tag(place) in _VERBS:
            token = marking.token(place)
            last = place
            while token is not None and marking.token(last) == token:
                last += 1
            marking.mark(place, last, "FILLER")


def _drop_examples(marking: Marking) -> None:
    """Read "a company such as IBM or Google" as any company."""
    for place in range(2, len(marking.words)):
        said = (marking.key(place - 1), marking.key(place))
        first = place + 1
        if said not in (("such", "as"), ("for", "example"), ("for", "instance")) and said[1] not in ("like", "eg"):
            continue
        if marking.tag(place - 2) != "SECTOR" and marking.tag(place - 1) != "SECTOR":
            continue
        last = first
        while marking.tag(last) in ("INST", "OR", "AND", "COMMA", "FILLER"):
            last += 1
        if last > first:
            marking.mark(first, last, "FILLER")
