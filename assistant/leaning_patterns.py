"""How questions are worded that lean on a conversation, and how those that do not.

Comes in: nothing; these are patterns for `leaning`, each of which tells a little.
"""

import re

# What asks for something that was not spoken of: "Is there a talk …", "Who works on …", "Which papers …".
UNSPOKEN = re.compile(
    r"\b(?:any|some)(?:one|body|thing|where)?\b(?! (?:of|more|else|other)\b)|\b(?:is|are|was) there\b"
    r"|\b(?:which|what|whose) (?:\w+ )?(?:talk|paper|speaker|work|record|study|lecture|article|author|people|person"
    r"|researcher|professor|scientist|lecturer|book)s?\b"
    r"|\bthe (?:one|talk|paper|lecture|tutorial) (?:on|about|with|from|by|that|which|where)\b|\bwho (?:about|on)\b"
    r"|\bwho (?:(?:here|else|then|also) )?(?:speak|talk|work|sa(?:y|id)|spoke|g[ai]ve|present|won|used|is|was|direct)"
    r"|\bdo(?:es)? you (?:have|hold|know)\b",
    re.IGNORECASE,
)
# "The winner", "the second part": something definite, and nothing behind it that says which.
DEFINITE = re.compile(
    r"\bthe (?:[\w-]+ )?[\w-]+(?= ?(?:$|[?.!,;:-]|\b(?:is|are|was|were|has|have|had|do|does|did|gets?|got|go|goes"
    r"|comes?|used?|in the end|then|too|as|and|or|to|really|so|still|says?|means?|stand|run|though|down|up|work|take"
    r"|start|begin|much|worse|better|on|at|after|before)\b))",
    re.IGNORECASE,
)
# "That person", "the other one", "and then?".
POINTER = re.compile(
    r"\b(?:the (?:other|former|latter|first|second|third|last|next|previous|same|two)|(?:another|this|that|these|those"
    r"|same) \w+|both|ones?|there|else|too|as well|instead|again|back to|more|then|though)\b",
    re.IGNORECASE,
)
# What somebody or something has: said without whose, it is that of what was spoken of.
OWN = frozenset(
    "abstract accuracy advantage adviser advisor affiliation aim algorithm alternative answer application approach "
    "assumption author award bachelor background baseline benchmark benefit biography book career catch cause chapter "
    "claim co-author code collaborator component conclusion contribution cost data dataset date degree dissertation "
    "doctorate downside drawback effect employer evaluation experiment field finding fix formula gain gist goal "
    "guarantee half hardware idea improvement ingredient institute layer limitation loser master message method "
    "metric motivation name part phd piece point postdoc price prize problem proof reason remedy result score setting "
    "size solution speaker speed-up speedup step supervisor takeaway task theorem thesis title tool trick university "
    "upshot use venue version winner workshop year".split()
)
# These can hardly mean anything but what was spoken of.
BACK = re.compile(
    r"\bthe (?:former|latter|other (?:one|half|part|talk|paper|speaker|two|person|session|tutorial)|two of them)\b"
    r"|\b(?:of the two|both of them|another one)\b|\bthe same (?:one|person|talk|paper|speaker|author|question)\b"
    r"|\b(?:that|this|the same) (?:person|man|woman|guy|lady|gentleman|fellow|professor|researcher)\b"
    r"|\b(?:the|that) (?:first|second|third|last|next|previous) (?:one|half|part|talk|paper|speaker)\b"
    r"|^\W*(?:and |or |but )?(?:in |for |on )?the (?:first|second|third|last|other)\W*$"
    r"|\b(?:back|return\w*) to\b|\b(?:you|we) (?:just )?(?:said|mentioned|named|spoke of|talked about)\b"
    r"|\b(?:mentioned|named|said) (?:just now|before|earlier|above)\b|\bfrom (?:before|earlier|above)\b",
    re.IGNORECASE,
)
# "Tried on what data?", "faster by how much?", "joint with whom?" leave out of what.
ELLIPTIC = re.compile(
    r"(?:\w+ed|built|done|made|given|shown|found|joint|faster|slower|better|worse|bigger|larger|smaller|cheaper) "
    r"(?:\w+ )*(?:with|w/|on|in|by|than|from|for|at|to|of|as)\b"
    r"|.*\b(?:with whom|by whom|on what|by how much|or not)\W*$",
    re.IGNORECASE,
)
GOES_ON = re.compile(r"\b(?:but|so|or|then|because)\b", re.IGNORECASE)
JOINED = re.compile(r"\b(?:and|also|now)\b", re.IGNORECASE)
HOW_ABOUT = re.compile(r"(?:what|how) about\b|about\b", re.IGNORECASE)
TRAILING = re.compile(
    r"\b(?:though|then|too|as well|again|instead|either|exactly|precisely|or what|there)\W*$", re.IGNORECASE
)
# Questions about the collection bring their own subject.
RECORDS = re.compile(
    r"\b(?:talks|papers|speakers|recordings|lectures|records|sessions|entries|titles|collection|everything)\b",
    re.IGNORECASE,
)
