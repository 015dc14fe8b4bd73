"""What people ask for and no source of ours records: said so, instead of "none".

Comes in: a question and what the collection does record. Goes out: a sentence, or None when the question is another.
"""

import re

from assistant.catalogue.vocabulary import Vocabulary

_TALKS = r"(?:talks?|tutorials?|lectures?|recordings?|sessions?|presentations?|videos?|they|it|she|he)"
_PLACE = r"(?:given|held|recorded|filmed|presented|delivered|take place|took place|happen(?:ed)?)"
_CITIES = (
    "california|texas|new york|boston|chicago|san diego|los angeles|san"
    " francisco|seattle|princeton|austin|pittsburgh|london"
    "|paris|berlin|zurich|vienna|montreal|toronto|vancouver|vienna|beijing|tokyo|singapore|hawaii|europe|asia|america"
)
_LANGUAGES = (
    "english|french|german|spanish|italian|chinese|mandarin|japanese|korean|russian|portuguese|arabic|hindi|turkish"
)
# What is asked for → how people ask for it; the kinds of record that could have it, and why it is not here.
_TOPICS: tuple[tuple[str, str], ...] = (
    ("how long a talk lasts", rf"how (?:long|many (?:minutes|hours)) (?:is|are|was|were|does|do|did|lasts?)"
        rf" (?:the |each |every )?.{{0,60}}?\b(?:{_TALKS}|last|take|run)\b"),
    ("how long a talk lasts", rf"\b(?:duration|running time|run time|runtime|length in minutes|length) of"
        rf" .{{0,40}}\b{_TALKS}\b|\b(?:longest|shortest) {_TALKS}\b|\b{_TALKS} (?:is|are|was) (?:the"
            rf" )?(?:longest|shortest)\b|\b{_TALKS} (?:of |that are |lasting )?(?:longer|shorter|under|over"
                rf"|more than|less than) (?:than )?\w+ (?:minutes|hours?)"),
    ("how often a talk was watched", r"\b(?:how many (?:views|people watched)|number of views|views (?:has|have|does)"
        r"|viewers|view counts?|downloads|most[- ](?:watched|viewed|popular|downloaded)|how popular)\b"),
    ("ratings, likes or votes", r"\b(?:how many|(?:what|which) (?:rating|score|grade)|number of|most"
        r"|highest|best|fewest|lowest|more than \w+"
        r"|count the|by|have|has|with) (?:user |average )?(?:ratings?|likes|liked|upvot\w+|up-vot\w+|votes"
            r"|voted|stars|thumbs up|rated)\b|\b(?:best|highest|top|worst)-rated\b"),
    (
        "where a paper was published",
        r"\b(?:journals?|conferences?|venues?|proceedings)\b.{0,60}\b(?:published|appear(?:ed)?|accepted"
        r"|presented|paper)\b"
        r"|\bpapers? (?:\w+ )?(?:were |was )?(?:accepted|published|presented) (?:at|by) (?!the date)[a-z]",
    ),
    ("citation counts", r"\b(?:how many citations|citation counts?|number of citations|how (?:often|many"
        r" times) .{0,60}\bcited"
        r"|most[- ]cited)\b"),
    ("where a talk was given", rf"\b(?:where|in which (?:city|country|place|room|building|venue)|at which"
        rf" (?:venue|conference|place|university)) (?:was|were|did|is|are|has|have)\b.{{0,60}}\b{_PLACE}\b"
            rf"|\b{_TALKS} (?:\w+ )?(?:were |was |have been )?{_PLACE} (?:in|at) (?:the )?(?!(?:which |what"
                rf" )?(?:19|20)\d\d|{{months}})[a-z]|\b(?:venue|location|city|room)"
                    rf" of\b.{{0,40}}\b{_TALKS}\b|\b(?:which|what) (?:city|venue|room|location)\b"),
    ("in which language a talk is", rf"\b{_TALKS} (?:is|are|was|were) (?:\w+ )?in (?:{_LANGUAGES})\b"
        rf"|\b{_TALKS} in (?:{_LANGUAGES})\b|\b(?:{_LANGUAGES})[- ](?:language )?{_TALKS}\b|\b(?:which"
            rf"|what) languages? (?:is|are|was)\b.{{0,50}}\b{_TALKS}\b|\bsubtitles?\b"),
    ("how many people attended", r"\bhow many (?:people|persons|listeners|attendees|guests|students)"
        r" (?:attended|came|listened|were in|watched)|\battendance\b|\battendees\b|\baudience size\b"),
    ("who moderated, introduced or organised a talk", rf"\bwho (?:moderated|hosted|chaired|introduced"
        rf"|organi[sz]ed)\b.{{0,50}}\b{_TALKS}\b"),
    ("what the audience asked", rf"\basked (?:after|at the end of|following|during)\b.{{0,60}}\b{_TALKS}\b"
        r"|\bquestions? (?:from|by|of) the (?:audience|listeners)\b|\baudience ask"),
    ("what a talk costs", r"\bhow much (?:does|do|did) .{0,40}\bcost|\b(?:ticket )?prices? of\b"),
    ("slides", r"\b(?:slides?|slide decks?|transcripts?)\b(?=.{0,30}$)"),
    ("e-mail addresses or telephone numbers", r"\b(?:e-?mail addresses|e-?mails?|phone numbers?|telephone)\b"),
    ("whether somebody is a woman or a man, or how old", r"\b(?:female|male|women|men|how old is|ages?"
        r" of)\b(?=.*\b(?:speakers?|presenters?|talks?|[A-Z]))"),
)  # fmt: skip
_AUTHORS = re.compile(
    r"^(?:and )?(?:who (?:wrote|authored|are the authors?|is the (?:first |last )?author|published)"
    r"|(?:which|what) authors? (?:wrote|has|have|appear)"
    r"|(?:list|name|give me|show) (?:me )?(?:all )?(?:the )?(?:names of the )?authors? of|(?:all )?papers?"
    r" (?:written )?by (?:the )?authors?\b.* (?:named|called))"
    r"|\bnames? of (?:the|its|their) authors?\b|\bwhich author\b|\bwhich authors\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"\b(?:when|on (?:which|what) (?:day|date)|(?:in )?(?:which|what) (?:year|month)) (?:was|were|did"
    rf"|is)\b.{{0,60}}\b(?:{_PLACE}|give|hold|talk|speak|tutorial|lecture)\b"
    rf"|\b(?:date|year|day) of .{{0,50}}\b{_TALKS}\b|\b{_TALKS} (?:\w+ ){{0,3}}(?:from|of|in|before|after"
    rf"|since) (?:(?:19|20)\d\d)\b"
    rf"|\b(?:newest|latest|oldest|earliest|most recent) {_TALKS}\b|\b{_TALKS} (?:\w+ )?(?:is|are) (?:the"
    rf" )?(?:newest|latest|oldest|most recent)\b",
    re.IGNORECASE,
)


def unrecorded(question: str, vocabulary: Vocabulary) -> str | None:
    """One sentence on what is not recorded, or None."""
    text = " ".join(question.lower().replace("’", "'").split())
    if len(text) > 400:
        return None
    if "paper" in vocabulary.kinds and _AUTHORS.search(text) and not re.search(r"\bhow many\b", text):
        return _sentence("who wrote a paper", "For papers only the number of authors is recorded, or an organisation.")
    for topic, pattern in _TOPICS:
        if re.search(pattern.replace("{months}", "jan|feb|mar"), text):
            return _sentence(topic)
    if "talk" not in vocabulary.dated_kinds and _WHEN.search(text) and not re.search(r"\bpapers?\b", text):
        return _sentence(
            "when a talk was given",
            "No talk here has a date." + (" Papers have." if "paper" in vocabulary.dated_kinds else ""),
        )
    return None


def _sentence(topic: str, more: str = "") -> str:
    return (
        f"This is not recorded: the collection does not say {topic}. {more}".strip()
        if re.match(r"how|where|when|who|what|in which|whether", topic)
        else (f"This is not recorded: the collection holds no {topic}. {more}".strip())
    )
