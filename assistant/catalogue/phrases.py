"""Rules for words that must stand in a title or a text.

Comes in: a draft. Goes out: the same with `titles`, `openings` and `texts`. A mention is exact; what talks are about is
left to retrieval.
"""

import re

from assistant.catalogue.draft import TAKEN, Draft

_PHRASE = (
    rf"(?:the (?:words?|terms?|phrases?|names?) )?((?:qq\d+qq|[^\s?.!,;:{TAKEN}]+)(?: (?!in |on |from"
    rf" |with |have |has |and |or |page)[^\s?.!,;:{TAKEN}]+){{0,3}})"
)
_TITLE = r"(?:in|within|inside) (?:the|its|their|a) (?:\w+ )?(?:titles?|names?|headings?)"
_SAYS = r"contains?|containing|mentions?|mentioning|includes?|including|has|have|having|with|says?|uses?|using|for"
_SPEAKS_OF = r"mentions?|mentioning|mentioned|refers? to|referring to|cites?"
_OCCURS = r"mentioned|named|cited|occurs?|appears?|found"
_QUOTE = r"qq\d+qq"
_WORD = rf"((?:{_QUOTE}|[\w-]+))"
_CODE_LIKE = re.compile(r"[A-Z].*[A-Z]|\d")


_LISTS_TEXTS = re.compile(
    r"\b(?:which|what|where|who|list|all|any|how many|talks|papers|records|only|ones?|those|everything|recordings?)\b"
)
# How a mention is asked for, and whether any words may stand there: "which papers use induction" asks for content.
_MENTIONS: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{pattern})(?![\w-])"), always)
    for pattern, always in (
        (rf"(?:{_SPEAKS_OF}) {_PHRASE}", True),
        (rf"(?:contain|contains|containing|with the words?|that include|including) ({_QUOTE})", True),
        (
            rf"(?:in )?(?:which|what) (?:papers|talks|records|abstracts|texts) (?:is|are|does|do) {_PHRASE}"
            rf" (?:{_OCCURS})",
            True,
        ),
        (
            rf"(?:contains?|containing|includes?|including|uses?|using|with) the (?:words?|terms?|phrases?) {_WORD}",
            True,
        ),
        (rf"where (?:is|are|does|do) the (?:words?|terms?|phrases?|names?) {_WORD} (?:{_OCCURS})", True),
        (
            rf"(?:in )?(?:which|what) (?:papers|talks|records|abstracts|texts) (?:is|are|does|do) the"
            rf" (?:words?|terms?|phrases?) {_WORD} (?:{_OCCURS})",
            True,
        ),
        (rf"where (?:is|are|does|do) {_PHRASE} (?:{_OCCURS})", False),
        (rf"(?:reports? (?:results )?on|uses?|using|evaluates? on|tests? on|tested on) {_PHRASE}", False),
    )
)


def read_words(draft: Draft) -> None:
    """Read "with "gradient" in the title", "titles that contain diffusion", "papers that mention AIME"."""
    for pattern in (
        rf"(?:(?:{_SAYS}) )?{_PHRASE} {_TITLE}",
        rf"(?:(?:whose|in whose|with|the) )?titles? (?:that |which |does |do )?(?:{_SAYS}|starts? with"
        rf"|begins? with) {_PHRASE}",
        rf"in whose titles? {_PHRASE} (?:occurs|appears|stands|is)",
        rf"(?:titled|entitled|called|named) {_PHRASE}",
        rf"(?<=talks )(?:that |which )?(?:start|begin) with {_PHRASE}",
        rf"(?<=papers )(?:that |which )?(?:start|begin) with {_PHRASE}",
        rf"titles? (?:starting|beginning|which start|which begin) with {_PHRASE}",
    ):
        if match := draft.take(pattern):
            _add_phrase(
                draft, "openings" if re.search(r"(?:start|begin)(?:s|ing|ning)? with", match[0]) else "titles", match[1]
            )
            return
    if _LISTS_TEXTS.search(draft.text) is None:
        return
    for mention, always in _MENTIONS:
        if match := mention.search(draft.text):
            start, end = match.span(1)
            _take_mention(draft, match, draft.original[start:end], always=always)
            return


def _take_mention(draft: Draft, match: re.Match[str], typed: str, *, always: bool) -> None:
    phrase = re.sub(
        r"^(?:the|a|an) |(?<=\w) (?:optimi[sz]ers?|methods?|datasets?|benchmarks?|algorithms?|models?)$", "", typed
    )
    phrase = re.sub(rf" (?:{_OCCURS})$|^(?:words?|terms?|names?) ", "", phrase)
    if re.match(r"(?:most|least|only|more|fewest)\b", phrase):
        return
    if always or typed.startswith("qq") or _CODE_LIKE.search(phrase) or (phrase[:1].isupper() and " " not in phrase):
        draft.blank(*match.span())
        draft.said.add("phrase")
        draft.add("texts", draft.unquote(phrase))


def _add_phrase(draft: Draft, field: str, phrase: str) -> None:
    phrase = re.sub(r"^(?:an?|the|word|term|both|either) ", "", phrase)
    draft.said.add("phrase")
    for piece in re.split(r" and ", phrase):
        draft.add(field, draft.unquote(piece))
