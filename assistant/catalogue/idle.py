"""Words that nobody listed and that carry no condition where they stand: "I pondered", "a tidy list", "his slot".

Comes in: a marking whose words all have tags. Goes out: the same with such words marked as filler. What stands where a
topic, a place or a property could stand is left: "papers on cooking", "speakers who smoke", "cooking papers".
"""

from assistant.catalogue.marking import Marking

_I = frozenset("i we you my our your me".split())
_ARTICLES = frozenset("a an the one some any my our your".split())
_MADE = frozenset("table list overview summary breakdown listing tally count number answer reply note look".split())
_SHARES = frozenset("part parts piece contribution slot segment share bit portion turn appearance performance".split())
# "How long should I boil it?" asks for what the verb says.
_ASKING = frozenset("should shall can could may must might do did does would will".split())
_MY = frozenset("my our your his her".split())
_DETERMINERS = frozenset("the a an all every each any me us whatever both those".split())
_BEFORE_TOPIC = frozenset("ABOUT ON OF IN FROM AT BY WITH WITHOUT MENTION TITLED USE SAYS UNDER".split())
_BEHIND_OWNER = frozenset(("s", "'s", "’s"))
# "Duplicates removed": said of what a list never holds twice.
_TWICE = frozenset("duplicate duplicates double doubles repetition repetitions repeats overlap".split())
_AWAY = frozenset("removed once out aside excluded omitted ignored discounted dropped eliminated without no".split())


def drop_idle_words(marking: Marking) -> None:
    """Mark such words wherever they stand."""
    for place in range(len(marking.words)):
        if marking.tag(place) in ("UNKNOWN", "ABOUT") and _is_idle(marking, place):
            marking.mark(place, place + 1, "FILLER")
        elif marking.key(place) in _TWICE:
            _drop_twice(marking, place)


def _is_idle(marking: Marking, place: int) -> bool:
    before, after = marking.key(place - 1), marking.key(place + 1)
    if marking.tag(place) == "ABOUT":
        return False
    if after in _MADE and before in _ARTICLES:
        return True
    if _begins(marking, place) and after in _DETERMINERS:
        # "Produce the list".
        return True
    if marking.key(place - 2) in _MY and marking.tag(place - 1) in ("FILLER", "UNKNOWN", "PERSON"):
        # "My colleague insists …"
        return marking.words[place].text.endswith(("s", "ed"))
    if before in _I and marking.key(place - 2) not in _ASKING and marking.words[place].text.islower():
        # "Papers of my supervisor" may mean anybody.
        return before in ("i", "we", "you") or marking.tag_before(place - 1) not in _BEFORE_TOPIC
    return marking.key(place) in _SHARES and marking.tag(place - 1) == "NAME"


def _begins(marking: Marking, place: int) -> bool:
    """Whether nothing but filler stands between a word and the beginning of its sentence."""
    while place and marking.tag(place - 1) == "FILLER":
        place -= 1
    return place == 0 or marking.tag(place - 1) == "BREAK"


def _drop_twice(marking: Marking, place: int) -> None:
    around = [near for near in (place - 1, place + 1) if marking.key(near) in _AWAY]
    if around:
        for one in (place, *around):
            marking.mark(one, one + 1, "FILLER")
