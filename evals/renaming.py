"""Labelled questions over five pages → more of them, over fields that those pages do not have.

Comes in: what `fit_parser` learns from. Goes out: the same questions with pages called events, tags or venues, authors
called views, and so on; phrasings of `other_fields.jsonl` with names put in; questions with a topic, no lists then.
So the parser learns to point at a field that it has never met. All names are made up or public names of meetings.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.query import Condition, Query
from assistant.types import Mention
from assistant.understand.notation import AMONG, Item, Sources, Symbol, Token

MADE_UP = json.loads(Path(__file__).with_name("made_up.json").read_text(encoding="utf-8"))
VALUES, WORDS, SPEAKERS, TOPICS, STRANGERS = (
    MADE_UP[name] for name in ("values", "words", "speakers", "topics", "strangers")
)
_FILLS = 16
YEAR_APART, STRANGE = 0.15, 0.12
_YEAR_BEHIND = re.compile(r" (\d{4})$")
_SLOT = re.compile(r"\{([a-z-]+?)(2?)([<>]=?|\.\.longer|>\.\.<longer)?\}")


class MadeUp:
    """A record store that holds the names alone, as far as entities are linked to it."""

    def gazetteer(self, key: str) -> list[str]:
        """See `RecordStore`."""
        return list(SPEAKERS if key == "speaker" else VALUES.get(key, ()))

    def records_named(self, key: str, name: str) -> list[str]:
        """See `RecordStore`."""
        return []

    def rows(self, query: str, values: Sequence[str | int]) -> list[tuple[str, str]]:
        """No titles."""
        return []


def filled(rows: Sequence[Mapping[str, str]], chance: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """Group, query before, question, query of the phrasings with names put in, some strange, some in small letters."""
    for row in rows:
        for _ in range(_FILLS):
            slots = _slots(chance)
            asked = sorted(_keys(row["question"]) & set(VALUES) - _keys(row["before"]))
            if asked and chance.random() < STRANGE:
                name = chance.choice(STRANGERS)
                slots[chance.choice(asked)] = name, name
            before, question, meaning = (
                _put(row[part], slots, in_query=part != "question") for part in ("before", "question", "meaning")
            )
            question = question.lower() if chance.random() < 0.25 else question  # noqa: PLR2004
            yield row["id"], before, question, meaning


def _keys(text: str) -> set[str]:
    return {match[1] for match in _SLOT.finditer(text)}


def _slots(chance: random.Random) -> dict[str, tuple[str, str]]:
    """What each slot is in a question, and in a query."""
    slots = {}
    for key, values in (*VALUES.items(), ("speaker", SPEAKERS)):
        for name, value in zip((key, f"{key}2"), chance.sample(values, 2), strict=True):
            # "PyCon in 2014" is "PyCon 2014".
            slots[name] = _YEAR_BEHIND.sub(r" in \1", value) if chance.random() < YEAR_APART else value, value
    slots["topic"] = slots["word"] = (topic := chance.choice(TOPICS)), topic
    slots["word"] = (word := chance.choice("learning fast python data deep async how open".split())), word
    lengths = sorted(chance.sample(sorted(MADE_UP["lengths"]), 2), key=MADE_UP["lengths"].__getitem__)
    slots["length"], slots["longer"] = ((one, str(MADE_UP["lengths"][one])) for one in lengths)
    number = chance.choice(sorted(MADE_UP["counts"]))
    slots["n"] = number, str(MADE_UP["counts"][number])
    for name, year in zip(("year", "year2"), chance.sample(range(2009, 2026), 2), strict=True):
        slots[name] = str(year), str(year)
    month, year = chance.choice(sorted(MADE_UP["months"])), slots["year"][0]
    slots["month"] = month, MADE_UP["months"][month]
    slots["month-year"] = f"{month} {year}", f"{year}-{MADE_UP['months'][month]}"
    slots["day"] = (
        chance.choice((f"{month} 7, {year}", f"7 {month} {year}", f"{year}-{MADE_UP['months'][month]}-07")),
        f"{year}-{MADE_UP['months'][month]}-07",
    )
    return slots


def _put(text: str, slots: Mapping[str, tuple[str, str]], *, in_query: bool) -> str:
    def one(match: re.Match[str]) -> str:
        told, value = slots[match[1] + match[2]]
        if not in_query:
            return told
        if match[3] and match[3].endswith("longer"):
            inside = int(match[3].startswith(">"))
            return f"{int(value) + inside}..{int(slots['longer'][1]) - inside}"
        step = {">": 1, "<": -1}.get(match[3] or "", 0)
        moved = str(int(value) + step) if step else value
        return f"{moved}.." if (match[3] or "").startswith(">") else f"..{moved}" if match[3] else value

    return _SLOT.sub(one, text)


Row = tuple[str, Sources, list[Symbol]]


def renamed(question: str, sources: Sources, target: list[Symbol], chance: random.Random) -> Row | None:
    """The same question with a field, its words and its values called otherwise; None where there is nothing to."""
    swap = _Swap(sources, target)
    fields = {token.field for token in sources.tokens} | {
        one.field for token in sources.tokens for one in token.readings
    }
    fields |= {item.field for item in sources.items}
    if "page" in fields:
        swap.names("page", chance)
    elif "affiliation" in fields and "speaker" not in {token.field for token in sources.tokens}:
        swap.names("affiliation", chance)
    if "author_count" in fields:
        swap.number("author_count", chance)
    elif "comment_count" in fields:
        swap.number("comment_count", chance)
    elif "bio" in fields:
        swap.text("bio", chance)
    return swap.row(question) if swap.changed else None


class _Swap:
    def __init__(self, sources: Sources, target: list[Symbol]) -> None:
        self.tokens, self.items, self.target = list(sources.tokens), list(sources.items), list(target)
        self.changed = self.failed = False

    def names(self, old: str, chance: random.Random) -> None:
        key = chance.choice(sorted(WORDS))
        one, many = chance.choice(WORDS[key])
        known: dict[str, str] = {}
        for number, token in enumerate(self.tokens):
            if token.field == old:
                self._word(number, key, many if token.text.endswith("s") else one)
            elif reading := token.read_as(old):
                if token.tag == "DATE+" and ("asked", number) in self.target and "c:date" in self.target:
                    self.failed = True
                value = known.setdefault("|".join(reading.values), chance.choice(VALUES[key]))
                text = _YEAR_BEHIND.sub(r" in \1", value) if chance.random() < YEAR_APART else value
                text = text.lower() if token.text.islower() else text
                self._put(
                    number,
                    Token(
                        "VALUE" if reading.is_sure else "PERHAPS",
                        text,
                        0,
                        0,
                        (replace(reading, field=key, values=(value,)),),
                    ),
                )
        for number, item in enumerate(self.items):
            if item.field == old:
                value = key if item.value == old else known.setdefault(item.value or "", chance.choice(VALUES[key]))
                self.items[number] = Item(item.symbol, value, key)
            elif item.symbol == f"listed={old}":
                self.items[number] = Item("listed:", key, key)
        self._own(old, key)

    def number(self, old: str, chance: random.Random) -> None:
        key, word = chance.choice(MADE_UP["numbers"])
        at = [n for n, token in enumerate(self.tokens) if token.field == old]
        for number in at:
            self._word(number, key, word)
        for number, item in enumerate(self.items):
            if item.symbol.endswith(f"c:{old}"):
                self.items[number] = Item(item.symbol.replace(f"c:{old}", "n:"), item.value, key)
            elif item.symbol in (f"order={old}", f"has={old}", f"!has={old}"):
                self.items[number] = Item(item.symbol.replace(f"={old}", ":"), key, key)
        written: list[Symbol] = []
        for number, symbol in enumerate(self.target):
            if symbol in (f"c:{old}", f"!c:{old}"):
                behind = self.target[number + 1]
                from_before = isinstance(behind, tuple) and behind[0] == "before"
                pointer: list[Symbol] | None = [] if from_before else [("asked", at[0])] if at else None
                if pointer is None:
                    self.failed = True
                written += [str(symbol).replace(f"c:{old}", "n:"), *(pointer or [])]
            else:
                written.append(symbol)
        self.target = written
        self._own(old, key)
        # "Talks with five views".
        for number, token in enumerate(self.tokens):
            if token.tag == "KIND" and token.readings[0].values == ("paper",) and chance.random() < 0.6:  # noqa: PLR2004
                plural = token.text.endswith("s")
                text = chance.choice(("talk", "lecture", "recording", "session")) + "s" * plural
                self._put(number, Token("KIND", text, 0, 0, (replace(token.readings[0], values=("talk",)),)))
                self.target = ["kind=talk" if one == "kind=paper" else one for one in self.target]

    def text(self, old: str, chance: random.Random) -> None:
        one, many, key = chance.choice(MADE_UP["texts"])
        for number, token in enumerate(self.tokens):
            if token.field == old:
                self._word(number, key, many if token.text.endswith("s") else one)
        for number, item in enumerate(self.items):
            if item.symbol in (f"has={old}", f"!has={old}"):
                self.items[number] = Item(item.symbol.replace(f"={old}", ":"), key, key)
        if f"c:{old}" in self.target or f"!c:{old}" in self.target:
            self.failed = True
        self._own(old, key)

    def _own(self, old: str, key: str) -> None:
        """Write "has=bio" as "has:" and a pointer."""
        written: list[Symbol] = []
        for symbol in self.target:
            name, _, value = str(symbol).partition("=") if isinstance(symbol, str) else ("", "", "")
            if value.removeprefix("#") != old:
                written.append(symbol)
                continue
            sign = f"{name}{'#' if value.startswith('#') else ''}:"
            asked = next((("asked", n) for n, token in enumerate(self.tokens) if token.field == key), None)
            before = next(
                (
                    ("before", n)
                    for n, item in enumerate(self.items)
                    if item.field == key and item.symbol.lstrip("!") == sign.lstrip("!")
                ),
                None,
            )
            if asked is None and before is None:
                self.failed = True
            written += [sign, asked or before or ("asked", 0)]  # type: ignore[list-item]
        self.target = written

    def _word(self, number: int, key: str, word: str) -> None:
        token = self.tokens[number]
        text = word.capitalize() if token.text[:1].isupper() else word
        self._put(number, Token("FIELD", text, 0, 0, (Mention(0, 0, text, "field", (key,)),)))

    def _put(self, number: int, token: Token) -> None:
        old = self.tokens[number]
        self.tokens[number] = replace(token, start=old.start, end=old.end)
        self.changed = True

    def row(self, question: str) -> Row | None:
        """The question written anew, each token at its new place."""
        if self.failed:
            return None
        text, last, tokens = "", 0, []
        for token in self.tokens:
            text += question[last : token.start]
            last = token.end
            own = (
                question[token.start : token.end]
                if not token.readings or token.text in question[token.start : token.end]
                else token.text
            )
            tokens.append(replace(token, start=len(text), end=len(text) + len(own)))
            text += own
        return text + question[last:], Sources(tokens, self.items), self.target


def with_topic(question: str, sources: Sources, chance: random.Random) -> str | None:
    """The question with a topic, or with what no record tells, beside its kind or at its end: no list then."""
    kinds = [token for token in sources.tokens if token.tag == "KIND"]
    if len(kinds) != 1:
        return None
    start, end = kinds[0].start, kinds[0].end
    last = len(question.rstrip(" .?!"))
    topic = chance.choice(TOPICS)
    behind = chance.choice((f"{chance.choice(MADE_UP['before_topic'])} {topic}", chance.choice(MADE_UP["behind"])))
    places = (
        f"{question[:end]} {behind}{question[end:]}",
        f"{question[:last]} {behind}{question[last:]}",
        f"{question[:start]}{chance.choice([*MADE_UP['in_front'], topic])} {question[start:]}",
    )
    return chance.choice(places)


def with_stranger(question: str, sources: Sources, meaning: Query, chance: random.Random) -> tuple[str, Query] | None:
    """The question with a name that no record holds in place of one that it asks for."""
    held = [
        (token, one)
        for token in sources.tokens
        for one in meaning.conditions
        if (named := token.named) and named.field == one.field and set(named.values) == set(one.values)
    ]
    if not held or held[0][1].field in ("speaker", "affiliation"):
        return None
    (token, asked), stranger = chance.choice(held), chance.choice(STRANGERS)
    stranger = stranger.lower() if token.text.islower() else stranger
    conditions = tuple(replace(one, values=(stranger,)) if one is asked else one for one in meaning.conditions)
    return question[: token.start] + stranger + question[token.end :], replace(meaning, conditions=conditions)


def names_stranger(query: Query) -> bool:
    """Whether it asks for a name that no record holds."""
    strange = {name.lower() for name in STRANGERS}
    return any(value.lower() in strange for one in query.conditions for value in one.values)


def of_few(before: Query, meaning: Query, chance: random.Random) -> tuple[Query, Query] | None:
    """A follow-up that narrows a list, after a list of its first few: it is about these, not about all."""
    new = [one for one in meaning.conditions if one not in before.conditions]
    kept = len(meaning.conditions) - len(new)
    alike = before.listed == "records" and before.limit is None and not before.best and meaning.limit in (None, 1)
    if not alike or kept < len(before.conditions) or not before.conditions or meaning == before:
        return None
    order = chance.choice(("corpus", "date", "author_count", "title")) if before.order == "corpus" else before.order
    few = replace(
        before, order=order, descending=before.descending or order == "date", limit=chance.choice((2, 3, 4, 5, 8, 10))
    )
    if chance.random() < 0.3:  # noqa: PLR2004
        few = replace(few, limit=None, conditions=(Condition(AMONG, ("x",)), *before.conditions[:1]))
    kind = meaning.kind if meaning.kind != before.kind else None
    return few, replace(meaning, conditions=(Condition(AMONG, ("x",)), *new), kind=kind)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Phrasings, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
