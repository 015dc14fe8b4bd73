"""How clauses are worded that neither ask nor restrict, as patterns over words in small letters, one space between.

Comes in: nothing. Goes out: one pattern for each sort of clause; which of them may be set aside is decided in `asides`.
"""

import re


def _pattern(*pieces: str, before: str = r"\b", behind: str = "") -> re.Pattern[str]:
    """Any of the pieces; those that end in a letter end with a word."""
    whole = (f"{piece}\\b" if piece[-1].isalnum() else piece for piece in pieces)
    return re.compile(f"{before}(?:{'|'.join(whole)}){behind}")


_NOT = r"(?:does not|doesn ?'?t|do not|don ?'?t|did not)"
# What follows these changes nothing.
CONCESSION = _pattern(
    "with or without", "(?<![a-z] )(?:of |in |from )?any (?:year|rank|page|kind|sort|month|affiliation)",
    "even (?:if|when|though|where|in case)", "no matter", "never mind", "regardless", "irrespective",
    "independent(?:ly)? of", "whether or not", "(?:of )?whatever (?:the|rank|year|kind|sort|their|its|page)",
    f"{_NOT} matter", "i (?:do not|don ?'?t) care",
)  # fmt: skip
POLITE = _pattern(
    "if (?:you|it|that|possible|this|not|at all|i|we|available)", "when(?:ever)? you", "as (?:far|soon|long|fast) as",
    r"as quick\w* as", "(?:many )?thanks?", "thx", "cheers", "sorry", "pardon", "excuse", r"apolog\w+",
    "(?:i |we )?(?:would be|am|are|will be|d be)? ?(?:very |most |so |really )?(?:grateful|obliged|glad|happy)",
    "(?:i |we )?(?:would )?appreciate", "no (?:rush|hurry)", "take your time",
    "just (?:curious|asking|checking|wondering)", "(?:out of|pure) curiosity", "for what", "by the way", "btw",
    "i (?:hope|guess|think|believe|suppose|assume|wonder|mean)", "to be (?:precise|exact|sure|clear|honest)",
    "in other words", "so to speak", "(?:at|by) (?:your|any|some)", "say", "hi", "hello", "hey", "dear",
    "good (?:morning|afternoon|evening|day)", "greetings",
    "(?:a |one |another |next |last |quick |short |small )*(?:question|request|task|check|query|job|favou?r)",
    "fyi", "asap", "with (?:kind|best) regards", "kind regards", "best", "regards", "i know", "i understand",
    "let ?'?s see",
    before="^(?:and |but |so |well |oh |ok |okay |please )*",
)  # fmt: skip
PURPOSE = _pattern(
    "for (?:the|my|our|a|an|this|his|her|their|your|next|tomorrow)", "in order to", "to", "as", "before", "because",
    "since", "while", "given that", "in preparation", "in view of", "with a view", "ahead of", "on behalf",
    "with regard to my", "concerning my", "regarding my",
    before="^(?:and |but |so |it ?'?s |it is |this is |that is |all this |needed |needs? it )*",
    behind=" (?!those|them|each|every|all)",
)  # fmt: skip
SELF = _pattern(
    "i", "we", "my", "our", "mine", "us", "somebody", "someone", "nobody", "people", "students?", "everybody",
    r"(?:a|my|our|the|one|some) (?:\w+ )?(?:friend|colleague|boss|student|supervisor|advis[eo]r|librarian|team|wife"
    "|husband|manager|editor|teacher|class|client|committee|chief|department|group|office|dean)s?",
    before="^(?:and |but |so |well |as |now |here )*",
    behind=" (?!only )",
)  # fmt: skip
MY_PLACE = re.compile(
    r"^(?:i|we) (?:(?:am|are|m|re) (?:\w+ )?(?:from|at)|(?:come|work|study|sit|teach|live)\b (?:\w+ )?(?:from|at|for)"
    r"|(?:live|sit|am based|are based|m based|re based) in|(?:am|m) an? \w+ (?:from|at))\b"
)
# What points back at such a place.
THAT_PLACE = re.compile(
    r"\b(?:my|our) (?:own )?(?:university|uni|institution|institute|college|school|lab|laboratory|company|employer"
    r"|place|department|campus|affiliation|house)\b|\bfrom there\b|\bmy colleagues\b|\bof us\b|\bfrom us\b"
)
# What points back at a place, and not "are there …?", "there is …".
THERE = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )\bthere\b(?! (?:is|are|s|was|were|any|a|an|some|more)\b)"
    r"|\b(?:that|this|the same|said) (?:place|university|uni|institution|institute|college|school|lab|laboratory"
    r"|company|campus|page|firm)\b"
)
# A topic said in such a clause is meant for what follows.
TOPICAL = _pattern(
    r"interest\w*", "about", r"look\w* (?:for|at|into)", "into", "care", r"focus\w*", "stud(?:y|ies|ying)", "thesis",
    "theses", "topics?", r"research\w*", r"on (?!a|an|my|our|the)\w+", "only", "not", "except", "but",
)  # fmt: skip
NOTE = _pattern(
    "included?", "inclusive", "incl", "including", "too", "as well", "also", "counts?", "counted", "counting", "or not",
    "welcome", "allowed", "is fine", "are fine", "ok", "okay", "enough", "suffices?", "permitted", "taken in", "alike",
    "in scope", "both ends",
)  # fmt: skip
NO_NOTE = _pattern(
    r"not (?:included?|count\w*)", "excluded?", "excluding", "only", "don ?'?t", "do not", "never", "without"
)
SEPARATELY = _pattern(
    "separately", "individually", "apart", "as (?:one|two|a|an|its own|different|separate)",
    before=r"^(?:and |but )?(?:count|treat|tak|consider|list|keep)\w* .*\b",
)  # fmt: skip
MEANING = _pattern("like", "i ?e", "that is", "that s", "thats", "meaning", "e ?g", "as in", "for example", before="^")
TOGETHER = re.compile(r"^(?:tak|lump|put|count|consider|treat)\w*\b.*\btogether$")
# "If it isn't too much trouble".
NO_TROUBLE = re.compile(
    r"^(?:and |but )?(?:if|unless|provided|assuming) (?:it|that|this|you)\b.*\b(?:trouble|bother|much|mind|busy|problem"
    r"|inconvenien\w+|possible|hard|difficult|ask)\b"
)
# "Any of the three will do".
EITHER_WAY = re.compile(
    r"^(?:any|either|each|all|both|one)(?: one)?(?: of (?:them|these|those|the \w+))?"
    r" (?:will|would|should|can)? ?(?:do|does|is fine|are fine|be fine|counts?|works?|suffices?|is enough|is ok|is okay"
    r"|is good|are good|qualif\w+|be enough)$"
)
TIES = _pattern("ties?", "tied", "draws?", "equal", "level", "more than one (?:has|have|is|are)")
ALL_OF_THEM = re.compile(
    r"^(?:then |so |and |please )*(?:i want |give |list |name |show |take |tell |mention |include |report )*(?:me )?"
    r"(?:all|both|every one|each)(?: of)?(?: them| those| the tied ones)?(?: please| then)?$"
)
_MADE = (
    "spreadsheet|table|report|slides?|overview|newsletter|poster|badges?|letters?|booklet|flyer|leaflet|programme"
    "|program|agenda|minutes|index|list|thesis|grant|application|meeting|seminar|course|class|blog|website|database"
    "|catalogue|catalog|records?|archive|article|handout|review|summary|presentation|lunch|dinner|panel|committee"
    r"|survey|bibliography|library|reading (?:group|list|club)|study|project|wiki|invoice|invitation\w*|mail\w*"
    "|statistics|audit|workshop|notes?|brochure|schedule|reception|excursion|hand-?over"
)
PURPOSE_BEHIND = re.compile(
    r"\bfor (?:(?:my|our) [^,.;:?!]{1,40}"
    rf"|(?:a|an|the|this|next|tomorrow)(?: ?'?s)? (?:\w+[ -])?(?:{_MADE}))$"
)
# In the question as typed: a system of universities with its campuses in brackets.
SYSTEM = re.compile(r"\b(UC|University of California)\b[^()?.]{0,40}\(([^()]*)\)")
JOINT = _pattern(
    "(?:so|and) (?:i|we|please|now|wish|want|would|could|can|need|tell|give|show|list)", "so",
    "and (?:count|tak|treat|consider)ing", before="",
)  # fmt: skip
